# For habit's sake: every target is a verb of dev.py, which says what it does. Options go in ARGS: make up ARGS=--detach

.PHONY: help up down test check bench reset doctor

help:
	@python3 dev.py --help

up down test check bench reset doctor:
	@python3 dev.py $@ $(ARGS)

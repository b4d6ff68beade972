"""No refusal without a title, and no title for what nothing says."""

import pkgutil
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import adapters
import application
import domain
import entrypoints
from domain.shared.errors import Refusal
from entrypoints.http.error_catalog import CATALOG


def refusals(kind: type[Refusal] = Refusal) -> Iterator[type[Refusal]]:
    for below in kind.__subclasses__():
        yield below
        yield from refusals(below)


def codes_of_the_source() -> set[str]:
    for package in (domain, application, adapters, entrypoints):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            import_module(module.name)
    return {kind.code for kind in refusals() if kind.__module__.partition(".")[0] != "tests" and hasattr(kind, "code")}


def test_every_refusal_has_its_titles() -> None:
    assert codes_of_the_source() - CATALOG.keys() == set()


def test_every_title_belongs_to_something() -> None:
    said_by_the_edge = set()
    for path in Path(entrypoints.__path__[0]).rglob("*.py"):
        if path.name != "error_catalog.py":
            said_by_the_edge |= set(re.findall(r'"([a-z_]+\.[a-z_]+)"', path.read_text()))
    assert CATALOG.keys() - codes_of_the_source() - said_by_the_edge == set()

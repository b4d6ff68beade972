"""The history checker sees what it is for: each thing that can't be, in a history in which nothing else is wrong."""

from dataclasses import replace

import pytest
from benchmarks.history_check import Entry, History, Stored, violations

ITEM = ("siti", "larik")
ENTRY = Entry("siti", 1, "lesson.completed", "larik", "granted", 10)


def a_history(**changed: object) -> History:
    fields = {"tried": {ITEM}, "told": {ITEM}, "rewards": [(ITEM, 10)], "totals": {"siti": [0, 10]}}
    return History(**(fields | changed))  # type: ignore[arg-type] # as given


STORED = Stored(entries=[ENTRY], players={"siti": (10, 1)}, order=[10], boards=[[10], [10]])


def test_a_history_that_may_have_happened():
    assert violations(a_history(), STORED) == []
    assert violations(a_history(told=set(), rewards=[]), STORED) == [], "done, but the answer never came"
    nothing = Stored(entries=[], players={"siti": (0, 0)}, order=[])
    assert violations(a_history(told=set(), rewards=[], totals={"siti": [0]}), nothing) == []


@pytest.mark.parametrize(
    ("history", "stored", "words"),
    [
        (
            a_history(),
            replace(STORED, entries=[ENTRY, replace(ENTRY, number=2)], players={"siti": (20, 2)}),
            "paid 2 times",
        ),
        (a_history(totals={}), Stored(entries=[], players={"siti": (10, 0)}, order=[]), "acknowledged and lost"),
        (
            a_history(tried={ITEM, ("siti", "graf")}),
            replace(STORED, entries=[replace(ENTRY, source="peta")]),
            "never tried",
        ),
        (a_history(rewards=[(ITEM, 5), (ITEM, 5)]), STORED, "2 answers with a reward"),
        (a_history(), replace(STORED, players={"siti": (11, 1)}), "no sum"),
        (a_history(), replace(STORED, players={"siti": (10, 2)}), "gap"),
        (a_history(rewards=[(ITEM, 11)]), STORED, "more was told"),
        (a_history(totals={"siti": [10, 0]}), STORED, "went back"),
        (a_history(totals={"siti": [11]}), STORED, "is gone"),
        (a_history(), replace(STORED, boards=[[10], [9]]), "server 1's board"),
    ],
)
def test_what_cannot_be(history: History, stored: Stored, words: str):
    assert words in " / ".join(violations(history, stored))

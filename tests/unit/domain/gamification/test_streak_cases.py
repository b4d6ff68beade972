"""Streaks where others get them wrong: zones, clocks that change, the date line, days that are lived twice."""

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from domain.gamification.local_days import day_for
from domain.gamification.streak import Streak, StreakRules, after, as_of

RULES = StreakRules()


@dataclass(frozen=True)
class Case:
    """Deeds as instants in UTC, each with the zone that the learner had then; `length` is shown to them at `looks`."""

    name: str
    deeds: list[tuple[str, str]]
    days: list[str]
    looks: tuple[str, str]
    length: int


JAKARTA, MAKASSAR, JAYAPURA = "Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura"
BERLIN, AUCKLAND, HONOLULU, KIRITIMATI = "Europe/Berlin", "Pacific/Auckland", "Pacific/Honolulu", "Pacific/Kiritimati"
CASES = [
    Case(
        "Monday to Friday, look on Monday morning: two days missed, no freeze yet",
        [(f"2026-11-{day}T03:00", JAKARTA) for day in range(16, 21)],
        ["2026-11-16", "2026-11-17", "2026-11-18", "2026-11-19", "2026-11-20"],
        ("2026-11-23T01:00", JAKARTA), 0,
    ),
    Case(
        "seven days, then a day off: looked at before studying, a freeze holds it",
        [(f"2026-11-{day}T03:00", JAKARTA) for day in range(16, 23)],
        [f"2026-11-{day}" for day in range(16, 23)],
        ("2026-11-24T01:00", JAKARTA), 7,
    ),
    Case(
        "half past eleven at night in Jakarta, half past midnight in Jakarta: two days, an hour apart",
        [("2026-11-26T16:30", JAKARTA), ("2026-11-26T17:30", JAKARTA)],
        ["2026-11-26", "2026-11-27"],
        ("2026-11-26T17:30", JAKARTA), 2,
    ),
    Case(
        "the same two instants in Makassar and in Jayapura are one day",
        [("2026-11-26T16:30", MAKASSAR), ("2026-11-26T17:30", JAYAPURA)],
        ["2026-11-27"],
        ("2026-11-26T17:30", JAYAPURA), 1,
    ),
    Case(
        "from Jayapura to Jakarta in the evening: the date that is lived twice counts once",
        [("2026-11-26T15:30", JAYAPURA), ("2026-11-26T16:30", JAKARTA), ("2026-11-27T03:00", JAKARTA)],
        ["2026-11-27"],
        ("2026-11-27T03:00", JAKARTA), 1,
    ),
    Case(
        "the spring night of 23 hours in Berlin",
        [("2026-03-28T22:30", BERLIN), ("2026-03-29T21:30", BERLIN), ("2026-03-29T22:30", BERLIN)],
        ["2026-03-28", "2026-03-29", "2026-03-30"],
        ("2026-03-29T22:30", BERLIN), 3,
    ),
    Case(
        "the autumn night of 25 hours in Berlin: half past two comes twice, and is one day",
        [("2026-10-24T21:30", BERLIN), ("2026-10-25T00:30", BERLIN), ("2026-10-25T01:30", BERLIN),
         ("2026-10-25T22:30", BERLIN)],
        ["2026-10-24", "2026-10-25"],
        ("2026-10-25T22:30", BERLIN), 2,
    ),
    Case(
        "clocks forward and back where the year is upside down",
        [("2026-04-04T10:30", AUCKLAND), ("2026-04-05T11:30", AUCKLAND), ("2026-09-26T11:30", AUCKLAND),
         ("2026-09-27T10:30", AUCKLAND)],
        ["2026-04-04", "2026-04-05", "2026-09-26", "2026-09-27"],
        ("2026-09-27T10:30", AUCKLAND), 2,
    ),
    Case(
        "eastward over the date line: the date goes back, is lived twice, and counts once",
        [("2026-11-26T20:00", KIRITIMATI), ("2026-11-26T21:00", HONOLULU), ("2026-11-28T12:00", HONOLULU)],
        ["2026-11-27", "2026-11-28"],
        ("2026-11-28T12:00", HONOLULU), 2,
    ),
    Case(
        "westward over the date line: a date is left out, which costs what a missed day costs",
        [("2026-11-26T20:00", HONOLULU), ("2026-11-27T20:00", KIRITIMATI)],
        ["2026-11-26", "2026-11-28"],
        ("2026-11-27T20:00", KIRITIMATI), 1,
    ),
    Case(
        "a server's clock two hours ahead around midnight, then set right",
        [("2026-11-26T15:30", JAKARTA), ("2026-11-26T17:30", JAKARTA), ("2026-11-26T15:31", JAKARTA)],
        ["2026-11-26", "2026-11-27"],
        ("2026-11-26T15:31", JAKARTA), 2,
    ),
    Case(
        "a server's clock two hours behind after midnight",
        [("2026-11-26T17:30", JAKARTA), ("2026-11-26T15:30", JAKARTA)],
        ["2026-11-27"],
        ("2026-11-26T15:30", JAKARTA), 1,
    ),
]  # fmt: skip


def at(text: str) -> datetime:
    return datetime.fromisoformat(text + "+00:00")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_known_cases(case: Case):
    streak, days = Streak(), list[date]()
    for instant, zone in case.deeds:
        day = day_for(at(instant), ZoneInfo(zone), days[-1] if days else None)
        streak = after(streak, day, frozenset(), RULES)
        if day not in days:
            days.append(day)
    assert [str(day) for day in days] == case.days
    today = day_for(at(case.looks[0]), ZoneInfo(case.looks[1]), days[-1])
    assert as_of(streak, today, frozenset()).length == case.length

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.gamification.local_days import day_ends, day_for
from domain.gamification.streak import Streak, StreakRules, after, as_of, streak_of

RULES = StreakRules()
MONDAY = date(2026, 11, 23)
DAY = timedelta(days=1)

days = st.integers(0, 60).map(lambda number: MONDAY + number * DAY)
some_days = st.sets(days, max_size=40)


def in_a_row(first: date, count: int) -> list[date]:
    return [first + number * DAY for number in range(count)]


def shown(active: list[date], today: date, free: frozenset[date] = frozenset()) -> tuple[int, int]:
    streak = as_of(streak_of(dict.fromkeys(active, RULES), free), today, free)
    return streak.length, streak.freezes


@pytest.mark.parametrize(
    ("active", "today", "expected"),
    [
        pytest.param([], MONDAY, (0, 0), id="nothing yet"),
        pytest.param(in_a_row(MONDAY, 5), MONDAY + 4 * DAY, (5, 0), id="Monday to Friday, on Friday"),
        pytest.param(in_a_row(MONDAY, 5), MONDAY + 5 * DAY, (5, 0), id="today is open until it ends"),
        pytest.param(in_a_row(MONDAY, 5), MONDAY + 7 * DAY, (0, 0), id="Monday to Friday, look on Monday"),
        pytest.param(in_a_row(MONDAY, 7), MONDAY + 6 * DAY, (7, 1), id="a freeze for seven days"),
        pytest.param(in_a_row(MONDAY, 7), MONDAY + 7 * DAY, (7, 1), id="look before studying: it is still there"),
        pytest.param(in_a_row(MONDAY, 7), MONDAY + 8 * DAY, (7, 0), id="one day missed, one freeze used"),
        pytest.param(in_a_row(MONDAY, 7), MONDAY + 9 * DAY, (0, 1), id="two missed: over, and the freeze is kept"),
        pytest.param(in_a_row(MONDAY, 30), MONDAY + 29 * DAY, (30, 2), id="two are the most"),
        pytest.param(
            [*in_a_row(MONDAY, 7), MONDAY + 8 * DAY], MONDAY + 8 * DAY, (8, 0), id="a frozen day adds nothing"
        ),
        pytest.param(in_a_row(date(2028, 2, 27), 4), date(2028, 3, 1), (4, 0), id="a leap day"),
        pytest.param(in_a_row(date(2026, 12, 30), 4), date(2027, 1, 2), (4, 0), id="the end of a year"),
    ],
)
def test_known_cases(active: list[date], today: date, expected: tuple[int, int]):
    assert shown(active, today) == expected


def test_free_days_neither_break_nor_extend_nor_cost():
    weekend = frozenset({MONDAY + 5 * DAY, MONDAY + 6 * DAY})
    assert shown(in_a_row(MONDAY, 5), MONDAY + 7 * DAY, weekend) == (5, 0)
    assert shown([*in_a_row(MONDAY, 7), MONDAY + 7 * DAY], MONDAY + 7 * DAY, weekend) == (6, 0)
    assert shown(in_a_row(MONDAY, 5), MONDAY + 8 * DAY, weekend) == (0, 0)


@given(st.lists(days, max_size=40), some_days, st.data())
def test_any_order_and_any_number_of_deliveries_lead_to_one_streak(
    active: list[date], free: set[date], data: st.DataObject
):
    again = data.draw(st.permutations([*active, *active]))
    assert streak_of(dict.fromkeys(active, RULES), free) == streak_of(dict.fromkeys(again, RULES), free)


@given(some_days, some_days, days)
def test_looking_is_free_and_says_what_the_next_deed_finds(active: set[date], free: set[date], today: date):
    streak = streak_of({day: RULES for day in active if day < today}, free)
    looked = as_of(streak, today, free)
    assert as_of(streak, today, free) == looked
    if today not in free:
        assert after(streak, today, free, RULES).length == looked.length + 1


@given(some_days, some_days)
def test_what_always_holds(active: set[date], free: set[date]):
    streak = Streak()
    for day in sorted(active):
        before, streak = streak, after(streak, day, free, RULES)
        assert after(streak, day, free, RULES) == streak
        assert streak.length in (before.length, before.length + 1, 1)
        assert 0 <= streak.freezes <= RULES.most_freezes
        assert streak.frozen_days >= before.frozen_days
        assert streak.longest >= max(streak.length, before.longest)
    assert streak.longest <= len(active - free)


def test_rules_that_allow_fewer_freezes_take_none_away_and_cover_no_more_than_there_are():
    fewer = StreakRules(days_per_freeze=3, most_freezes=0)
    two = streak_of(dict.fromkeys(in_a_row(MONDAY, 14), RULES), frozenset())
    assert two.freezes == 2
    assert after(two, MONDAY + 14 * DAY, frozenset(), fewer).freezes == 2
    missed = after(two, MONDAY + 15 * DAY, frozenset(), fewer)
    assert (missed.length, missed.freezes, missed.frozen_days) == (15, 1, 1)
    assert as_of(two, MONDAY + 17 * DAY, frozenset()).length == 0


ZONES = [
    "Asia/Jakarta", "Asia/Makassar", "Asia/Jayapura", "Europe/Berlin", "America/Havana", "Asia/Beirut", "Pacific/Apia",
]  # fmt: skip
BEGIN = datetime(2011, 12, 1, tzinfo=UTC)
instants = st.timedeltas(timedelta(0), timedelta(days=20 * 365)).map(lambda passed: BEGIN + passed)


@given(st.sampled_from(ZONES), instants)
def test_a_day_ends_at_the_first_instant_of_a_later_one(name: str, at: datetime):
    zone = ZoneInfo(name)
    day = day_for(at, zone, None)
    end = day_ends(day, zone)
    assert end > at
    assert end.astimezone(zone).date() > day
    assert (end - timedelta(microseconds=1)).astimezone(zone).date() <= day


@given(st.lists(st.tuples(st.sampled_from(ZONES), st.timedeltas(timedelta(hours=-2), timedelta(days=2))), max_size=30))
def test_whatever_zones_and_clocks_do_days_never_go_back(moves: list[tuple[str, timedelta]]):
    at, last = datetime(2026, 3, 27, 12, tzinfo=UTC), None
    for name, passed in moves:
        at += passed
        day = day_for(at, ZoneInfo(name), last)
        assert last is None or day >= last
        last = day


def test_the_same_instant_in_three_zones_and_over_the_date_line():
    at = datetime(2026, 11, 26, 16, 30, tzinfo=UTC)
    found = [day_for(at, ZoneInfo(f"Asia/{city}"), None).day for city in ("Jakarta", "Makassar", "Jayapura")]
    assert found == [26, 27, 27]
    # Eastward a date is left out, westward it is lived twice and counts once.
    there = day_for(at, ZoneInfo("Pacific/Kiritimati"), None)
    back = day_for(at + timedelta(hours=1), ZoneInfo("Pacific/Honolulu"), there)
    assert (there.day, back) == (27, there)

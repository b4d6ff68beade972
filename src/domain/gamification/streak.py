"""Streaks: days in a row on which somebody learned, derived from those days alone.

A day without activity is missed once it has ended: today breaks nothing. A freeze, earned for every seven days of a
streak, covers a missed day. Days that the institution's calendar marks as free are skipped: they neither break a
streak, nor extend it, nor cost a freeze, whatever was done on them.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class StreakRules:
    days_per_freeze: int = 7
    most_freezes: int = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Streak:
    """As of `last_day`, the last one that counted. `frozen_days` are those that freezes have covered so far in all."""

    length: int = 0
    longest: int = 0
    freezes: int = 0
    frozen_days: int = 0
    last_day: date | None = None


def after(streak: Streak, day: date, free_days: Collection[date], rules: StreakRules) -> Streak:
    """With activity on that day. One that is free, or not later than the last one, changes nothing.

    `free_days` are needed from the last day of the streak on.
    """
    if day in free_days or (streak.last_day is not None and day <= streak.last_day):
        return streak
    reached = as_of(streak, day, free_days)
    length = reached.length + 1
    earned = length % rules.days_per_freeze == 0
    return replace(
        reached,
        length=length,
        longest=max(reached.longest, length),
        # Never fewer than there were: rules that allow fewer take none away.
        freezes=max(reached.freezes, min(reached.freezes + earned, rules.most_freezes)),
        last_day=day,
    )


def as_of(streak: Streak, today: date, free_days: Collection[date]) -> Streak:
    """What is shown on that day, of which nothing is stored: looking changes nothing.

    Missed days before it are covered by freezes, one each, if there are enough for all of them; if not, the streak is
    over, and the freezes are kept for the next one.
    """
    missed = _missed(streak, today, free_days)
    if missed == 0:
        return streak
    if missed > streak.freezes:
        return replace(streak, length=0)
    return replace(streak, freezes=streak.freezes - missed, frozen_days=streak.frozen_days + missed)


def streak_of(days: Mapping[date, StreakRules], free_days: Collection[date]) -> Streak:
    """Of all days with activity, in any order, each by the rules that it was counted by."""
    streak = Streak()
    for day in sorted(days):
        streak = after(streak, day, free_days, days[day])
    return streak


def _missed(streak: Streak, today: date, free_days: Collection[date]) -> int:
    """Days between the last one and today that were neither active nor free; one more than the freezes is enough."""
    if streak.last_day is None or streak.length == 0:
        return 0
    missed, day = 0, streak.last_day + _DAY
    while day < today and missed <= streak.freezes:
        missed += day not in free_days
        day += _DAY
    return missed

"""Badges: what somebody has reached, for good. Each has a measure, and a threshold for each tier."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum


class Tier(StrEnum):
    BRONZE = "bronze"
    SILVER = "silver"
    GOLD = "gold"


class Measure(StrEnum):
    LESSONS = "lessons"
    COURSES = "courses"
    PERFECT_QUIZZES = "perfect_quizzes"
    FIRST_TRIES = "first_tries"
    ASSIGNMENTS = "assignments"
    STREAK_DAYS = "streak_days"
    XP = "xp"
    LEVEL = "level"
    REVIEWS = "reviews"
    QUESTS = "quests"
    DAY_LESSONS = "day_lessons"
    DAY_XP = "day_xp"


@dataclass(frozen=True, slots=True, kw_only=True)
class Badge:
    """`thresholds` are in the order of their tiers, and rise with them.

    Names and descriptions are by language; `{n}` stands for the threshold.
    """

    key: str
    measure: Measure
    thresholds: Mapping[Tier, int]
    names: Mapping[str, str]
    descriptions: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class BadgeTier:
    key: str
    tier: Tier


@dataclass(frozen=True, slots=True, kw_only=True)
class BadgeProgress:
    """The next tier that isn't held yet; None where all are."""

    badge: Badge
    held: tuple[Tier, ...]
    next_tier: Tier | None
    number: int
    threshold: int | None


def earned(badges: Sequence[Badge], numbers: Mapping[Measure, int], held: Collection[BadgeTier]) -> list[BadgeTier]:
    """Those that are new: every tier that is reached and not held, the lowest first."""
    found = []
    for badge in badges:
        number = numbers.get(badge.measure, 0)
        for tier, threshold in badge.thresholds.items():
            if number < threshold:
                break
            if (reached := BadgeTier(badge.key, tier)) not in held:
                found.append(reached)
    return found


def corrected_by_total(badges: Sequence[Badge]) -> list[Badge]:
    """Those that a correction of XP can bring or take: the other measures count deeds, which stay done."""
    return [badge for badge in badges if badge.measure in (Measure.XP, Measure.LEVEL)]


def undone(badges: Sequence[Badge], numbers: Mapping[Measure, int], held: Collection[BadgeTier]) -> list[BadgeTier]:
    """Held tiers whose threshold isn't reached any more."""
    return [
        lost
        for badge in badges
        for tier, threshold in badge.thresholds.items()
        if numbers.get(badge.measure, 0) < threshold and (lost := BadgeTier(badge.key, tier)) in held
    ]


def progress_of(
    badges: Sequence[Badge], numbers: Mapping[Measure, int], held: Collection[BadgeTier]
) -> list[BadgeProgress]:
    return [_progress(badge, numbers.get(badge.measure, 0), held) for badge in badges]


def _progress(badge: Badge, number: int, held: Collection[BadgeTier]) -> BadgeProgress:
    tiers = [BadgeTier(badge.key, tier) for tier in badge.thresholds]
    missing = next((each.tier for each in tiers if each not in held), None)
    return BadgeProgress(
        badge=badge,
        # Also one that former rules had and these don't: what is held stays.
        held=tuple(tier for tier in Tier if BadgeTier(badge.key, tier) in held),
        next_tier=missing,
        number=number,
        threshold=None if missing is None else badge.thresholds[missing],
    )


def with_former(badges: Sequence[Badge], former: Iterable[Badge], held: Collection[BadgeTier]) -> list[Badge]:
    """These badges, and of `former` rules, the newest first, those that are held and aren't among them any more."""
    found = {badge.key: badge for badge in badges}
    keys = {each.key for each in held}
    for badge in former:
        if badge.key in keys:
            found.setdefault(badge.key, badge)
    return list(found.values())

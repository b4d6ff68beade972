"""What other rules would change, learner by learner, added up: however many there are, it takes no more room."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar
from uuid import UUID

from domain.gamification.badges import BadgeTier
from domain.gamification.simulation import Holdings, Simulated
from domain.shared.ids import UserId

Found = TypeVar("Found")
Rank = tuple[int, datetime, UUID]

RANKED = 1_000
"""How many of the first are remembered as they are now: of who comes from further down, the place isn't known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Of one learner. Levels are by the rules in force, and by those that are tried."""

    user_id: UserId
    before: Holdings
    after: Holdings
    level_before: int
    level_after: int

    @property
    def gained(self) -> frozenset[BadgeTier]:
        return self.after.badges - self.before.badges

    @property
    def lost(self) -> frozenset[BadgeTier]:
        return self.before.badges - self.after.badges

    @property
    def rules(self) -> list[str]:
        """Those that bring more or less."""
        before, after = self.before.by_rule, self.after.by_rule
        return sorted(rule for rule in {*before, *after} if before.get(rule, 0) != after.get(rule, 0))

    @property
    def is_any(self) -> bool:
        return bool(self.rules or self.gained or self.lost or self.level_before != self.level_after)


@dataclass(frozen=True, slots=True)
class Place:
    """`rank_before` None: not among the first ones that are remembered."""

    difference: Difference
    rank_before: int | None
    rank_after: int


class _First(Generic[Found]):
    """The first ones by a key, and no more than that many."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: list[tuple[Rank | tuple[int, int, UUID], Found]] = []

    def add(self, key: Rank | tuple[int, int, UUID], found: Found) -> None:
        self._kept.append((key, found))
        if len(self._kept) >= 2 * self._most:
            self._kept = self._sorted()

    def found(self) -> list[Found]:
        return [found for _, found in self._sorted()]

    def _sorted(self) -> list[tuple[Rank | tuple[int, int, UUID], Found]]:
        return sorted(self._kept, key=lambda each: each[0])[: self._most]


class Comparison:
    """`most` learners are told of by themselves: those with the largest differences, and the first ones afterwards."""

    def __init__(self, most: int) -> None:
        self.learners = self.changed = self.levels_up = self.levels_down = self.assumed = 0
        self.before: Counter[str] = Counter()
        self.after: Counter[str] = Counter()
        self.gained: Counter[BadgeTier] = Counter()
        self.lost: Counter[BadgeTier] = Counter()
        self._largest: _First[Difference] = _First(most)
        self._first_before: _First[UserId] = _First(RANKED)
        self._first_after: _First[Difference] = _First(most)

    def add(self, difference: Difference, simulated: Simulated) -> None:
        before, after = difference.before, difference.after
        self.learners += 1
        self.assumed += simulated.assumed
        _add(self.before, before.by_rule)
        _add(self.after, after.by_rule)
        self.gained.update(difference.gained)
        self.lost.update(difference.lost)
        self.levels_up += difference.level_after > difference.level_before
        self.levels_down += difference.level_after < difference.level_before
        if difference.is_any:
            self.changed += 1
            badges = len(difference.gained) + len(difference.lost)
            self._largest.add((-abs(after.xp - before.xp), -badges, difference.user_id), difference)
        if (rank := _rank(difference.user_id, before)) is not None:
            self._first_before.add(rank, difference.user_id)
        if (rank := _rank(difference.user_id, after)) is not None:
            self._first_after.add(rank, difference)

    def largest(self) -> list[Difference]:
        return self._largest.found()

    def order(self) -> list[Place]:
        """Who would be first of all time: more XP first, and of equals who had them first."""
        ranks = {user_id: rank for rank, user_id in enumerate(self._first_before.found(), start=1)}
        return [
            Place(difference, ranks.get(difference.user_id), rank)
            for rank, difference in enumerate(self._first_after.found(), start=1)
        ]


def _rank(user_id: UserId, holdings: Holdings) -> Rank | None:
    if holdings.xp <= 0 or holdings.reached_at is None:
        return None
    return (-holdings.xp, holdings.reached_at, user_id)


def _add(sums: Counter[str], amounts: Mapping[str, int]) -> None:
    for rule, amount in amounts.items():
        sums[rule] += amount

"""Leagues: groups of one tier race for a week; at its close the best go up and the last go down."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from domain.gamification.leaderboard import Order
from domain.shared.ids import UserId


class Movement(StrEnum):
    PROMOTED = "promoted"
    STAYED = "stayed"
    DEMOTED = "demoted"


@dataclass(frozen=True, slots=True, kw_only=True)
class LeagueRules:
    """The best one in `promoted_of` goes up, at least one; the last one in `demoted_of` goes down.

    Groups under `smallest` move nobody: there it would be no race.
    """

    tiers: int = 10
    group_size: int = 30
    smallest: int = 5
    promoted_of: int = 3
    demoted_of: int = 6


@dataclass(frozen=True, slots=True)
class Result:
    user_id: UserId
    rank: int
    movement: Movement


def close(orders: Sequence[Order], tier: int, rules: LeagueRules) -> list[Result]:
    """What becomes of each member, the first one first. Nobody leaves the highest tier upwards, nor the lowest down."""
    size = len(orders)
    promoted, demoted = _moving(size, tier, rules)
    return [
        Result(order.user_id, rank, _movement(rank, size, promoted, demoted))
        for rank, order in enumerate(sorted(orders), start=1)
    ]


def tier_after(tier: int, movement: Movement) -> int:
    return tier + {Movement.PROMOTED: 1, Movement.STAYED: 0, Movement.DEMOTED: -1}[movement]


def _moving(size: int, tier: int, rules: LeagueRules) -> tuple[int, int]:
    if size < rules.smallest:
        return 0, 0
    promoted = max(size // rules.promoted_of, 1) if tier < rules.tiers else 0
    return promoted, size // rules.demoted_of if tier > 1 else 0


def _movement(rank: int, size: int, promoted: int, demoted: int) -> Movement:
    if rank <= promoted:
        return Movement.PROMOTED
    return Movement.DEMOTED if rank > size - demoted else Movement.STAYED

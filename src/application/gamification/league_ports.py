"""Leagues, week by week. Who is hidden, inactive or deleted takes no part."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

import msgspec

from application.shared.unit import Unit
from domain.gamification.leaderboard import Order
from domain.gamification.leagues import Movement, Result
from domain.shared.ids import UserId


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Who has XP in a week and no group yet; `tier` is where their last race has left them."""

    user_id: UserId
    tier: int


@dataclass(frozen=True, slots=True)
class Group:
    id: UUID
    week: date
    tier: int
    size: int


@dataclass(frozen=True, slots=True)
class Finish:
    """How somebody's race of a week ended."""

    week: date
    tier: int
    rank: int
    movement: Movement


@dataclass(frozen=True, slots=True, kw_only=True)
class LeagueFacts:
    """`orders` are the members of one's group of this week, `last` is the newest race that has ended."""

    tier: int
    orders: Sequence[Order]
    last: Finish | None


def told_of(group: Group, result: Result) -> str:
    """What a member is told of how it ended, as JSON."""
    told = {"week": group.week, "tier": group.tier, "rank": result.rank, "movement": result.movement}
    return msgspec.json.encode(told).decode()


class Leagues(Protocol):
    async def lock(self) -> None:
        """Until the unit ends, whoever else wants to form groups waits."""
        ...

    async def newcomers(self, week: date, *, limit: int) -> Sequence[Newcomer]:
        """The earliest first."""
        ...

    async def open_groups(self, week: date, *, size: int) -> Mapping[int, Group]:
        """By tier: one with fewer members than that, where there is one."""
        ...

    async def join(self, groups: Sequence[Group], members: Sequence[tuple[UserId, UUID]]) -> None:
        """Stores new groups, and changed sizes, with these new members."""
        ...

    async def due(self, before: date, *, limit: int) -> Sequence[UUID]:
        """Groups of weeks before that one which aren't closed yet, the oldest first."""
        ...

    async def race(self, group_id: UUID) -> tuple[Group, Sequence[Order]] | None:
        """A group and its members, whose players are locked until the unit ends; None where it is closed."""
        ...

    async def close(self, group: Group, results: Sequence[Result], *, at: datetime) -> None:
        """Stores how it ended, and tells each member, as `told_of` says."""
        ...


class LeagueUnit(Unit, Protocol):
    leagues: Leagues


class LeagueQueries(Protocol):
    async def mine(self, user_id: UserId, week: date) -> LeagueFacts: ...

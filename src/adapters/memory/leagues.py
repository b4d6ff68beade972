from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

from adapters.memory.leaderboards import all_orders, is_visible
from adapters.memory.outbox import tell
from adapters.memory.tables import LeagueMember, MemoryTables
from adapters.memory.user_queries import Committed
from application.gamification.league_ports import Finish, Group, LeagueFacts, LeagueQueries, Leagues, Newcomer, told_of
from application.gamification.ports import Notice
from domain.gamification.leaderboard import Board, Order, Scope
from domain.gamification.leagues import Result, tier_after
from domain.shared.ids import UserId


class MemoryLeagues(Leagues):
    """Units come one at a time, so there is nothing to lock."""

    def __init__(self, tables: MemoryTables) -> None:
        self._tables = tables

    async def lock(self) -> None:
        """Nobody else forms groups in this moment."""

    async def newcomers(self, week: date, *, limit: int) -> Sequence[Newcomer]:
        tables = self._tables
        found = [order for order in _week(tables, week) if (order.user_id, week) not in tables.league_members]
        found.sort(key=lambda order: (order.reached_at, order.user_id))
        return [Newcomer(order.user_id, _tier_now(tables, order.user_id)) for order in found][:limit]

    async def open_groups(self, week: date, *, size: int) -> Mapping[int, Group]:
        groups = (group for group in self._tables.league_groups.values() if group.week == week)
        return {group.tier: group for group in groups if group.size < size}

    async def join(self, groups: Sequence[Group], members: Sequence[tuple[UserId, UUID]]) -> None:
        self._tables.league_groups |= {group.id: group for group in groups}
        for user_id, group_id in members:
            week = self._tables.league_groups[group_id].week
            self._tables.league_members[user_id, week] = LeagueMember(group_id, None)

    async def due(self, before: date, *, limit: int) -> Sequence[UUID]:
        closed = self._tables.closed_groups
        due = [group for group in self._tables.league_groups.values() if group.week < before and group.id not in closed]
        return [group.id for group in sorted(due, key=lambda group: (group.week, group.id))][:limit]

    async def race(self, group_id: UUID) -> tuple[Group, Sequence[Order]] | None:
        if group_id in self._tables.closed_groups:
            return None
        return self._tables.league_groups[group_id], _race(self._tables, group_id)

    async def close(self, group: Group, results: Sequence[Result], *, at: datetime) -> None:
        self._tables.closed_groups |= {group.id}
        for result in results:
            self._tables.league_members[result.user_id, group.week] = LeagueMember(group.id, result)
            tell(self._tables, result.user_id, Notice(kind="league", body=told_of(group, result), at=at))


class MemoryLeagueQueries(LeagueQueries):
    def __init__(self, committed: Committed) -> None:
        self._committed = committed

    async def mine(self, user_id: UserId, week: date) -> LeagueFacts:
        tables = self._committed()
        member = tables.league_members.get((user_id, week))
        last = _finishes(tables, user_id)
        tier = _tier_now(tables, user_id) if member is None else tables.league_groups[member.group_id].tier
        orders = [] if member is None else _race(tables, member.group_id)
        return LeagueFacts(tier=tier, orders=orders, last=last[-1] if last else None)


def _week(tables: MemoryTables, week: date) -> list[Order]:
    orders = all_orders(tables, Board(scope=Scope.WEEK, week=week))
    return [order for order in orders if is_visible(tables.users[order.user_id])]


def _race(tables: MemoryTables, group_id: UUID) -> list[Order]:
    week = tables.league_groups[group_id].week
    members = {user for (user, _), member in tables.league_members.items() if member.group_id == group_id}
    return [order for order in _week(tables, week) if order.user_id in members]


def _finishes(tables: MemoryTables, user_id: UserId) -> list[Finish]:
    """The oldest first."""
    return [
        Finish(week, tables.league_groups[member.group_id].tier, member.result.rank, member.result.movement)
        for (user, week), member in sorted(tables.league_members.items(), key=lambda each: each[0][1])
        if user == user_id and member.result is not None
    ]


def _tier_now(tables: MemoryTables, user_id: UserId) -> int:
    finishes = _finishes(tables, user_id)
    return tier_after(finishes[-1].tier, finishes[-1].movement) if finishes else 1

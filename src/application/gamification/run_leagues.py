"""Leagues go on: weeks that are over are closed, then whoever has XP in this week gets a group."""

from datetime import timedelta
from uuid import UUID

from application.gamification.league_ports import Group, LeagueUnit
from application.gamification.rulebook import Rulebook
from application.shared.clock import Clock, NewId
from application.shared.unit import Begin
from domain.gamification.leagues import LeagueRules, close
from domain.gamification.quests import monday_of
from domain.shared.ids import UserId

AT_ONCE = 500
GRACE = timedelta(minutes=1)
"""After the end of a week: clocks differ, and what is being written is to be counted."""


class RunLeaguesHandler:
    """Twice, late, or at two workers at once: each group is closed once, and each learner is in one group a week."""

    def __init__(self, begin: Begin[LeagueUnit], rulebook: Rulebook, clock: Clock, new_id: NewId) -> None:
        self._begin = begin
        self._rulebook = rulebook
        self._clock = clock
        self._new_id = new_id

    async def __call__(self) -> tuple[int, int]:
        """How many groups were closed, and how many learners have joined one."""
        rules = self._rulebook.current.leagues
        closed = await self._close(rules)
        return closed, await self._join(rules)

    async def _close(self, rules: LeagueRules) -> int:
        now = self._clock()
        closed = 0
        while True:
            async with self._begin() as unit:
                due = await unit.leagues.due(monday_of(now - GRACE), limit=AT_ONCE)
            if not due:
                return closed
            for group_id in due:
                closed += await self._close_one(group_id, rules)

    async def _close_one(self, group_id: UUID, rules: LeagueRules) -> bool:
        async with self._begin() as unit:
            race = await unit.leagues.race(group_id)
            if race is None:
                return False
            group, orders = race
            await unit.leagues.close(group, close(orders, group.tier, rules), at=self._clock())
            await unit.commit()
        return True

    async def _join(self, rules: LeagueRules) -> int:
        """In the minute after a week's end nobody joins: where they race follows from how the last race ends."""
        now = self._clock()
        week = monday_of(now)
        if monday_of(now - GRACE) != week:
            return 0
        joined = 0
        while True:
            async with self._begin() as unit:
                await unit.leagues.lock()
                newcomers = await unit.leagues.newcomers(week, limit=AT_ONCE)
                groups = dict(await unit.leagues.open_groups(week, size=rules.group_size))
                touched: dict[UUID, Group] = {}
                members: list[tuple[UserId, UUID]] = []
                for newcomer in newcomers:
                    group = groups.get(newcomer.tier)
                    if group is None or group.size == rules.group_size:
                        group = Group(self._new_id(), week, newcomer.tier, 0)
                    group = Group(group.id, week, group.tier, group.size + 1)
                    groups[newcomer.tier] = touched[group.id] = group
                    members.append((newcomer.user_id, group.id))
                await unit.leagues.join(list(touched.values()), members)
                await unit.commit()
            joined += len(members)
            if len(newcomers) < AT_ONCE:
                return joined

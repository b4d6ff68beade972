"""Leagues, in any store: who has XP races in one group, and each race ends once."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from uuid_utils.compat import uuid7

from adapters.memory.leaderboards import MemoryStandings
from adapters.memory.leagues import MemoryLeagueQueries
from adapters.memory.outbox import MemoryOutboxQueries
from adapters.memory.unit import MemoryStore
from adapters.postgres.queries.leaderboards import PostgresStandings
from adapters.postgres.queries.leagues import PostgresLeagueQueries
from adapters.postgres.queries.outbox import PostgresOutboxQueries
from application.gamification.leaderboard_ports import Standings
from application.gamification.league_ports import LeagueQueries
from application.gamification.outbox_ports import OutboxQueries
from application.gamification.rulebook import Rulebook
from application.gamification.run_leagues import GRACE, RunLeaguesHandler
from application.gamification.show_league import LeagueView, ShowLeague
from domain.gamification.quests import week_ends
from domain.identity.user import LeaderboardChoice, User
from tests.contract.conftest import Persistence
from tests.support.learning import Learning, Syllabus, a_syllabus
from tests.support.people import a_user


class World:
    def __init__(self, persistence: Persistence) -> None:
        self.persistence = persistence
        self.learning = Learning(persistence.begin)
        self.clock = self.learning.clock
        place = persistence.place
        self.queries: LeagueQueries
        self.standings: Standings
        self.outbox: OutboxQueries
        if isinstance(place, MemoryStore):
            self.queries, self.standings = MemoryLeagueQueries(place.committed), MemoryStandings(place.committed)
            self.outbox = MemoryOutboxQueries(place.committed)
        else:
            self.queries, self.standings = PostgresLeagueQueries(place), PostgresStandings(place)
            self.outbox = PostgresOutboxQueries(place)
        self.run = RunLeaguesHandler(persistence.begin, Rulebook(), self.clock, uuid7)
        self.show = ShowLeague(self.queries, self.standings, Rulebook(), self.clock)
        self.syllabus: Syllabus = a_syllabus(8)

    async def learners(self, count: int) -> list[User]:
        users = sorted((a_user() for _ in range(count)), key=lambda user: user.id)
        await self.persistence.add_users(*users)
        for user in users:
            await self.learning.enroll(user, self.syllabus.course)
        return users

    async def study(self, users: Sequence[User], lesson: int) -> None:
        """The first one first."""
        for user in users:
            await self.learning.complete(user, self.syllabus.lessons[lesson])
            self.clock.advance(seconds=1)

    async def next_week(self) -> None:
        now = self.clock()
        end = week_ends((await self.league(self.someone)).week)
        self.clock.advance(seconds=(end + GRACE - now).total_seconds() + 1)

    async def league(self, user: User) -> LeagueView:
        return await self.show(user.id)

    someone: User


@pytest.fixture
async def world(persistence: Persistence) -> World:
    made = World(persistence)
    await made.syllabus.store(persistence.begin)
    [made.someone] = await made.learners(1)
    return made


async def test_a_week_in_a_league(world: World):
    users = await world.learners(7)
    await world.study(users[:6], 0)
    before = await world.league(users[0])
    assert (before.tier.number, before.items, before.last) == (1, [], None)
    assert await world.run() == (0, 6)
    assert await world.run() == (0, 0), "once more changes nothing"
    await world.study(users[6:], 0)
    await world.study(users[3:4], 1)
    assert await world.run() == (0, 1)
    league = await world.league(users[0])
    assert len(league.items) == 7
    assert [row.rank for row in league.items] == list(range(1, 8))
    assert sum(row.is_me for row in league.items) == 1
    xp = [row.xp for row in league.items]
    assert xp == sorted(xp, reverse=True)
    assert [row.movement for row in league.items] == ["promoted"] * 2 + ["stayed"] * 5, "nobody goes below the first"

    await world.next_week()
    assert await world.run() == (1, 0)
    assert await world.run() == (0, 0)
    ended = {row.rank: row for row in league.items}
    for user in users:
        after = await world.league(user)
        assert after.items == []
        assert after.last is not None
        assert after.last.movement == ended[after.last.rank].movement
        assert after.tier.number == (2 if after.last.movement == "promoted" else 1)
        told = (await world.outbox.since(user.id, 0, limit=99))[-1]
        assert (told.kind, f'"rank":{after.last.rank}' in told.body) == ("league", True)
    assert (await world.league(world.someone)).last is None, "who did nothing raced nowhere"


async def test_tiers_race_apart_and_the_last_go_down(world: World):
    users = await world.learners(12)
    await world.study(users, 0)
    await world.run()
    await world.next_week()
    await world.run()
    up = [user for user in users if (await world.league(user)).tier.number == 2]
    assert len(up) == 4
    await world.study(users, 1)
    await world.run()
    stayed = next(user for user in users if user not in up)
    assert [len((await world.league(user)).items) for user in (up[0], stayed)] == [4, 8]
    await world.next_week()
    await world.run()
    tiers = [(await world.league(user)).tier.number for user in users]
    assert sorted(tiers) == [1] * 6 + [2] * 6, "of four nobody moves, of eight two go up"


async def test_groups_have_thirty_at_most(world: World):
    users = await world.learners(31)
    await world.study(users, 0)
    assert await world.run() == (0, 31)
    sizes = [len((await world.league(user)).items) for user in users]
    assert sizes == [30] * 30 + [1]


async def test_who_is_hidden_takes_no_part(world: World):
    users = await world.learners(6)
    await world.study(users, 0)

    async def choose(user: User, choice: LeaderboardChoice) -> None:
        async with world.persistence.begin() as unit:
            stored = await unit.users.get(user.id)
            await unit.users.save(replace(stored, leaderboard=choice, version=stored.version + 1))
            await unit.commit()

    await choose(users[0], LeaderboardChoice.HIDDEN)
    assert await world.run() == (0, 5)
    assert len((await world.league(users[1])).items) == 5
    await choose(users[1], LeaderboardChoice.HIDDEN)
    assert len((await world.league(users[2])).items) == 4
    await world.next_week()
    await world.run()
    assert [(await world.league(user)).last is None for user in users] == [True, True, False, False, False, False]


async def test_a_worker_that_comes_late_closes_every_week(world: World):
    users = await world.learners(5)
    await world.study(users, 0)
    await world.run()
    world.clock.advance(days=15)
    await world.study(users[:1], 1)
    assert await world.run() == (1, 1)
    league = await world.league(users[0])
    assert league.tier.number == (2 if league.last and league.last.movement == "promoted" else 1)


async def test_nobody_joins_before_the_last_race_can_be_closed(world: World):
    users = await world.learners(1)
    await world.study(users, 0)
    await world.run()
    end = week_ends((await world.league(users[0])).week)
    world.clock.advance(seconds=(end - world.clock() + timedelta(seconds=5)).total_seconds())
    await world.study(users, 1)
    assert await world.run() == (0, 0)
    world.clock.advance(minutes=1)
    assert await world.run() == (1, 1)

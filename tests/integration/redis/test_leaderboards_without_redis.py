"""Redis is emptied, stopped, or killed in the middle: leaderboards answer the same, and are built again."""

import asyncio
import signal
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest

from adapters.postgres.pool import Pool
from adapters.postgres.queries.leaderboards import PostgresLeaderboards, PostgresStandings
from adapters.postgres.unit import begin_unit
from adapters.redis.client import redis_client
from adapters.redis.leaderboard_projection import RedisProjection
from application.gamification import projected_leaderboards
from application.gamification.leaderboard_ports import Place, ProjectionAway
from application.gamification.projected_leaderboards import ProjectedLeaderboards
from domain.gamification.leaderboard import Board, Scope
from domain.identity.user import User
from tests.support.learning import Learning, Syllabus, a_syllabus
from tests.support.redis import RedisServer, redis_server

BOARD = Board(scope=Scope.ALL_TIME)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RedisServer]:
    with redis_server(tmp_path) as server:
        yield server


class World:
    def __init__(self, pool: Pool, server: RedisServer) -> None:
        self.client = redis_client(server.url)
        self.projection = RedisProjection(self.client)
        self.sql = PostgresLeaderboards(pool)
        self.boards = ProjectedLeaderboards(self.projection, self.sql, PostgresStandings(pool), fresh_seconds=0)
        self.learning = Learning(partial(begin_unit, pool))
        self.syllabus: Syllabus = a_syllabus(6)
        self.users: list[User] = []

    async def join(self) -> None:
        await self.syllabus.store(self.learning.begin)
        self.users = await self.learning.add_users(4)
        for user in self.users:
            await self.learning.enroll(user, self.syllabus.course)

    async def step(self, number: int) -> None:
        for user in self.users[: number % 4 + 1]:
            await self.learning.complete(user, self.syllabus.lessons[number])

    async def assert_same(self) -> list[Place]:
        """What is answered is what SQL says, whatever Redis does."""
        places = list(await self.boards.top(BOARD, limit=10))
        assert places == await self.sql.top(BOARD, limit=10)
        for user in self.users:
            assert await self.boards.place(BOARD, user.id) == await self.sql.place(BOARD, user.id)
            around = await self.boards.around(BOARD, user.id, neighbors=1)
            assert around == await self.sql.around(BOARD, user.id, neighbors=1)
        return places

    async def assert_built(self) -> None:
        """Soon Redis has it again, and says the same by itself."""
        places: Sequence[Place] | None = None
        expected = await self.sql.top(BOARD, limit=10)
        async with asyncio.timeout(10):
            while places != expected:
                await asyncio.sleep(0.02)
                await self.boards.top(BOARD, limit=1)
                with suppress(ProjectionAway):
                    places = await self.projection.top(BOARD, limit=10)


@pytest.fixture
async def world(empty_database: Pool, server: RedisServer, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    monkeypatch.setattr(projected_leaderboards, "PATIENCE_SECONDS", 0.05)
    made = World(empty_database, server)
    await made.join()
    yield made
    await made.boards.aclose()
    await made.client.aclose()


async def test_before_and_after_it_is_built(world: World):
    await world.step(0)
    assert len(await world.assert_same()) == 1
    await world.assert_built()
    await world.step(3)
    assert len(await world.assert_same()) == 4


async def test_emptied(world: World):
    await world.step(0)
    await world.assert_built()
    await world.client.flushall()
    await world.step(1)
    await world.assert_same()
    await world.assert_built()


async def test_emptied_between_reading_and_writing(world: World):
    """What is put into a board that was lost meanwhile would be all that is on it."""
    await world.step(0)
    await world.assert_built()
    position = await world.projection.position(BOARD)
    await world.client.flushall()
    with pytest.raises(ProjectionAway):
        await world.projection.put(BOARD, [], position=position)
    await world.assert_same()


async def test_stopped_and_continued(world: World, server: RedisServer):
    await world.step(0)
    await world.assert_built()
    server.process.send_signal(signal.SIGSTOP)
    try:
        await world.step(1)
        async with asyncio.timeout(5):
            await world.boards.top(BOARD, limit=10)
        await world.assert_same()
    finally:
        server.process.send_signal(signal.SIGCONT)
    await world.step(2)
    await world.assert_built()
    await world.assert_same()


async def test_killed(world: World, server: RedisServer):
    await world.step(0)
    await world.assert_built()
    server.process.kill()
    server.process.wait(10)
    for number in (1, 2, 3):
        await world.step(number)
        await world.assert_same()


async def test_built_while_learners_learn(world: World):
    """What is earned while the board is built is on it: the position is from before."""
    await asyncio.gather(*(world.step(number) for number in range(3)), world.boards.build(BOARD))
    await world.boards.top(BOARD, limit=1)
    assert await world.projection.top(BOARD, limit=10) == await world.sql.top(BOARD, limit=10)

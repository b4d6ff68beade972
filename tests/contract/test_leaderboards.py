"""Leaderboards say the same wherever they come from: sorted in memory, by SQL, and from projections, also in Redis."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from adapters.memory.leaderboard_projection import MemoryProjection
from adapters.memory.leaderboards import MemoryLeaderboards, MemoryStandings
from adapters.memory.unit import MemoryStore
from adapters.postgres.queries.leaderboards import PostgresLeaderboards, PostgresStandings
from adapters.redis.client import redis_client
from adapters.redis.leaderboard_projection import RedisProjection
from application.gamification.leaderboard_ports import (
    Face,
    Improvement,
    Leaderboards,
    Place,
    Projection,
    ProjectionAway,
    Standing,
    Standings,
)
from application.gamification.projected_leaderboards import ProjectedLeaderboards
from domain.gamification.leaderboard import Board, Order, Scope
from domain.gamification.quests import monday_of
from domain.identity.user import LeaderboardChoice, Status, User
from domain.shared.ids import UserId
from tests.contract.conftest import Persistence
from tests.support.clock import SettableClock
from tests.support.learning import Learning, Syllabus, a_syllabus
from tests.support.people import NOON, a_user
from tests.support.redis import redis_server

ALL_TIME = Board(scope=Scope.ALL_TIME)
WEEK = Board(scope=Scope.WEEK, week=monday_of(NOON))


@pytest.fixture(scope="session")
def redis_url(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with redis_server(tmp_path_factory.mktemp("redis")) as server:
        yield server.url


@pytest.fixture(params=["direct", "memory", "redis"])
async def projection(request: pytest.FixtureRequest) -> AsyncIterator[Projection | None]:
    if request.param == "direct":
        yield None
    elif request.param == "memory":
        yield MemoryProjection()
    else:
        client = redis_client(request.getfixturevalue("redis_url"))
        yield RedisProjection(client, prefix=uuid4().hex)
        await client.aclose()


class World:
    """Three lessons a course. What is asked is asked of `boards`, which is built for the boards that are named."""

    def __init__(self, persistence: Persistence, projection: Projection | None) -> None:
        self.persistence = persistence
        self.learning = Learning(persistence.begin)
        self.clock: SettableClock = self.learning.clock
        place = persistence.place
        self.direct: Leaderboards
        self.standings: Standings
        if isinstance(place, MemoryStore):
            self.direct, self.standings = MemoryLeaderboards(place.committed), MemoryStandings(place.committed)
        else:
            self.direct, self.standings = PostgresLeaderboards(place), PostgresStandings(place)
        self.boards: Leaderboards = self.direct
        if projection is not None:
            self.projected = ProjectedLeaderboards(projection, self.direct, self.standings, fresh_seconds=0)
            self.boards = self.projected

    async def build(self, *boards: Board) -> None:
        if self.boards is not self.direct:
            for board in boards:
                await self.projected.build(board)

    async def learners(self, syllabus: Syllabus, count: int, **given: Any) -> list[User]:
        users = sorted((a_user(**given) for _ in range(count)), key=lambda user: user.id)
        await self.persistence.add_users(*users)
        for user in users:
            await self.learning.enroll(user, syllabus.course)
        return users

    async def complete(self, user: User, syllabus: Syllabus, count: int) -> None:
        for lesson in syllabus.lessons[:count]:
            await self.learning.complete(user, lesson)

    async def adjust(self, user: User, **changed: Any) -> None:
        async with self.persistence.begin() as unit:
            stored = await unit.users.get(user.id)
            await unit.users.save(replace(stored, version=stored.version + 1, **changed))
            await unit.commit()


@pytest.fixture
async def world(persistence: Persistence, projection: Projection | None) -> AsyncIterator[World]:
    made = World(persistence, projection)
    yield made
    if made.boards is not made.direct:
        await made.projected.aclose()


@pytest.fixture
async def syllabus(world: World) -> Syllabus:
    made = a_syllabus(4)
    await made.store(world.persistence.begin)
    return made


def who(places: Sequence[Place]) -> list[UserId]:
    return [place.user_id for place in places]


async def test_the_higher_score_is_ahead_and_of_two_the_earlier(world: World, syllabus: Syllabus):
    board = Board(scope=Scope.COURSE, course_id=syllabus.course.id)
    boards = (ALL_TIME, WEEK, board)
    await world.build(*boards)
    late, first, second, _idle = await world.learners(syllabus, 4)
    for user in (first, second, late):
        await world.complete(user, syllabus, 1)
        world.clock.advance(seconds=1)
    for board in boards:
        places = await world.boards.top(board, limit=10)
        xp = [place.xp for place in places]
        assert xp == sorted(xp, reverse=True)
        assert [place.rank for place in places] == [1, 2, 3]
        assert set(who(places)) == {late.id, first.id, second.id}
    by_course = await world.boards.top(boards[2], limit=10)
    assert who(by_course) == [first.id, second.id, late.id], "each has 10 there, whatever the quests brought"
    await world.complete(late, syllabus, 3)
    assert who(await world.boards.top(boards[2], limit=1)) == [late.id]
    assert (await world.boards.place(boards[2], late.id)) == (1, 3)


async def test_around_me(world: World, syllabus: Syllabus):
    board = Board(scope=Scope.COURSE, course_id=syllabus.course.id)
    await world.build(board)
    users = await world.learners(syllabus, 7)
    for user in users[:6]:
        await world.complete(user, syllabus, 1)
        world.clock.advance(seconds=1)
    ids = [user.id for user in users]
    for mine, shown, first in ((0, ids[0:3], 1), (2, ids[0:5], 1), (3, ids[1:6], 2), (5, ids[3:6], 4)):
        places = await world.boards.around(board, ids[mine], neighbors=2)
        assert who(places) == shown
        assert [place.rank for place in places] == list(range(first, first + len(shown)))
    assert await world.boards.around(board, ids[6], neighbors=2) == [], "who has no XP has no place"
    assert await world.boards.place(board, ids[6]) == (None, 6)
    assert await world.boards.place(board, ids[5]) == (6, 6)
    assert [place.rank for place in await world.boards.top(board, limit=2)] == [1, 2]


@pytest.mark.parametrize(
    "unseen", [{"leaderboard": LeaderboardChoice.HIDDEN}, {"status": Status.INACTIVE}, {"deleted_at": NOON}], ids=str
)
async def test_who_is_not_seen_is_nowhere(world: World, syllabus: Syllabus, unseen: dict[str, Any]):
    board = Board(scope=Scope.COURSE, course_id=syllabus.course.id)
    await world.build(board, ALL_TIME)
    first, second = await world.learners(syllabus, 2)
    for user in (first, second):
        await world.complete(user, syllabus, 1)
        world.clock.advance(seconds=1)
    assert await world.boards.place(board, second.id) == (2, 2)
    await world.adjust(first, **unseen)
    for each in (board, ALL_TIME):
        assert who(await world.boards.top(each, limit=9)) == [second.id]
        assert await world.boards.place(each, second.id) == (1, 1)
        assert await world.boards.place(each, first.id) == (None, 1)
        assert await world.boards.around(each, first.id, neighbors=3) == []
    seen = {"leaderboard": LeaderboardChoice.NAME, "status": Status.ACTIVE, "deleted_at": None}
    await world.adjust(first, **seen)
    assert who(await world.boards.top(board, limit=9)) == [first.id, second.id]


async def test_a_week_begins_empty(world: World, syllabus: Syllabus):
    [user] = await world.learners(syllabus, 1)
    await world.complete(user, syllabus, 1)
    world.clock.advance(days=7)
    after = Board(scope=Scope.WEEK, week=monday_of(world.clock()))
    await world.build(WEEK, after)
    assert (await world.boards.place(after, user.id), (await world.boards.place(WEEK, user.id))[0]) == ((None, 0), 1)
    assert await world.standings.improved(after.week or NOON.date(), limit=5) == []
    await world.complete(user, syllabus, 3)
    places = await world.boards.top(after, limit=5)
    assert who(places) == [user.id]


async def test_who_improved_most(persistence: Persistence):
    world = World(persistence, None)
    syllabus = a_syllabus(9)
    await syllabus.store(persistence.begin)
    steady, riser, new = await world.learners(syllabus, 3)
    await world.complete(steady, syllabus, 4)
    await world.complete(riser, syllabus, 1)
    world.clock.advance(days=7)
    for user, count in ((steady, 5), (riser, 7), (new, 2)):
        await world.complete(user, syllabus, count)
        world.clock.advance(minutes=2)
    week = monday_of(world.clock())
    found = await world.standings.improved(week, limit=5)
    before = {place.user_id: place.xp for place in await world.direct.top(WEEK, limit=9)}
    now = {place.user_id: place.xp for place in await world.direct.top(Board(scope=Scope.WEEK, week=week), limit=9)}
    gains = {user: xp - before.get(user, 0) for user, xp in now.items() if xp > before.get(user, 0)}
    assert {each.user_id: each.gain for each in found} == gains
    assert [each.gain for each in found] == sorted(gains.values(), reverse=True)
    assert found[0] == Improvement(found[0].user_id, now[found[0].user_id], max(gains.values()))


async def test_names_are_as_chosen(persistence: Persistence):
    world = World(persistence, None)
    syllabus = a_syllabus(1)
    await syllabus.store(persistence.begin)
    users = await world.learners(syllabus, 3)
    await world.adjust(users[1], leaderboard=LeaderboardChoice.PSEUDONYM, pseudonym="Elang Rajin")
    await world.adjust(users[2], leaderboard=LeaderboardChoice.HIDDEN)
    faces = await world.standings.faces([user.id for user in users])
    assert [faces[user.id] for user in users[:2]] == [Face("Budi Santoso", True), Face("Elang Rajin", True)]
    assert not faces[users[2].id].is_visible


async def test_whose_course_board_it_is(persistence: Persistence):
    world = World(persistence, None)
    owner = a_user()
    await persistence.add_users(owner)
    syllabus = a_syllabus(1, created_by=owner.id)
    await syllabus.store(persistence.begin)
    [learner, gone], stranger = await world.learners(syllabus, 2), a_user()
    await persistence.add_users(stranger)
    await world.learning.withdraw(gone, syllabus.course)
    course = syllabus.course.id
    may_see = [await world.standings.may_see(course, user.id) for user in (owner, learner, gone, stranger)]
    assert may_see == [True, True, False, False]
    assert await world.standings.may_see(a_syllabus(1).course.id, owner.id) is None


async def test_everybody_is_told_of_page_by_page(persistence: Persistence, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("adapters.postgres.queries.leaderboards.AT_ONCE", 2)
    world = World(persistence, None)
    syllabus = a_syllabus(2)
    await syllabus.store(persistence.begin)
    users = await world.learners(syllabus, 5)
    for user in users[1:]:
        await world.complete(user, syllabus, 1)
    pages = [page async for page in world.standings.all(ALL_TIME)]
    assert {each.user_id for page in pages for each in page} == {user.id for user in users[1:]}


@pytest.fixture(params=["memory", "redis"])
async def bare(request: pytest.FixtureRequest) -> AsyncIterator[Projection]:
    if request.param == "memory":
        yield MemoryProjection()
    else:
        client = redis_client(request.getfixturevalue("redis_url"))
        yield RedisProjection(client, prefix=uuid4().hex)
        await client.aclose()


async def pages(*standings: Standing) -> AsyncIterator[Sequence[Standing]]:
    yield standings


def at(user: User, stamp: int, xp: int, seconds: int = 0) -> Standing:
    return Standing(user.id, stamp, Order.of(xp, NOON + timedelta(seconds=seconds), user.id))


async def test_a_board_that_was_not_built_is_not_empty_but_away(bare: Projection):
    user = a_user()
    for question in (
        bare.position(ALL_TIME), bare.top(ALL_TIME, limit=1), bare.place(ALL_TIME, user.id),
        bare.around(ALL_TIME, user.id, neighbors=1), bare.put(ALL_TIME, [at(user, 1, 1)], position=1),
    ):  # fmt: skip
        with pytest.raises(ProjectionAway):
            await question


async def test_what_comes_late_or_twice_changes_nothing(bare: Projection):
    one, other = sorted((a_user(), a_user()), key=lambda user: user.id)
    await bare.replace(ALL_TIME, pages(at(one, 3, 30)), position=5)
    await bare.put(ALL_TIME, [at(one, 2, 20), at(other, 1, 25)], position=6)
    await bare.put(ALL_TIME, [at(one, 3, 99)], position=4)
    assert await bare.top(ALL_TIME, limit=9) == [Place(1, one.id, 30), Place(2, other.id, 25)]
    assert await bare.position(ALL_TIME) == 6
    await bare.put(ALL_TIME, [Standing(one.id, 4, None)], position=7)
    await bare.put(ALL_TIME, [at(one, 3, 30)], position=8)
    assert await bare.top(ALL_TIME, limit=9) == [Place(1, other.id, 25)]


async def test_a_board_is_replaced_as_a_whole(bare: Projection):
    one, other = a_user(), a_user()
    await bare.replace(ALL_TIME, pages(at(one, 3, 30)), position=5)
    await bare.replace(ALL_TIME, pages(at(other, 1, 7)), position=9)
    assert await bare.top(ALL_TIME, limit=9) == [Place(1, other.id, 7)]
    await bare.replace(ALL_TIME, pages(), position=10)
    assert await bare.top(ALL_TIME, limit=9) == []
    assert await bare.place(ALL_TIME, one.id) == (None, 0)
    await bare.put(ALL_TIME, [at(one, 3, 30)], position=11)
    assert await bare.place(ALL_TIME, one.id) == (1, 1)

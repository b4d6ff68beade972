"""Whoever watches a board sees each change of it, and it is asked for once, however many watch."""

import asyncio
from collections.abc import Sequence
from uuid import UUID

import pytest

from adapters.memory.leaderboards import MemoryLeaderboards, MemoryStandings
from adapters.memory.unit import MemoryStore
from application.gamification.first_places import MOST_BOARDS, FirstPlaces
from application.gamification.leaderboard_ports import Place
from application.gamification.live_feed import MOST_PAGES, TooManyPages
from application.gamification.show_leaderboard import (
    LeaderboardOfOthers,
    LeaderboardQuestion,
    LeaderboardView,
    ShowLeaderboard,
    View,
)
from application.gamification.watch_leaderboard import MOST_WATCHED, WatchLeaderboard
from domain.gamification.leaderboard import Board, Scope
from domain.identity.user import User
from domain.shared.errors import Unavailable
from domain.shared.ids import CourseId
from tests.support.learning import Learning, a_syllabus
from tests.support.people import a_user


class CountedLeaderboards(MemoryLeaderboards):
    asked = 0

    async def top(self, board: Board, *, limit: int) -> Sequence[Place]:
        self.asked += 1
        return await super().top(board, limit=limit)


class World:
    def __init__(self, fresh_seconds: float = 0) -> None:
        self.store = MemoryStore()
        self.learning = Learning(self.store.begin)
        self.leaderboards = CountedLeaderboards(self.store.committed)
        standings = MemoryStandings(self.store.committed)
        first_places = FirstPlaces(self.leaderboards, standings, fresh_seconds=fresh_seconds)
        show = ShowLeaderboard(self.leaderboards, standings, first_places, self.learning.clock)
        self.watch = WatchLeaderboard(show, first_places)
        self.syllabus = a_syllabus(4)
        self.users = [a_user() for _ in range(3)]

    async def join(self) -> None:
        await self.syllabus.store(self.store.begin)
        async with self.store.begin() as unit:
            for user in self.users:
                await unit.users.add(user)
            await unit.commit()
        for user in self.users[:2]:
            await self.learning.enroll(user, self.syllabus.course)

    async def study(self, who: int, lesson: int) -> None:
        await self.learning.complete(self.users[who], self.syllabus.lessons[lesson])
        self.learning.clock.advance(seconds=30)

    def question(self, user: User, scope: Scope = Scope.ALL_TIME) -> LeaderboardQuestion:
        course_id = self.syllabus.course.id if scope is Scope.COURSE else None
        return LeaderboardQuestion(
            user_id=user.id, is_admin=False, scope=scope, view=View.TOP, course_id=course_id, limit=MOST_WATCHED,
            neighbors=1,
        )  # fmt: skip


@pytest.fixture
async def world() -> World:
    made = World()
    await made.join()
    return made


def leader(view: LeaderboardView | None) -> tuple[int, bool]:
    assert view is not None
    return view.items[0].xp, view.items[0].is_me


async def test_a_race_that_is_watched(world: World):
    async with world.watch(world.question(world.users[2])) as third, world.watch(world.question(world.users[0])) as own:
        first = await third.look()
        assert first is not None
        assert first.items == []
        assert await third.look() is None, "nothing is different"
        await world.study(0, 0)
        seen, mine = leader(await third.look()), leader(await own.look())
        assert (seen[0], seen[1], mine[1]) == (mine[0], False, True)
        assert (await third.look(), await own.look()) == (None, None)
        await world.study(1, 0)
        await world.study(1, 1)
        view = await third.look()
        assert view is not None
        assert [row.rank for row in view.items] == [1, 2]
        assert view.items[0].xp > view.items[1].xp


async def test_it_is_asked_for_once_however_many_watch():
    world = World(fresh_seconds=60)
    await world.join()
    async with (
        world.watch(world.question(world.users[0])) as one,
        world.watch(world.question(world.users[1])) as other,
        world.watch(world.question(world.users[1])) as again,
    ):
        await asyncio.gather(*(each.look() for each in (one, other, again)))
        assert world.leaderboards.asked == 1
        assert world.watch.open_watches == 3
    assert world.watch.open_watches == 0


async def test_a_course_is_for_who_learns_in_it(world: World):
    async with world.watch(world.question(world.users[0], Scope.COURSE)) as watched:
        assert await watched.look() is not None
    with pytest.raises(LeaderboardOfOthers):
        async with world.watch(world.question(world.users[2], Scope.COURSE)):
            pass


async def test_nobody_watches_more_than_ten(world: World):
    question = world.question(world.users[0])
    watches = [world.watch(question) for _ in range(MOST_PAGES)]
    for watch in watches:
        await watch.__aenter__()
    with pytest.raises(TooManyPages):
        async with world.watch(question):
            pass
    await watches.pop().__aexit__(None, None, None)
    async with world.watch(question):
        pass
    for watch in watches:
        await watch.__aexit__(None, None, None)


async def test_boards_that_nobody_asks_for_are_forgotten(world: World):
    first_places = FirstPlaces(world.leaderboards, MemoryStandings(world.store.committed))
    for number in range(MOST_BOARDS + 5):
        await first_places(Board(scope=Scope.COURSE, course_id=CourseId(UUID(int=number))))
    assert len(first_places._kept) == MOST_BOARDS


class AwayLeaderboards(CountedLeaderboards):
    async def top(self, board: Board, *, limit: int) -> Sequence[Place]:
        await super().top(board, limit=limit)
        await asyncio.sleep(0.01)
        raise Unavailable("The database is away.")


async def test_a_failure_is_shared_and_not_kept(world: World):
    away = AwayLeaderboards(world.store.committed)
    first_places = FirstPlaces(away, MemoryStandings(world.store.committed))
    board = Board(scope=Scope.ALL_TIME)
    for asked in (1, 2):
        failed = await asyncio.gather(*(first_places(board) for _ in range(20)), return_exceptions=True)
        assert {type(each) for each in failed} == {Unavailable}
        assert away.asked == asked

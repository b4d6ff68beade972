"""The live feed: each page gets each notice of its learner once, in order, and what it missed first."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from adapters.memory.outbox import MemoryOutboxQueries
from adapters.memory.unit import MemoryStore
from application.gamification.live_feed import (
    MOST_MISSED,
    MOST_PAGES,
    MOST_WAITING,
    FeedClosed,
    LiveFeed,
    Page,
    TooManyPages,
)
from application.gamification.outbox_ports import Tail
from domain.shared.errors import Unavailable
from domain.shared.ids import UserId
from tests.support.learning import Learning, a_syllabus
from tests.support.notices import tell
from tests.support.people import a_user


class World:
    def __init__(self, outbox: type[MemoryOutboxQueries] = MemoryOutboxQueries) -> None:
        self.store = MemoryStore()
        self.outbox = outbox(self.store.committed)
        self.feed = LiveFeed(self.outbox, period=0.001)
        self.syllabus = a_syllabus(1)
        self.users = [a_user(), a_user()]

    async def join(self) -> None:
        await self.syllabus.store(self.store.begin)
        async with self.store.begin() as unit:
            for user in self.users:
                await unit.users.add(user)
            await unit.commit()
        for user in self.users:
            await Learning(self.store.begin).enroll(user, self.syllabus.course)

    async def tell(self, *bodies: str, who: int = 0) -> None:
        for body in bodies:
            await tell(self.store.begin, self.users[who], self.syllabus.course.id, body)

    @property
    def user_id(self) -> UserId:
        return self.users[0].id


@asynccontextmanager
async def running(world: World) -> AsyncIterator[World]:
    await world.join()
    task = asyncio.create_task(world.feed.run())
    try:
        yield world
    finally:
        task.cancel()


async def bodies(page: Page, count: int) -> list[str | None]:
    found = [await asyncio.wait_for(page.next(), 5) for _ in range(count)]
    return [None if told is None else told.body for told in found]


async def test_what_happens_comes_to_all_pages_of_the_learner_alone():
    async with (
        running(World()) as world,
        world.feed.page(world.user_id, None) as one,
        world.feed.page(world.user_id, None) as two,
        world.feed.page(world.users[1].id, None) as other,
    ):
        await world.tell("1", "2")
        await world.tell("other", who=1)
        assert await bodies(one, 2) == await bodies(two, 2) == ["1", "2"]
        assert await bodies(other, 1) == ["other"]
        assert world.feed.open_pages == 3
    assert world.feed.open_pages == 0


async def test_what_was_missed_comes_first_and_nothing_twice():
    async with running(World()) as world:
        await world.tell("0", "1", "2")
        last = (await world.outbox.since(world.user_id, 0, limit=1))[0].number
        async with world.feed.page(world.user_id, last) as page:
            await world.tell("3")
            assert await bodies(page, 3) == ["1", "2", "3"]
            assert page.queue.empty()
            assert not page.is_reset


async def test_a_page_that_comes_between_reading_and_telling_misses_nothing():
    """The notice is told after the page was placed and before it is caught up: it comes once."""

    class Slow(MemoryOutboxQueries):
        world: World

        async def newest(self, user_id: UserId) -> int:
            before = await super().newest(user_id)
            await self.world.tell("meanwhile")
            await asyncio.sleep(0.02)
            return before

    made = World(Slow)
    Slow.world = made
    async with running(made) as world, world.feed.page(world.user_id, None) as page:
        await world.tell("after")
        assert await bodies(page, 2) == ["meanwhile", "after"]


@pytest.mark.parametrize("missed", [MOST_MISSED, MOST_MISSED + 1])
async def test_who_missed_too_much_is_told_to_begin_anew(missed: int):
    async with running(World()) as world:
        await world.tell(*["."] * (missed + 1))
        first = (await world.outbox.since(world.user_id, 0, limit=1))[0].number
        async with world.feed.page(world.user_id, first) as page:
            assert page.is_reset == (missed > MOST_MISSED)
            assert len(page.missed) == (0 if page.is_reset else missed)


async def test_who_knows_a_notice_that_is_forgotten_is_told_to_begin_anew():
    async with running(World()) as world:
        await world.tell("1")
        async with world.feed.page(world.user_id, 4711) as page:
            assert page.is_reset
            await world.tell("2")
            assert await bodies(page, 1) == ["2"]


async def test_a_page_that_lags_behind_is_cut_off():
    async with running(World()) as world, world.feed.page(world.user_id, None) as page:
        await world.tell(*["."] * (MOST_WAITING + 1))
        await asyncio.sleep(0.05)
        assert await bodies(page, 1) == [None]


async def test_there_are_not_too_many_pages_and_none_while_it_stops():
    async with running(World()) as world:
        pages = [world.feed.page(world.user_id, None) for _ in range(MOST_PAGES)]
        opened = [await page.__aenter__() for page in pages]
        with pytest.raises(TooManyPages):
            await world.feed.page(world.user_id, None).__aenter__()
        async with world.feed.page(world.users[1].id, None):
            world.feed.close()
            assert await bodies(opened[0], 1) == [None]
        with pytest.raises(FeedClosed):
            await world.feed.page(world.user_id, None).__aenter__()
        for page in pages:
            await page.__aexit__(None, None, None)


async def test_a_store_that_is_away_for_a_while_costs_nothing(monkeypatch: pytest.MonkeyPatch):
    class Flaky(MemoryOutboxQueries):
        is_away = False

        async def tail(self, position: int | None) -> Tail:
            if self.is_away:
                Flaky.is_away = False
                raise Unavailable("away")
            return await super().tail(position)

    sleep = asyncio.sleep

    async def shortly(seconds: float) -> None:
        await sleep(min(seconds, 0.001))

    monkeypatch.setattr("application.gamification.live_feed.asyncio.sleep", shortly)
    async with running(World(Flaky)) as world, world.feed.page(world.user_id, None) as page:
        Flaky.is_away = True
        await world.tell("1")
        assert await bodies(page, 1) == ["1"]


async def test_without_pages_nothing_is_read():
    reads = []

    class Counted(MemoryOutboxQueries):
        async def tail(self, position: int | None) -> Tail:
            reads.append(position)
            return await super().tail(position)

    async with running(World(Counted)) as world:
        async with world.feed.page(world.user_id, None):
            await asyncio.sleep(0.02)
        await asyncio.sleep(0.02)
        before = len(reads)
        await asyncio.sleep(0.02)
        assert len(reads) == before > 1
        async with world.feed.page(world.user_id, None) as page:
            await world.tell("again")
            assert await bodies(page, 1) == ["again"]

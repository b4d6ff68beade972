"""Quests of classes, in any store: a class wins a week together, and each of those who got there is paid once."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import msgspec
import pytest
from uuid_utils.compat import uuid7

from adapters.memory.game_queries import MemoryGameQueries
from adapters.memory.unit import MemoryStore
from adapters.postgres.queries.game import PostgresGameQueries
from application.gamification.class_quest_ports import ClassQuests
from application.gamification.queries import GameQueries, XpQuestion
from application.gamification.rulebook import Rulebook
from application.gamification.run_class_quests import WEEKS, RunClassQuestsHandler
from application.gamification.run_leagues import GRACE
from application.gamification.show_game import ShowGame
from application.gamification.verify_ledger import VerifyLedgerHandler
from application.gamification.views import ClassQuestView, XpEntryView, XpPage
from domain.gamification.quests import monday_of, week_ends
from domain.identity.profile import Role
from domain.identity.user import User
from domain.shared.ids import CourseId, UserId
from tests.contract.class_quests import class_quest_queries
from tests.contract.conftest import Persistence
from tests.support.learning import Learning, Syllabus, a_syllabus
from tests.support.people import a_user


class World:
    """A course of eight lessons; five of them in a week are the goal."""

    def __init__(self, persistence: Persistence) -> None:
        self.persistence = persistence
        self.learning = Learning(persistence.begin)
        self.clock = self.learning.clock
        place = persistence.place
        self.games: GameQueries = (
            MemoryGameQueries(place.committed) if isinstance(place, MemoryStore) else PostgresGameQueries(place)
        )
        self.show = ShowGame(self.games, class_quest_queries(persistence), Rulebook(), self.clock)
        self.run = RunClassQuestsHandler(persistence.begin, Rulebook(), self.clock, uuid7)
        self.verify = VerifyLedgerHandler(persistence.begin, Rulebook())
        self.syllabus: Syllabus = a_syllabus(8)

    async def learners(self, *lessons: int) -> list[User]:
        """So many, each of whom completes so many lessons."""
        users = [a_user() for _ in lessons]
        await self.persistence.add_users(*users)
        for user, count in zip(users, lessons, strict=True):
            await self.learning.enroll(user, self.syllabus.course)
            await self.study(user, range(count))
        return users

    async def study(self, user: User, lessons: Sequence[int]) -> None:
        for number in lessons:
            await self.learning.complete(user, self.syllabus.lessons[number])
            self.clock.advance(seconds=30)

    async def quest(self, user: User) -> ClassQuestView:
        [quest] = (await self.show.quests(user.id)).classes
        return quest

    async def prizes(self, user: User) -> list[XpEntryView]:
        page = msgspec.json.decode((await self.games.ledger(user.id, XpQuestion(limit=100))).body, type=XpPage)
        return [entry for entry in page.items if entry.source.startswith("weekly/")]

    def next_week(self) -> None:
        end = week_ends(monday_of(self.clock()))
        self.clock.advance(seconds=(end + GRACE - self.clock()).total_seconds() + 1)


@pytest.fixture
async def world(persistence: Persistence) -> World:
    made = World(persistence)
    await made.syllabus.store(persistence.begin)
    return made


async def test_a_week_that_a_class_wins(world: World):
    first, second, third, idle = await world.learners(5, 6, 1, 0)
    quest = await world.quest(third)
    assert (quest.done, quest.target, quest.reached, quest.needed, quest.members) == (1, 5, 2, 2, 3)
    assert quest.is_won_so_far
    assert quest.name["en"] == "A diligent class: 5 lessons this week"
    assert (await world.quest(second)).done == 5, "no more than it takes"
    assert (await world.quest(idle)).done == 0
    assert await world.run() == (0, 0), "the week isn't over"

    week = monday_of(world.clock())
    world.next_week()
    assert await world.run() == (1, 2)
    assert await world.run() == (0, 0), "once more pays nothing"
    for user in (first, second):
        [prize] = await world.prizes(user)
        assert (prize.rule, prize.decision, prize.amount) == ("quest.completed", "granted", 15)
        assert prize.source == f"weekly/{week}/{world.syllabus.course.id}"
    assert [await world.prizes(user) for user in (third, idle)] == [[], []]
    after = await world.quest(first)
    assert (after.done, after.members, after.is_won_so_far) == (0, 0, False), "a new week begins with nothing"
    assert (await world.verify()).drifts == []


async def test_a_week_that_a_class_does_not_win(world: World):
    [first, *_] = await world.learners(5, 4, 4)
    assert not (await world.quest(first)).is_won_so_far
    world.next_week()
    assert await world.run() == (1, 0)
    assert await world.prizes(first) == []


async def test_who_left_is_in_no_class_but_what_they_did_is(world: World):
    first, _, left = await world.learners(5, 5, 1)
    await world.learning.withdraw(left, world.syllabus.course)
    assert (await world.show.quests(left.id)).classes == []
    assert (await world.quest(first)).members == 3


async def test_staff_are_no_part_of_it(world: World):
    await world.learners(5, 5)
    admin = replace(a_user(), role=Role.ADMIN)
    await world.persistence.add_users(admin)
    await world.learning.enroll(admin, world.syllabus.course)
    await world.study(admin, range(5))
    quest = await world.quest(admin)
    assert (quest.members, quest.done, quest.is_won_so_far) == (2, 0, False)
    world.next_week()
    assert await world.run() == (1, 0)


class DiesAfterTheFirst(RunClassQuestsHandler):
    paid = 0

    async def _pay(self, user_id: UserId, course_id: CourseId, week: date) -> bool:
        if self.paid:
            raise ConnectionAbortedError
        self.paid += 1
        return await super()._pay(user_id, course_id, week)


async def test_it_goes_on_after_it_was_killed(world: World):
    users = await world.learners(5, 5, 5)
    world.next_week()
    with pytest.raises(ConnectionAbortedError):
        await DiesAfterTheFirst(world.persistence.begin, Rulebook(), world.clock, uuid7)()
    assert sorted([len(await world.prizes(user)) for user in users]) == [0, 0, 1]
    assert await world.run() == (1, 2)
    assert [len(await world.prizes(user)) for user in users] == [1, 1, 1]
    assert (await world.verify()).drifts == []


async def test_two_workers_at_once_pay_once(world: World):
    users = await world.learners(5, 5, 5, 5)
    world.next_week()
    outcomes = await asyncio.gather(world.run(), world.run(), world.run())
    assert sum(paid for _, paid in outcomes) == len(users)
    assert [len(await world.prizes(user)) for user in users] == [1] * len(users)


async def test_a_week_that_is_long_over_pays_nobody(world: World):
    [first, *_] = await world.learners(5, 5, 5)
    world.next_week()
    late = world.clock() + timedelta(weeks=WEEKS)
    world.clock.advance(seconds=(late - world.clock()).total_seconds())
    assert await world.run() == (0, 0)
    assert await world.prizes(first) == []


async def test_one_late_week_is_closed_late(world: World):
    [first, *_] = await world.learners(5, 5, 5)
    world.next_week()
    world.clock.advance(days=15)
    assert await world.run() == (1, 3)
    assert len(await world.prizes(first)) == 1


async def test_a_closed_week_stays_as_it_was(world: World):
    await world.learners(5, 5, 5)
    week = monday_of(world.clock())
    world.next_week()
    await world.run()
    async with world.persistence.begin() as unit:
        quests: ClassQuests = unit.class_quests
        assert await quests.due(week, limit=9) == []
        assert sorted((await quests.lessons(world.syllabus.course.id, week)).values()) == [5, 5, 5]

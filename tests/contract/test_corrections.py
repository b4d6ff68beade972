"""Corrections and free days, in any store: rows that say who and why, and a calendar that rewrites no streak."""

from datetime import timedelta

import msgspec
import pytest
from uuid_utils.compat import uuid7

from adapters.memory.free_days import MemoryFreeDayQueries
from adapters.memory.game_queries import MemoryGameQueries
from adapters.memory.unit import MemoryStore
from adapters.postgres.queries.game import PostgresGameQueries
from adapters.postgres.repositories.free_days import PostgresFreeDayQueries
from application.gamification.correct_xp import CorrectionBelowZero, CorrectionView, CorrectXp, CorrectXpHandler
from application.gamification.free_days import (
    ChangeFreeDays,
    FreeDayBegun,
    FreeDayNotFound,
    FreeDayQueries,
    FreeDayView,
)
from application.gamification.ports import PlayerNotFound
from application.gamification.queries import GameQueries, XpQuestion
from application.gamification.rulebook import Rulebook
from application.gamification.show_game import ShowGame
from application.gamification.verify_ledger import VerifyLedgerHandler
from application.gamification.views import XpPage
from application.shared.actor import Actor
from application.shared.idempotency import IdempotencyKey
from domain.gamification.quests import monday_of
from domain.shared.ids import UserId
from tests.contract.class_quests import class_quest_queries
from tests.contract.conftest import Persistence
from tests.support.learning import Learning, a_syllabus
from tests.support.people import a_user, an_admin


class World:
    def __init__(self, persistence: Persistence) -> None:
        self.persistence = persistence
        self.learning = Learning(persistence.begin)
        self.clock = self.learning.clock
        place = persistence.place
        self.games: GameQueries
        self.calendar: FreeDayQueries
        if isinstance(place, MemoryStore):
            self.games, self.calendar = MemoryGameQueries(place.committed), MemoryFreeDayQueries(place.committed)
        else:
            self.games, self.calendar = PostgresGameQueries(place), PostgresFreeDayQueries(place)
        self.handler = CorrectXpHandler(persistence.begin, self.clock, uuid7)
        self.free_days = ChangeFreeDays(persistence.begin, self.clock, uuid7)
        self.show = ShowGame(self.games, class_quest_queries(persistence), Rulebook(), self.clock)
        self.admin, self.user = an_admin(), a_user()
        self.syllabus = a_syllabus(14)

    @property
    def actor(self) -> Actor:
        return Actor(user_id=self.admin.id, is_admin=True, source="http")

    async def join(self) -> None:
        await self.syllabus.store(self.persistence.begin)
        await self.persistence.add_users(self.admin, self.user)
        await self.learning.enroll(self.user, self.syllabus.course)

    async def correct(
        self, amount: int, user_id: UserId | None = None, key: IdempotencyKey | None = None
    ) -> CorrectionView:
        command = CorrectXp(
            actor=self.actor, user_id=user_id or self.user.id, amount=amount, note="Keliru.", idempotency=key
        )
        made = await self.handler(command)
        return msgspec.json.decode(made.view.body, type=CorrectionView, strict=True)

    async def drifts(self) -> list[object]:
        return list((await VerifyLedgerHandler(self.persistence.begin, Rulebook())()).drifts)

    async def badges(self) -> set[tuple[str, str]]:
        found = (await self.show.badges(self.user.id)).items
        return {(badge.key, tier) for badge in found for tier in badge.held}


@pytest.fixture
async def world(persistence: Persistence) -> World:
    made = World(persistence)
    await made.join()
    return made


async def test_a_correction_is_a_row_of_its_own(world: World):
    await world.learning.complete(world.user, world.syllabus.lessons[0])
    before = await world.show.game(world.user.id)
    done = await world.correct(-7)
    after = await world.show.game(world.user.id)
    assert (after.xp_total, after.xp_this_week) == (before.xp_total - 7, before.xp_this_week - 7)
    assert (after.xp_towards_cap, after.streak) == (before.xp_towards_cap, before.streak), "it is no deed"
    page = msgspec.json.decode((await world.games.ledger(world.user.id, XpQuestion())).body, type=XpPage)
    entry = page.items[0]
    assert (entry.number, entry.decision, entry.amount, entry.note) == (done.number, "corrected", -7, "Keliru.")
    assert await world.drifts() == []


async def test_badges_for_xp_come_and_go_and_come_again(world: World):
    assert await world.badges() == set()
    given = await world.correct(2000)
    held = {(badge.key, badge.tier) for badge in given.badges}
    assert held
    assert await world.badges() == held
    taken = await world.correct(-2000)
    assert {(badge.key, badge.tier) for badge in taken.badges_revoked} == held
    assert await world.badges() == set()
    assert await world.drifts() == []
    again = await world.correct(2000)
    assert {(badge.key, badge.tier) for badge in again.badges} == held
    assert await world.drifts() == []


async def test_badges_for_deeds_stay(world: World):
    await world.learning.complete(world.user, world.syllabus.lessons[0])
    held = await world.badges()
    xp = (await world.show.game(world.user.id)).xp_total
    done = await world.correct(-xp)
    assert (done.xp_total, done.badges_revoked, done.level.number) == (0, [], 1)
    assert await world.badges() == held


async def test_nothing_falls_below_zero(world: World):
    with pytest.raises(CorrectionBelowZero):
        await world.correct(-1)
    assert (await world.show.game(world.user.id)).xp_total == 0


async def test_who_never_enrolled_and_who_is_not_there(world: World):
    assert (await world.correct(5, world.admin.id)).xp_total == 5
    with pytest.raises(PlayerNotFound):
        await world.correct(5, UserId(uuid7()))


async def test_sent_twice_it_is_made_once(world: World):
    key = IdempotencyKey(world.admin.id, "once", "f")
    first, second = await world.correct(5, key=key), await world.correct(5, key=key)
    assert first == second
    assert (await world.show.game(world.user.id)).xp_total == 5


async def test_the_calendar(world: World):
    tomorrow = world.clock().date() + timedelta(days=2)
    day = FreeDayView(day=tomorrow, name="Nyepi")
    for _ in range(2):
        await world.free_days.declare(world.actor, day)
    assert await world.calendar.of_year(tomorrow.year) == [day]
    assert await world.calendar.of_year(tomorrow.year + 1) == []
    renamed = FreeDayView(day=tomorrow, name="Hari Raya Nyepi")
    await world.free_days.declare(world.actor, renamed)
    assert await world.calendar.of_year(tomorrow.year) == [renamed]
    await world.free_days.withdraw(world.actor, tomorrow)
    with pytest.raises(FreeDayNotFound):
        await world.free_days.withdraw(world.actor, tomorrow)
    assert await world.calendar.of_year(tomorrow.year) == []


async def test_a_day_that_has_begun_anywhere_stays_what_it_is(world: World):
    world.clock.now = world.clock.now.replace(hour=10)
    today = world.clock().date()
    world.clock.now = world.clock.now.replace(hour=9, minute=59)
    await world.free_days.declare(world.actor, FreeDayView(day=today + timedelta(days=1), name="x"))
    world.clock.now = world.clock.now.replace(hour=10, minute=0)
    for late in (today - timedelta(days=9), today, today + timedelta(days=1)):
        with pytest.raises(FreeDayBegun):
            await world.free_days.declare(world.actor, FreeDayView(day=late, name="x"))
        with pytest.raises(FreeDayBegun):
            await world.free_days.withdraw(world.actor, late)


async def test_a_streak_rests_on_free_days(world: World):
    """Study on Thursday and Friday, two free days, study on Monday: three days, no freeze, and nothing drifts."""
    monday = monday_of(world.clock.now) + timedelta(days=7)
    world.clock.now = world.clock.now.replace(hour=3)
    world.clock.advance(days=(monday - timedelta(days=4) - world.clock().date()).days)
    for number, day in enumerate((0, 1, 4)):
        if day == 0:
            for free in (2, 3):
                name = FreeDayView(day=world.clock().date() + timedelta(days=free), name="Libur")
                await world.free_days.declare(world.actor, name)
        world.clock.advance(days=day - (0, 0, 1)[number])
        await world.learning.complete(world.user, world.syllabus.lessons[number])
    assert (await world.show.game(world.user.id)).streak.length == 3
    assert await world.drifts() == []

"""Players and their ledger, in any store: written once, recomputed to the letter, and seen only by whose they are."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
import pytest
from uuid_utils.compat import uuid7

from adapters.memory.game_queries import MemoryGameQueries
from adapters.memory.unit import MemoryStore
from adapters.postgres.queries.game import PostgresGameQueries
from application.gamification.ports import PlayerOvertaken
from application.gamification.queries import GameQueries, XpQuestion
from application.gamification.reward import reward
from application.gamification.rulebook import Rulebook
from application.gamification.show_game import ShowGame
from application.gamification.verify_ledger import RebuildLedgerHandler, VerifyLedgerHandler
from application.gamification.views import XpPage
from application.learning.queries import LessonProgressView
from application.shared.page import CursorInvalid
from domain.gamification.deeds import QuizHandedIn
from domain.identity.profile import Role
from domain.identity.user import User
from domain.shared.ids import LessonId
from tests.contract.class_quests import class_quest_queries
from tests.contract.conftest import Persistence
from tests.support.clock import SettableClock
from tests.support.learning import Learning, Syllabus, a_syllabus
from tests.support.people import NOON, a_user


@pytest.fixture
def queries(persistence: Persistence) -> GameQueries:
    if isinstance(persistence.place, MemoryStore):
        return MemoryGameQueries(persistence.place.committed)
    return PostgresGameQueries(persistence.place)


class World:
    def __init__(self, persistence: Persistence, queries: GameQueries) -> None:
        self.persistence, self.queries = persistence, queries
        self.learning = Learning(persistence.begin)
        self.clock: SettableClock = self.learning.clock
        self.show = ShowGame(queries, class_quest_queries(persistence), Rulebook(), self.clock)
        self.verify = VerifyLedgerHandler(persistence.begin, Rulebook())
        self.rebuild = RebuildLedgerHandler(persistence.begin, Rulebook())

    async def joined(self, user: User, *sizes: int) -> Syllabus:
        await self.persistence.add_users(user)
        syllabus = a_syllabus(*sizes)
        await syllabus.store(self.persistence.begin)
        await self.learning.enroll(user, syllabus.course)
        return syllabus

    async def page(self, user: User, **asked: Any) -> XpPage:
        found = await self.queries.ledger(user.id, XpQuestion(**asked))
        return msgspec.json.decode(found.body, type=XpPage, strict=True)


@pytest.fixture
def world(persistence: Persistence, queries: GameQueries) -> World:
    return World(persistence, queries)


async def complete_all(world: World, user: User, syllabus: Syllabus) -> list[LessonProgressView]:
    views = []
    for lesson in syllabus.lessons:
        views.append(await world.learning.complete(user, lesson))
        world.clock.advance(hours=1)
    return views


async def test_a_completion_answers_with_its_reward_and_only_once(world: World):
    user = a_user()
    syllabus = await world.joined(user, 2)
    first, last = await complete_all(world, user, syllabus)
    assert first.reward is not None
    assert last.reward is not None
    assert (first.reward.xp[0].rule, first.reward.xp[0].amount) == ("lesson.completed", 10)
    assert {each.rule: each.amount for each in last.reward.xp}["course.completed"] == 100
    assert last.reward.xp_total == first.reward.xp_granted + last.reward.xp_granted >= 120
    assert (last.reward.level.number, last.reward.is_new_level) == (2, True)
    assert (last.reward.streak.length, last.reward.streak.is_today_done) == (1, True)
    assert {badge.key for badge in last.reward.badges} >= {"garis_akhir", "naik_tingkat"}
    assert (await world.learning.complete(user, syllabus.lessons[0])).reward is None


async def test_what_is_stored_follows_from_the_ledger_and_is_mended_where_not(world: World):
    users = [a_user() for _ in range(3)]
    for user in users:
        await complete_all(world, user, await world.joined(user, 2, 1))
    found = await world.verify()
    assert (found.players, found.drifts) == (3, [])
    assert found.entries == sum([len((await world.page(user, limit=100)).items) for user in users])

    async with world.persistence.begin() as unit:
        [record, *_] = await unit.records.after(None, limit=1)
        state = replace(record.state, player=replace(record.state.player, xp=7))
        await unit.records.store(state)
        await unit.commit()
    drifts = (await world.verify()).drifts
    assert [(drift.name, drift.stored) for drift in drifts] == [("xp", 7)]
    assert len((await world.rebuild()).drifts) == 1
    assert (await world.verify()).drifts == []


async def test_a_turn_from_a_former_player_is_not_stored(world: World):
    user = a_user()
    syllabus = await world.joined(user, 1)
    deed = QuizHandedIn(LessonId(uuid7()), syllabus.course.id, 100, 1)

    async def turn() -> Any:
        async with world.persistence.begin() as unit:
            return await reward(unit.players, user.id, syllabus.course.id, [deed], new_id=uuid7, at=NOON)

    one, other = await turn(), await turn()
    async with world.persistence.begin() as unit:
        await unit.players.save(one.gains)
        await unit.commit()
    async with world.persistence.begin() as unit:
        with pytest.raises(PlayerOvertaken):
            await unit.players.save(other.gains)
        await unit.commit()
    assert (await world.verify()).drifts == []
    assert (await world.show.game(user.id)).xp_total == one.view.xp_total


async def test_the_ledger_is_read_newest_first_page_by_page(world: World):
    user, stranger = a_user(), a_user()
    syllabus = await world.joined(user, 5)
    await world.persistence.add_users(stranger)
    await complete_all(world, user, syllabus)
    whole = (await world.page(user, limit=100)).items
    assert [each.number for each in whole] == list(range(len(whole), 0, -1))
    assert (whole[-1].rule, whole[-1].source) == ("lesson.completed", str(syllabus.lessons[0].id))
    paged, cursor = [], None
    while True:
        page = await world.page(user, limit=2, cursor=cursor)
        paged += page.items
        cursor = page.next_cursor
        if cursor is None:
            break
    assert paged == list(whole)
    assert (await world.page(stranger)).items == []
    with pytest.raises(CursorInvalid):
        await world.page(stranger, cursor=(await world.page(user, limit=2)).next_cursor)


async def test_the_game_as_of_today(world: World):
    user = a_user(time_zone="Asia/Jakarta")
    syllabus = await world.joined(user, 4)
    before = await world.show.game(user.id)
    assert (before.xp_total, before.level.number, before.streak.length, before.badges_held) == (0, 1, 0, 0)
    for lesson in syllabus.lessons[:3]:
        await world.learning.complete(user, lesson)
        world.clock.advance(hours=24)
    game = await world.show.game(user.id)
    assert game.xp_total == game.xp_this_week >= 30
    assert (game.xp_towards_cap, game.streak.length, game.streak.is_today_done) == (0, 3, False)
    assert game == await world.show.game(user.id)
    world.clock.advance(hours=24)
    assert (await world.show.game(user.id)).streak.length == 0
    assert (await world.show.game(user.id)).streak.longest == 3


async def test_quests_and_badges_show_how_far_one_is(world: World):
    user = a_user(time_zone="Asia/Jakarta")
    syllabus = await world.joined(user, 3)
    await world.learning.complete(user, syllabus.lessons[0])
    quests = await world.show.quests(user.id)
    assert (quests.day, quests.ends_at) == (date(2025, 4, 10), datetime(2025, 4, 10, 17, tzinfo=UTC))
    assert len(quests.items) == 3
    badges = {each.key: each for each in (await world.show.badges(user.id)).items}
    assert (badges["langkah_pertama"].held, badges["langkah_pertama"].next_tier) == (["gold"], None)
    assert (badges["pelajar"].number, badges["pelajar"].threshold) == (1, 10)
    assert badges["pelajar"].description["en"] == "Complete 10 lessons."


async def test_a_lecturer_who_learns_elsewhere_earns_and_an_admin_does_not(world: World):
    for role, xp in ((Role.DOSEN, 10), (Role.ADMIN, 0)):
        user = a_user(role=role)
        syllabus = await world.joined(user, 2)
        view = await world.learning.complete(user, syllabus.lessons[0])
        assert view.reward is not None
        assert view.reward.xp[0].amount == xp


async def test_weeks_are_those_of_jakarta(world: World):
    user = a_user(time_zone="Pacific/Honolulu")
    syllabus = await world.joined(user, 2)
    # Sunday evening in Jakarta, and Monday there an hour later; in Honolulu it is Sunday morning all the time.
    world.clock.now = datetime(2025, 4, 13, 16, 30, tzinfo=UTC)
    await world.learning.complete(user, syllabus.lessons[0])
    sunday = (await world.show.game(user.id)).xp_this_week
    world.clock.now += timedelta(hours=1)
    assert sunday >= 10
    assert (await world.show.game(user.id)).xp_this_week == 0
    assert (await world.show.game(user.id)).streak.is_today_done

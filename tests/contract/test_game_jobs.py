"""What is done in the game by night, in any store: the ledger is checked, and badges find who qualifies."""

from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest
from uuid_utils.compat import uuid7

from adapters.memory.ledger_checks import MemoryLedgerCheckQueries
from adapters.memory.unit import MemoryStore
from adapters.postgres.repositories.ledger_checks import PostgresLedgerCheckQueries
from adapters.postgres.unit import begin_unit
from application.gamification import grant_badges
from application.gamification.check_ledger import CheckLedgerHandler, LedgerCheckQueries
from application.gamification.grant_badges import GrantBadgesHandler
from application.gamification.rulebook import Rulebook
from application.gamification.verify_ledger import VerifyLedgerHandler
from domain.gamification.badges import Badge, Measure, Tier
from domain.gamification.ruleset_1 import RULESET_1
from domain.identity.profile import Role
from tests.contract.conftest import Persistence
from tests.support.learning import Learning, a_syllabus
from tests.support.people import a_user

NEW = Badge(
    key="baru", measure=Measure.LESSONS, thresholds={Tier.BRONZE: 1, Tier.SILVER: 2, Tier.GOLD: 99},
    names={"id": "Baru", "en": "New"}, descriptions={"id": "{n}", "en": "{n}"},
)  # fmt: skip


@pytest.fixture
def checks(persistence: Persistence) -> LedgerCheckQueries:
    if isinstance(persistence.place, MemoryStore):
        return MemoryLedgerCheckQueries(persistence.place.committed)
    return PostgresLedgerCheckQueries(persistence.place)


@pytest.fixture
async def learning(persistence: Persistence) -> Learning:
    """Three learners: two lessons, one, and none."""
    learning, syllabus = Learning(persistence.begin), a_syllabus(3)
    await syllabus.store(persistence.begin)
    users = [a_user() for _ in range(3)]
    await persistence.add_users(*users)
    for user, count in zip(users, (2, 1, 0), strict=True):
        await learning.enroll(user, syllabus.course)
        for lesson in syllabus.lessons[:count]:
            await learning.complete(user, lesson)
    return learning


async def test_what_a_check_found_is_known(persistence: Persistence, checks: LedgerCheckQueries, learning: Learning):
    check = CheckLedgerHandler(VerifyLedgerHandler(persistence.begin, Rulebook()), persistence.begin, learning.clock)
    assert await checks.newest() is None
    found = await check()
    assert (found.players, found.drifts) == (3, 0)
    assert found.entries >= 3
    assert await checks.newest() == found
    async with persistence.begin() as unit:
        [record, *_] = await unit.records.after(None, limit=1)
        await unit.records.store(replace(record.state, player=replace(record.state.player, xp=7)))
        await unit.commit()
    learning.clock.advance(days=1)
    later = await check()
    assert later.drifts == 1
    assert await checks.newest() == later
    async with persistence.begin() as unit:
        assert await unit.ledger_checks.forget_before(learning.clock() + timedelta(days=1)) == 1
        await unit.commit()
    assert await checks.newest() == later, "the newest is kept"


async def test_a_new_badge_finds_who_qualifies(
    persistence: Persistence, learning: Learning, monkeypatch: pytest.MonkeyPatch
):
    grant = GrantBadgesHandler(persistence.begin, learning.clock, uuid7)
    assert await grant() == 0, "who qualifies holds everything"
    rules = replace(RULESET_1, version=2, badges=[*RULESET_1.badges, NEW])
    place = persistence.place
    rulebook = place.rulebook if isinstance(place, MemoryStore) else Rulebook()
    rulebook.learn([rules])
    if not isinstance(place, MemoryStore):
        grant = GrantBadgesHandler(partial(begin_unit, place, rulebook), learning.clock, uuid7)
    monkeypatch.setattr(grant_badges, "AT_ONCE", 2)
    assert await grant() == 3
    assert await grant() == 0, "twice is once"
    assert (await VerifyLedgerHandler(persistence.begin, rulebook)()).drifts == []
    async with persistence.begin() as unit:
        players = await unit.players.after(None, limit=9)
    held = sorted(sorted(tier.tier.value for tier in player.badges if tier.key == "baru") for player in players)
    assert held == [[], ["bronze"], ["bronze", "silver"]]


async def test_staff_are_given_nothing_for_what_paid_them_nothing(persistence: Persistence):
    """An admin who learns is counted, and earns neither XP nor badges, by night either."""
    admin, learning, syllabus = a_user(role=Role.ADMIN), Learning(persistence.begin), a_syllabus(2)
    await persistence.add_users(admin)
    await syllabus.store(persistence.begin)
    await learning.enroll(admin, syllabus.course)
    await learning.complete(admin, syllabus.lessons[0])
    assert await GrantBadgesHandler(persistence.begin, learning.clock, uuid7)() == 0
    async with persistence.begin() as unit:
        found = await unit.players.obtain(admin.id)
    assert (found.player.tallies["lesson.completed"], found.player.badges) == (1, frozenset())

"""Rules tried on history, in any store: what they would have made of it, and nothing is written."""

from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from adapters.memory.unit import MemoryStore
from adapters.postgres.unit import begin_reading
from application.gamification import simulate_ruleset
from application.gamification.ruleset_ports import RulesetNotFound
from application.gamification.simulate_ruleset import SimulateRuleset, SimulateRulesetHandler
from application.gamification.simulation_views import SimulationView
from domain.gamification.levels import LevelRules
from domain.gamification.ruleset import Ruleset
from domain.gamification.ruleset_1 import RULESET_1
from domain.gamification.ruleset_document import document_of
from domain.identity.user import User
from tests.contract.conftest import Persistence
from tests.contract.test_rulesets import World
from tests.support.learning import Learning, a_syllabus
from tests.support.people import a_user
from tests.support.rulesets import with_price


class History:
    """Some learners with some days behind them, each with more lessons than the one before."""

    def __init__(self, persistence: Persistence) -> None:
        self.world = World(persistence)
        place = persistence.place
        if isinstance(place, MemoryStore):
            reading: Any = persistence.begin
        else:
            reading = partial(begin_reading, place)
        self.simulate = SimulateRulesetHandler(reading, self.world.queries, self.world.rulebook)

    async def grow(self, learners: int) -> list[User]:
        learning = Learning(self.world.begin)
        users = [a_user() for _ in range(learners)]
        await self.world.persistence.add_users(*users)
        for number, user in enumerate(users, start=1):
            syllabus = a_syllabus(number)
            await syllabus.store(self.world.begin)
            await learning.enroll(user, syllabus.course)
            for lesson in syllabus.lessons:
                await learning.complete(user, lesson)
                learning.clock.advance(hours=20)
        return users

    async def under(self, rules: int | Ruleset, limit: int = 100) -> SimulationView:
        return await self.simulate(SimulateRuleset(rules=rules, limit=limit))


@pytest.fixture
def history(persistence: Persistence) -> History:
    return History(persistence)


async def everything(persistence: Persistence) -> Any:
    """All that is stored, to the letter."""
    place = persistence.place
    if isinstance(place, MemoryStore):
        return place.tables.copy()
    async with place.connection() as connection:
        tables = await connection.fetch(
            "SELECT relname, n.nspname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
            "WHERE relkind = 'r' AND n.nspname = 'public' ORDER BY relname"
        )
        return {
            table["relname"]: await connection.fetchval(
                f"SELECT array_agg(t::text ORDER BY t::text) FROM {table['relname']} t"
            )
            for table in tables
        }


async def test_under_its_own_rules_nothing_would_be_different_and_nothing_is_written(history: History):
    users = await history.grow(4)
    before = await everything(history.world.persistence)
    found = await history.under(1)
    assert await everything(history.world.persistence) == before
    assert (found.version, found.in_force, found.learners, found.learners_changed) == (1, 1, 4, 0)
    assert found.xp_before == found.xp_after == sum(each.before for each in found.by_rule) > 400
    assert (found.changes, found.badges, found.levels_up, found.levels_down) == ([], [], 0, 0)
    assert (found.assumed_grades, found.untold) == (0, [])
    assert [(each.rank_before, each.rank_after) for each in found.order] == [(rank, rank) for rank in range(1, 5)]
    assert {each.user_id for each in found.order} == {user.id for user in users}


async def test_a_price_changes_what_it_brings_and_the_order(history: History):
    *_, third, last = users = await history.grow(4)
    prices = {**RULESET_1.prices.amounts, "course.completed": 0, "lesson.completed": 7, "quest.completed": 0}
    tried = replace(RULESET_1, version=9, prices=replace(RULESET_1.prices, amounts=prices))
    found = await history.under(tried)
    assert (found.version, found.learners_changed, found.levels_up) == (None, 4, 0)
    assert found.xp_after == 7 * (1 + 2 + 3 + 4)
    assert {each.rule: each.after for each in found.by_rule}["course.completed"] == 0
    assert found.levels_down == sum(each.level_after < each.level_before for each in found.changes) > 0
    sizes = [abs(each.xp_after - each.xp_before) for each in found.changes]
    assert sizes == sorted(sizes, reverse=True)
    assert [place.user_id for place in found.order][:2] == [last.id, third.id]
    [one] = (await history.under(tried, limit=1)).changes
    assert one == found.changes[0]
    assert {each.user_id for each in found.changes} == {user.id for user in users}


async def test_levels_and_badges_that_would_be_gained_and_lost(history: History):
    await history.grow(2)
    harder = [
        replace(badge, thresholds={tier: n + 1 for tier, n in badge.thresholds.items()}) for badge in RULESET_1.badges
    ]
    found = await history.under(replace(RULESET_1, badges=harder, levels=LevelRules(10)))
    assert found.levels_up == 2
    lost = {(each.key, each.tier): each.lost for each in found.badges}
    assert lost["garis_akhir", "gold"] == 2
    easier = [replace(badge, thresholds=dict.fromkeys(badge.thresholds, 1)) for badge in RULESET_1.badges]
    found = await history.under(replace(RULESET_1, badges=easier))
    gained = {(each.key, each.tier): each.gained for each in found.badges}
    assert gained["pelajar", "bronze"] == gained["pelajar", "gold"] == 2


async def test_a_draft_is_tried_after_others_were_published(history: History):
    world = history.world
    admin = await world.admin()
    await history.grow(2)
    await world.create(admin, rules=document_of(with_price("lesson.completed", 20)))
    await world.publish(admin, 2)
    await history.grow(2)
    found = await history.under(2)
    assert (found.in_force, found.learners_changed) == (2, 2)
    quizzes = {"passed_percent": 50, "good_percent": 80, "perfect_percent": 100}
    draft = await world.create(admin, rules=document_of(RULESET_1) | {"quizzes": quizzes})
    found = await history.under(draft.version)
    assert (found.version, found.learners_changed, found.untold) == (3, 2, ["quizzes"])
    with pytest.raises(RulesetNotFound):
        await history.under(4)


async def test_learners_are_taken_some_at_a_time(history: History, monkeypatch: pytest.MonkeyPatch):
    await history.grow(5)
    whole = await history.under(with_price("lesson.completed", 3))
    for at_once in (1, 2, 5):
        monkeypatch.setattr(simulate_ruleset, "AT_ONCE", at_once)
        assert await history.under(with_price("lesson.completed", 3)) == whole


async def test_of_nobody_there_is_nothing_to_tell(history: History):
    found = await history.under(1)
    assert (found.learners, found.by_rule, found.order) == (0, [], [])

"""Rulesets in any store: as they were written, one in force, and each deed under the one that it was decided under."""

from dataclasses import replace
from functools import partial
from typing import Any
from uuid import uuid4

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from uuid_utils.compat import uuid7

from adapters.memory.ruleset_queries import MemoryRulesetQueries
from adapters.memory.unit import MemoryStore
from adapters.postgres.queries.rulesets import PostgresRulesetQueries
from adapters.postgres.unit import begin_unit
from application.gamification.change_ruleset import ChangeRuleset, ChangeRulesetHandler
from application.gamification.create_ruleset import CreateRuleset, CreateRulesetHandler
from application.gamification.delete_ruleset import DeleteRuleset, DeleteRulesetHandler
from application.gamification.publish_ruleset import PublishRuleset, PublishRulesetHandler
from application.gamification.rulebook import Rulebook
from application.gamification.ruleset_ports import RulesetNotFound
from application.gamification.ruleset_queries import RulesetQueries, RulesetQuestion
from application.gamification.ruleset_views import RulesetPage, RulesetView
from application.gamification.show_rulesets import ShowRulesets
from application.gamification.verify_ledger import RebuildLedgerHandler, VerifyLedgerHandler
from application.shared.actor import Actor
from application.shared.idempotency import Created, IdempotencyKey, IdempotencyKeyReused
from application.shared.page import CursorInvalid
from application.shared.version import VersionStale
from domain.gamification.edition import BUILT_IN, RulesetOutdated, RulesetPublished
from domain.gamification.ruleset import Ruleset
from domain.gamification.ruleset_1 import RULESET_1
from domain.gamification.ruleset_check import RulesetInvalid
from domain.gamification.ruleset_document import document_of
from domain.identity.profile import Role
from tests.contract.conftest import Persistence
from tests.support.clock import SettableClock
from tests.support.learning import Learning, a_syllabus
from tests.support.people import NOON, a_user
from tests.support.rulesets import a_document, a_draft, rulesets, with_price


class World:
    """One process: its rulebook, and the use cases that play by it."""

    def __init__(self, persistence: Persistence) -> None:
        self.rulebook = Rulebook()
        self.clock = SettableClock(NOON)
        self.persistence = persistence
        if isinstance(persistence.place, MemoryStore):
            persistence.place.rulebook = self.rulebook
            self.begin: Any = persistence.begin
            self.queries: RulesetQueries = MemoryRulesetQueries(persistence.place.committed)
        else:
            self.begin = partial(begin_unit, persistence.place, self.rulebook)
            self.queries = PostgresRulesetQueries(persistence.place)
        self.show = ShowRulesets(self.queries)
        self._create = CreateRulesetHandler(self.begin, self.rulebook, self.clock, uuid7)
        self._change = ChangeRulesetHandler(self.begin, self.rulebook, self.clock, uuid7)
        self._delete = DeleteRulesetHandler(self.begin, self.clock, uuid7)
        self._publish = PublishRulesetHandler(self.begin, self.rulebook, self.clock, uuid7)
        self.verify = VerifyLedgerHandler(self.begin, Rulebook())

    async def admin(self) -> Actor:
        user = a_user(role=Role.ADMIN)
        await self.persistence.add_users(user)
        return Actor(user_id=user.id, is_admin=True, source="http")

    async def create(self, actor: Actor, **given: Any) -> RulesetView:
        return view_of((await self._create(CreateRuleset(actor=actor, **given))).view.body)

    async def created(self, actor: Actor, **given: Any) -> Created[RulesetView]:
        return await self._create(CreateRuleset(actor=actor, **given))

    async def change(self, actor: Actor, version: int, rules: Any, expected: int | None = None) -> RulesetView:
        command = ChangeRuleset(actor=actor, version=version, expected_revision=expected, rules=rules, note="Lain")
        return view_of((await self._change(command)).body)

    async def delete(self, actor: Actor, version: int, expected: int | None = None) -> None:
        await self._delete(DeleteRuleset(actor=actor, version=version, expected_revision=expected))

    async def publish(self, actor: Actor, version: int, expected: int | None = None) -> RulesetView:
        command = PublishRuleset(actor=actor, version=version, expected_revision=expected)
        return view_of((await self._publish(command)).body)

    async def one(self, version: int) -> RulesetView:
        return view_of((await self.show.one(version)).body)

    async def page(self, **asked: Any) -> RulesetPage:
        return msgspec.json.decode((await self.show.page(RulesetQuestion(**asked))).body, type=RulesetPage)


def view_of(body: bytes) -> RulesetView:
    return msgspec.json.decode(body, type=RulesetView, strict=True)


@pytest.fixture
def world(persistence: Persistence) -> World:
    return World(persistence)


@given(ruleset=rulesets())
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_any_ruleset_is_stored_as_it_is(world: World, ruleset: Ruleset):
    draft = a_draft(ruleset)
    async with world.begin() as unit:
        await unit.rulesets.add(draft)
        found = await unit.rulesets.get(ruleset.version)
        assert found == draft
        assert [list(badge.thresholds) for badge in found.rules.badges] == [list(b.thresholds) for b in ruleset.badges]
        assert found.publish(by=None, at=NOON, in_force=1)
        await unit.rulesets.save(found)
        assert await unit.rulesets.get(ruleset.version) == found
        assert await unit.rulesets.published_after(ruleset.version - 1) == [ruleset]
        assert await unit.rulesets.published_after(ruleset.version) == []


async def test_the_built_in_one_is_always_there(world: World):
    one = await world.one(1)
    assert (one.version, one.status, one.is_in_force, one.created_at) == (1, "published", True, None)
    assert msgspec.to_builtins(one.rules) == document_of(RULESET_1)
    assert [each.version for each in (await world.page()).items] == [1]
    async with world.begin() as unit:
        assert (await unit.rulesets.get(1), await unit.rulesets.newest()) == (BUILT_IN, 1)
    for missing in (0, -5, 2, 2**31, 10**30):
        with pytest.raises(RulesetNotFound):
            await world.one(missing)


async def test_from_a_copy_to_what_is_in_force(world: World):
    admin = await world.admin()
    draft = await world.create(admin, copy_of=1, note="Uji")
    assert (draft.version, draft.status, draft.is_in_force, draft.created_by) == (2, "draft", False, admin.user_id)
    rules = document_of(with_price("review.written", 50))
    changed = await world.change(admin, 2, rules, expected=1)
    assert (changed.revision, changed.note, changed.rules.prices["review.written"]) == (2, "Lain", 50)
    assert (await world.change(admin, 2, rules, expected=2)).revision == 2
    assert await world.one(2) == changed
    with pytest.raises(VersionStale):
        await world.publish(admin, 2, expected=1)
    published = await world.publish(admin, 2, expected=2)
    assert (published.status, published.is_in_force, published.published_by) == ("published", True, admin.user_id)
    assert await world.publish(admin, 2, expected=1) == published == await world.one(2)
    assert [(each.version, each.is_in_force) for each in (await world.page()).items] == [(2, True), (1, False)]
    assert not (await world.one(1)).is_in_force
    assert world.rulebook.current == with_price("review.written", 50)


async def test_each_act_is_written_down_once(world: World):
    admin = await world.admin()
    await world.create(admin, copy_of=1)
    await world.publish(admin, 2)
    await world.publish(admin, 2)
    await world.create(admin, copy_of=2)
    await world.delete(admin, 3)
    assert await actions(world) == ["created 2", "published 2", "created 3", "deleted 3"]


async def actions(world: World) -> list[str]:
    place = world.persistence.place
    if isinstance(place, MemoryStore):
        found = [(each.action, each.changes["version"]) for each in place.tables.audit_entries]
    else:
        async with place.connection() as connection:
            rows = await connection.fetch("SELECT action, changes FROM audit_entries ORDER BY id")
        found = [(row["action"], row["changes"]["version"]) for row in rows]
    return [f"{action.partition('.')[2]} {version}" for action, version in found if action.startswith("ruleset.")]


async def test_what_is_published_stays(world: World):
    admin = await world.admin()
    await world.create(admin, copy_of=1)
    await world.publish(admin, 2)
    for version in (1, 2):
        with pytest.raises(RulesetPublished):
            await world.change(admin, version, a_document())
        with pytest.raises(RulesetPublished):
            await world.delete(admin, version)
    assert (await world.one(2)).revision == 2


async def test_versions_only_go_up(world: World):
    admin = await world.admin()
    older, newer = [(await world.create(admin, copy_of=1)).version for _ in range(2)]
    await world.publish(admin, newer)
    with pytest.raises(RulesetOutdated):
        await world.publish(admin, older)
    assert (await world.one(older)).status == "draft"
    await world.delete(admin, older)
    with pytest.raises(RulesetNotFound):
        await world.one(older)


async def test_nothing_wrong_is_stored(world: World):
    admin = await world.admin()
    wrong = a_document(levels={"base": 0, "factor": "0.5"})
    await world.create(admin, copy_of=1)
    for attempt in (world.create(admin, rules=wrong), world.change(admin, 2, wrong)):
        with pytest.raises(RulesetInvalid) as refusal:
            await attempt
        assert [error.pointer for error in refusal.value.errors] == ["/rules/levels/base", "/rules/levels/factor"]
    for given_ in ({}, {"rules": a_document(), "copy_of": 1}):
        with pytest.raises(RulesetInvalid):
            await world.create(admin, **given_)
    with pytest.raises(RulesetNotFound):
        await world.create(admin, copy_of=7)
    assert [each.version for each in (await world.page()).items] == [2, 1]


async def test_a_request_sent_twice_makes_one(world: World):
    admin = await world.admin()
    assert admin.user_id is not None
    key = IdempotencyKey(admin.user_id, uuid4().hex, "fingerprint")
    first, again = [await world.created(admin, copy_of=1, idempotency=key) for _ in range(2)]
    assert (first, first.id.int) == (again, 2)
    with pytest.raises(IdempotencyKeyReused):
        await world.created(admin, copy_of=1, idempotency=replace(key, fingerprint="other"))


async def test_pages(world: World):
    admin = await world.admin()
    for _ in range(4):
        await world.create(admin, copy_of=1)
    found, cursor = [], None
    while True:
        page = await world.page(limit=2, cursor=cursor)
        assert len(page.items) <= 2
        found += [each.version for each in page.items]
        cursor = page.next_cursor
        if cursor is None:
            break
    assert found == [5, 4, 3, 2, 1]
    with pytest.raises(CursorInvalid):
        await world.page(cursor="x")


async def test_a_process_learns_of_what_others_publish_when_it_looks(world: World):
    admin, other = await world.admin(), Rulebook()
    await other.refresh(world.queries)
    assert other.current is RULESET_1
    for _ in range(3):
        version = (await world.create(admin, rules=document_of(with_price("review.written", 6)))).version
        await world.publish(admin, version)
    assert world.rulebook.versions.keys() == {1, 2, 3, 4}
    await other.refresh(world.queries)
    assert dict(other.versions) == dict(world.rulebook.versions)
    assert other.current.version == 4


async def test_who_publishes_learns_of_what_others_have_published_as_well(world: World):
    admin, other = await world.admin(), World(world.persistence)
    if isinstance(world.persistence.place, MemoryStore):
        world.persistence.place.rulebook = world.rulebook
    for _ in range(2):
        await world.create(admin, copy_of=1)
    await other.publish(admin, 2)
    await world.publish(admin, 3)
    assert world.rulebook.versions.keys() == {1, 2, 3}


async def test_deeds_are_decided_by_what_is_in_force_and_former_grants_stay(world: World):
    admin, user = await world.admin(), a_user()
    await world.persistence.add_users(user)
    syllabus = a_syllabus(4)
    await syllabus.store(world.begin)
    learning = Learning(world.begin)
    await learning.enroll(user, syllabus.course)
    before = await learning.complete(user, syllabus.lessons[0])
    badges = [{**each, "thresholds": {"bronze": 2}} for each in a_document()["badges"][1:2]]
    prices = {**a_document()["prices"], "lesson.completed": 33, "quest.completed": 0}
    streak = {"days_per_freeze": 2, "most_freezes": 5}
    await world.create(admin, rules=a_document(prices=prices, badges=badges, streak=streak))
    await world.publish(admin, 2)
    learning.clock.advance(hours=24)
    after = await learning.complete(user, syllabus.lessons[1])
    assert before.reward is not None
    assert after.reward is not None
    assert (before.reward.xp[0].amount, after.reward.xp[0].amount) == (10, 33)
    assert after.reward.streak.freezes == 1
    assert [(badge.key, badge.tier) for badge in after.reward.badges] == [("pelajar", "bronze")]
    async with world.begin() as unit:
        [record] = await unit.records.after(None, limit=10)
    assert [entry.ruleset for entry in record.entries if entry.rule == "lesson.completed"] == [1, 2]
    assert [active.ruleset for _, active in sorted(record.days.items())] == [1, 2]
    assert (await world.verify()).drifts == []
    # By the built-in rules alone a freeze takes seven days.
    assert record.state.player.streak.freezes == 1


async def test_an_entry_of_no_ruleset_is_told(world: World):
    user = a_user()
    await world.persistence.add_users(user)
    syllabus = a_syllabus(1)
    await syllabus.store(world.begin)
    learning = Learning(world.begin)
    await learning.enroll(user, syllabus.course)
    world.rulebook.learn([replace(RULESET_1, version=9)])
    await learning.complete(user, syllabus.lessons[0])
    [drift] = (await world.verify()).drifts
    assert (drift.name, drift.stored) == ("ruleset", [9])
    assert (await RebuildLedgerHandler(world.begin, Rulebook())()).drifts == []

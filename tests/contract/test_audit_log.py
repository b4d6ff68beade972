"""Who wrote what down; reading it is the audit queries' part."""

from typing import Any

from uuid_utils.compat import uuid7

from adapters.memory.unit import MemoryStore
from adapters.postgres.tables.audit import audit_entries
from application.audit.record import record
from application.shared.actor import Actor
from domain.audit.entry import AuditEntry
from domain.identity.profile import Role
from domain.learning.progress import LessonProgress
from domain.shared.ids import UserId
from tests.contract.conftest import Persistence
from tests.support.learning import a_syllabus, an_enrollment
from tests.support.people import NOON, a_user


async def entries(persistence: Persistence) -> list[AuditEntry]:
    if isinstance(persistence.place, MemoryStore):
        return persistence.place.tables.audit_entries
    async with persistence.place.connection() as connection:
        rows = await connection.fetch(f"SELECT * FROM {audit_entries.name} ORDER BY id")
    return [AuditEntry(**dict(row)) for row in rows]


def an_entry(**given: Any) -> AuditEntry:
    fields = {"actor_id": None, "source": "clerk", "action": "user.deleted", "subject_type": "user", "subject_id": None}
    return AuditEntry(id=uuid7(), at=NOON, **{**fields, **given})


async def test_an_entry_is_kept_as_it_was_written(persistence: Persistence):
    entry = an_entry(
        actor_id=UserId(uuid7()),
        subject_id=uuid7(),
        changes={"role": Role.ADMIN, "tags": ["a", None], "depth": {"n": 1.5, "ok": True}},
        address="2001:db8::1",
        request_id="req-1",
    )
    async with persistence.begin() as unit:
        await unit.audit.record(entry)
        await unit.audit.record(bare := an_entry())
        await unit.commit()

    assert await entries(persistence) == [entry, bare]


async def test_no_deed_no_entry(persistence: Persistence):
    async with persistence.begin() as unit:
        await unit.audit.record(an_entry())

    assert await entries(persistence) == []


async def test_record_takes_the_subject_from_the_action_and_the_rest_from_the_actor(persistence: Persistence):
    actor = Actor(user_id=UserId(uuid7()), is_admin=True, source="http", address="192.0.2.1", request_id="req-1")
    subject = uuid7()
    async with persistence.begin() as unit:
        await record(unit.audit, actor, "course.published", subject, new_id=uuid7, at=NOON)
        await unit.commit()

    [entry] = await entries(persistence)
    assert (entry.subject_type, entry.subject_id, entry.action) == ("course", subject, "course.published")
    assert (entry.actor_id, entry.source, entry.address, entry.request_id) == (
        actor.user_id, "http", "192.0.2.1", "req-1",
    )  # fmt: skip
    assert (entry.at, entry.changes) == (NOON, {})


async def test_a_step_is_stored_with_its_entries_or_not_at_all(persistence: Persistence):
    user, syllabus = a_user(), a_syllabus(1)
    await persistence.add_users(user)
    await syllabus.store(persistence.begin)
    enrollment = an_enrollment(syllabus.course, user)
    progress = LessonProgress(lesson_id=syllabus.lessons[0].id, first_seen_at=NOON)
    for commits in (False, True):
        async with persistence.begin() as unit:
            await unit.enrollments.obtain(enrollment)
            written = [an_entry(), an_entry()]
            await unit.enrollments.save_step(enrollment, progress, before=1, entries=written)
            if commits:
                await unit.commit()
        assert await entries(persistence) == (written if commits else [])

"""The outbox, in any store: what was told is read once it is true, in its order, and forgotten in time."""

from datetime import timedelta

import pytest

from adapters.memory.outbox import MemoryOutboxQueries
from adapters.memory.unit import MemoryStore
from adapters.postgres.queries.outbox import PostgresOutboxQueries
from application.gamification.outbox_ports import OutboxQueries
from domain.identity.user import User
from tests.contract.conftest import Persistence
from tests.support.learning import Learning, Syllabus, a_syllabus
from tests.support.notices import gains_of, tell, with_notice
from tests.support.people import NOON, a_user


@pytest.fixture
def outbox(persistence: Persistence) -> OutboxQueries:
    if isinstance(persistence.place, MemoryStore):
        return MemoryOutboxQueries(persistence.place.committed)
    return PostgresOutboxQueries(persistence.place)


async def joined(persistence: Persistence, count: int) -> tuple[Syllabus, list[User]]:
    users, syllabus = [a_user() for _ in range(count)], a_syllabus(1)
    await persistence.add_users(*users)
    await syllabus.store(persistence.begin)
    for user in users:
        await Learning(persistence.begin).enroll(user, syllabus.course)
    return syllabus, users


async def test_a_learners_notices_come_in_their_order(persistence: Persistence, outbox: OutboxQueries):
    syllabus, [user, other] = await joined(persistence, 2)
    assert await outbox.newest(user.id) == 0
    for body in ("1", "2", "3"):
        await tell(persistence.begin, user, syllabus.course.id, body)
        await tell(persistence.begin, other, syllabus.course.id, "other")
    told = await outbox.since(user.id, 0, limit=10)
    assert [(each.user_id, each.kind, each.body) for each in told] == [(user.id, "reward", body) for body in "123"]
    numbers = [each.number for each in told]
    assert numbers == sorted(numbers)
    assert await outbox.newest(user.id) == numbers[-1]
    assert await outbox.since(user.id, numbers[1], limit=10) == told[1:]
    assert await outbox.since(user.id, 0, limit=2) == told[:2]


async def test_the_tail_is_what_is_new(persistence: Persistence, outbox: OutboxQueries):
    syllabus, [user] = await joined(persistence, 1)
    await tell(persistence.begin, user, syllabus.course.id, "before")
    begun = await outbox.tail(None)
    assert begun.notices == []
    await tell(persistence.begin, user, syllabus.course.id, "after")
    tail = await outbox.tail(begun.position)
    assert [told.body for told in tail.notices] == ["after"]
    assert tail.position >= begun.position


async def test_what_is_not_committed_is_not_told(persistence: Persistence, outbox: OutboxQueries):
    syllabus, [user] = await joined(persistence, 1)
    begun = await outbox.tail(None)
    gains = await gains_of(persistence.begin, user, syllabus.course.id)
    async with persistence.begin() as unit:
        await unit.players.save(with_notice(gains, "never"))
    assert (await outbox.tail(begun.position)).notices == []
    assert await outbox.newest(user.id) == 0


async def test_old_notices_are_forgotten(persistence: Persistence, outbox: OutboxQueries):
    syllabus, [user] = await joined(persistence, 1)
    await tell(persistence.begin, user, syllabus.course.id, "old")
    for instant, forgotten in ((NOON, 0), (NOON + timedelta(seconds=1), 1)):
        async with persistence.begin() as unit:
            assert await unit.outbox.forget_before(instant) == forgotten
            await unit.commit()
    assert await outbox.since(user.id, 0, limit=10) == []

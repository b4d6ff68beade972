"""Notices of transactions that end in another order than they began: none is missed."""

from functools import partial

from adapters.postgres.pool import Pool
from adapters.postgres.queries.outbox import PostgresOutboxQueries
from adapters.postgres.unit import begin_unit
from tests.support.learning import Learning, a_syllabus
from tests.support.notices import gains_of, tell, with_notice


async def test_whoever_commits_late_is_read_late_but_read(empty_database: Pool):
    """A tail that goes by the highest number, or by time, would be past the slow one when it ends."""
    begin, outbox = partial(begin_unit, empty_database), PostgresOutboxQueries(empty_database)
    learning, syllabus = Learning(begin), a_syllabus(1)
    slow, fast = await learning.add_users(2)
    await syllabus.store(begin)
    for user in (slow, fast):
        await learning.enroll(user, syllabus.course)
    gains = await gains_of(begin, slow, syllabus.course.id)
    position = (await outbox.tail(None)).position
    async with begin() as unit:
        await unit.players.save(with_notice(gains, "slow"))
        await tell(begin, fast, syllabus.course.id, "fast")
        first = await outbox.tail(position)
        assert [told.body for told in first.notices] == ["fast"]
        await unit.commit()
    second = await outbox.tail(first.position)
    assert "slow" in [told.body for told in second.notices]
    by_number = max(told.number for told in first.notices)
    assert [told.number > by_number for told in second.notices if told.body == "slow"] == [False], "the control"

"""Leagues at two workers at once: each learner races in one group, and each race ends once."""

import asyncio
from functools import partial
from typing import Any

from uuid_utils.compat import uuid7

from adapters.postgres.pool import Pool
from adapters.postgres.unit import begin_unit
from application.gamification.rulebook import Rulebook
from application.gamification.run_leagues import RunLeaguesHandler
from tests.support.learning import Learning, a_syllabus

LEARNERS, WORKERS = 40, 4


async def all_at_once(*calls: Any) -> list[Any]:
    return list(await asyncio.gather(*calls))


async def column(pool: Pool, query: str) -> list[Any]:
    async with pool.connection() as connection:
        return [row[0] for row in await connection.fetch(query)]


async def test_many_workers(empty_database: Pool):
    begin = partial(begin_unit, empty_database)
    learning, syllabus = Learning(begin), a_syllabus(2)
    await syllabus.store(begin)
    users = await learning.add_users(LEARNERS)
    for user in users:
        await learning.enroll(user, syllabus.course)
        await learning.complete(user, syllabus.lessons[0])
    workers = [RunLeaguesHandler(begin, Rulebook(), learning.clock, uuid7) for _ in range(WORKERS)]
    outcomes = await all_at_once(*(worker() for worker in workers))
    assert sorted(outcomes) == [(0, 0)] * (WORKERS - 1) + [(0, LEARNERS)]
    assert sorted(await column(empty_database, "SELECT size FROM league_groups")) == [10, 30]
    members = "SELECT count(*) FROM league_members GROUP BY group_id"
    assert sorted(await column(empty_database, members)) == [10, 30]
    learning.clock.advance(days=7)
    outcomes = await all_at_once(*(worker() for worker in workers))
    assert sum(closed for closed, _ in outcomes) == 2
    assert await column(empty_database, "SELECT count(*) FROM outbox WHERE kind = 'league'") == [LEARNERS]
    movements = "SELECT movement FROM league_members"
    assert sorted(await column(empty_database, movements)) == ["promoted"] * 13 + ["stayed"] * 27

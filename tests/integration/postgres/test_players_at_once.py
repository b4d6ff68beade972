"""The game when deeds of one learner come at once, in several courses, with a broken variant that must be seen."""

import asyncio
from dataclasses import replace
from functools import partial
from typing import Any

import asyncpg
import pytest
from uuid_utils.compat import uuid7

from adapters.postgres.pool import Pool
from adapters.postgres.unit import begin_apart, begin_unit
from adapters.postgres.violations import ChangedMeanwhile
from application.gamification.ports import Gains
from application.gamification.reward import reward
from application.gamification.rulebook import Rulebook
from application.gamification.verify_ledger import VerifyLedgerHandler
from domain.gamification.deeds import QuizHandedIn
from domain.shared.ids import LessonId
from tests.support.learning import Learning, a_syllabus
from tests.support.people import NOON

COURSES, LESSONS = 4, 5


async def all_at_once(*calls: Any) -> list[Any]:
    return list(await asyncio.gather(*calls, return_exceptions=True))


async def column(pool: Pool, query: str) -> list[Any]:
    async with pool.connection() as connection:
        return [row[0] for row in await connection.fetch(query)]


async def play_at_once(pool: Pool, learning: Learning) -> list[Any]:
    """One learner completes all lessons of some courses at the same time, each twice."""
    plain = Learning(partial(begin_unit, pool))
    [user] = await plain.add_users(1)
    lessons = []
    for _ in range(COURSES):
        syllabus = a_syllabus(LESSONS)
        await syllabus.store(plain.begin)
        await plain.enroll(user, syllabus.course)
        lessons += syllabus.lessons
    return await all_at_once(*(learning.complete(user, lesson) for lesson in [*lessons, *lessons]))


async def test_deeds_in_several_courses_at_once_lose_nothing_and_pay_nothing_twice(empty_database: Pool):
    learning = Learning(partial(begin_unit, empty_database), apart=partial(begin_apart, empty_database))
    outcomes = await play_at_once(empty_database, learning)

    assert not [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    report = await VerifyLedgerHandler(partial(begin_unit, empty_database), Rulebook())()
    assert report.drifts == []
    assert sum(view.reward is not None for view in outcomes) == COURSES * LESSONS
    lessons = await column(empty_database, "SELECT decision FROM xp_ledger WHERE rule = 'lesson.completed'")
    # Ten within a minute are paid, to the last one: nobody slips through beside another.
    assert (lessons.count("granted"), lessons.count("cooldown")) == (10, 10)
    assert await column(empty_database, "SELECT count(*) FROM xp_ledger WHERE rule = 'course.completed'") == [COURSES]


async def test_without_the_gate_xp_would_be_lost_but_for_the_ledger(empty_database: Pool):
    """Negative control: of two turns from the same player, the second one says that it began with what the first made.

    Stored like that it would put its own total over the other's; but both count on from the same number.
    """
    begin = partial(begin_unit, empty_database)
    learning = Learning(begin)
    [user] = await learning.add_users(1)
    syllabus = a_syllabus(1)
    await syllabus.store(begin)
    await learning.enroll(user, syllabus.course)

    async def turn() -> Gains:
        deed = QuizHandedIn(LessonId(uuid7()), syllabus.course.id, 100, 1)
        async with begin() as unit:
            return (await reward(unit.players, user.id, syllabus.course.id, [deed], new_id=uuid7, at=NOON)).gains

    async def save(gains: Gains) -> None:
        async with begin() as unit:
            await unit.players.save(gains)
            await unit.commit()

    first, second = await turn(), await turn()
    await save(first)
    with pytest.raises(ChangedMeanwhile):
        await save(replace(second, before=first.before + 1))
    assert await column(empty_database, "SELECT xp FROM players") == [first.player.xp]


async def test_nobody_changes_the_ledger(empty_database: Pool):
    learning = Learning(partial(begin_unit, empty_database))
    await play_at_once(empty_database, learning)
    async with empty_database.connection() as connection:
        for change in ("UPDATE xp_ledger SET amount = 1", "DELETE FROM xp_ledger"):
            with pytest.raises(asyncpg.RaiseError):
                await connection.execute(change)

"""Attempts when many requests come at once, with negative controls: what the tests would see."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import pytest

from adapters.postgres.pool import Pool
from adapters.postgres.queries.answer_sheets import PostgresAnswerSheets
from adapters.postgres.queries.attempts import PostgresAttemptQueries
from adapters.postgres.repositories.attempts import PostgresAttemptRepository
from adapters.postgres.unit import PostgresUnit, begin_unit
from application.learning.attempt_ports import Kept, QuizAtHand
from application.learning.quiz_content import Work
from domain.identity.user import User
from domain.learning.attempt import Attempt, AttemptOver
from domain.learning.enrollment import Enrollment
from domain.shared.ids import AttemptId, LessonId
from tests.support import quizzes
from tests.support.learning import Learning, Syllabus
from tests.support.quiz_taking import QuizTaking, a_quiz_syllabus, publish

TIMES = 20


async def all_at_once(*calls: Any) -> list[Any]:
    return list(await asyncio.gather(*calls, return_exceptions=True))


class School:
    """A learner in a course of one quiz with a time limit, over a pool."""

    def __init__(
        self, pool: Pool, begin: Any = begin_unit, sheets: type[PostgresAnswerSheets] = PostgresAnswerSheets
    ) -> None:
        self.pool = pool
        self.taking = QuizTaking(partial(begin, pool), sheets(pool), PostgresAttemptQueries(pool))
        self.learning = Learning(partial(begin_unit, pool), clock=self.taking.clock)

    async def open(self) -> None:
        [self.learner] = await self.learning.add_users(1)
        self.syllabus: Syllabus = a_quiz_syllabus(quizzes.NUMERIC, time_limit_seconds=600)
        await publish(self.learning.begin, self.syllabus)
        self.quiz = self.syllabus.lessons[0]
        await self.learning.enroll(self.learner, self.syllabus.course)

    async def count(self, what: str) -> int:
        async with self.pool.connection() as connection:
            return int(await connection.fetchval(f"SELECT count(*) FROM {what}"))

    async def lost(self, confirmed: list[int]) -> list[int]:
        """Answers that were confirmed, and are newer than the one that was marked."""
        async with self.pool.connection() as connection:
            marked = await connection.fetchrow("SELECT sequence, answer, awarded FROM answers")
        newest = max(confirmed, default=0)
        assert marked is not None
        return [newest] if newest and (marked["sequence"] < newest or marked["awarded"] != 100) else []


@pytest.fixture
async def school(empty_database: Pool) -> School:
    school = School(empty_database)
    await school.open()
    return school


async def test_many_starts_at_once_are_one_attempt(school: School):
    begun = await all_at_once(*(school.taking.begin(school.learner, school.quiz) for _ in range(TIMES)))

    assert len({attempt.id for attempt in begun}) == 1
    assert await school.count("attempts") == 1
    assert await school.count("audit_entries WHERE action = 'attempt.begun'") == 1


async def test_starts_at_once_after_time_ran_out_hand_in_once_and_begin_once(school: School):
    await school.taking.begin(school.learner, school.quiz)
    school.taking.clock.advance(hours=1)
    calls = [school.taking.begin(school.learner, school.quiz) for _ in range(TIMES)]
    outcomes = await all_at_once(*calls, *(school.taking.sweep() for _ in range(3)))

    assert not [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    assert await school.count("attempts") == 2
    assert await school.count("audit_entries WHERE action = 'attempt.handed_in'") == 1


async def test_packets_in_any_order_leave_the_newest(school: School):
    attempt = await school.taking.begin(school.learner, school.quiz)
    numbers = [(place * 7) % TIMES + 1 for place in range(TIMES)]
    kept = await all_at_once(
        *(school.taking.save(school.learner, attempt, "numeric", number, sequence=number) for number in numbers)
    )

    assert not [outcome for outcome in kept if isinstance(outcome, Exception)]
    async with school.pool.connection() as connection:
        row = await connection.fetchrow("SELECT sequence, answer FROM answers")
    assert row is not None
    assert (row["sequence"], row["answer"]) == (TIMES, TIMES)


async def test_many_hand_ins_at_once_mark_once(school: School):
    attempt = await school.taking.begin(school.learner, school.quiz)
    await school.taking.save(school.learner, attempt, "numeric", 3.14)
    calls = [school.taking.hand_in(school.learner, attempt) for _ in range(TIMES)]
    done = await all_at_once(*calls)

    assert [each.attempt.score.percent for each in done] == [100] * TIMES
    actions = Counter({name: await school.count(f"audit_entries WHERE action = '{name}'") for name in ENDS})
    assert actions == dict.fromkeys(ENDS, 1)


ENDS = ("attempt.handed_in", "lesson.completed", "enrollment.completed")


async def racing(school: School) -> list[int]:
    """Right answers saved while it is handed in; those that were confirmed."""
    attempt = await school.taking.begin(school.learner, school.quiz)
    confirmed: list[int] = []

    async def save(number: int) -> None:
        try:
            await school.taking.save(school.learner, attempt, "numeric", 3.14, sequence=number)
        except AttemptOver:
            return
        confirmed.append(number)

    await save(1)
    outcomes = await all_at_once(
        *(save(number) for number in range(2, 6)), school.taking.hand_in(school.learner, attempt), save(6), save(7)
    )
    faults = [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    assert not faults, faults
    return await school.lost(confirmed)


async def test_what_was_confirmed_while_it_was_handed_in_is_marked(empty_database: Pool):
    school = School(empty_database)
    for _ in range(15):
        await school.open()
        assert await racing(school) == []
        async with empty_database.connection() as connection:
            await connection.execute("DELETE FROM answers")


class CheckThenWrite(PostgresAnswerSheets):
    """Negative control: looks whether the attempt is open, and then writes."""

    async def keep(self, attempt_id: AttemptId, question_id: str, answer: Any, *, sequence: int, at: Any) -> Kept:
        async with self._pool.connection() as connection:
            closed = await connection.fetchval("SELECT handed_in_at FROM attempts WHERE id = $1", attempt_id)
            if closed is not None:
                raise AttemptOver("This attempt is over.")
            await asyncio.sleep(0.005)
            await connection.execute(
                "INSERT INTO answers (attempt_id, question_id, sequence, answer, saved_at) VALUES ($1, $2, $3, $4, $5) "
                "ON CONFLICT (attempt_id, question_id) DO UPDATE SET sequence = excluded.sequence, "
                "answer = excluded.answer",
                attempt_id, question_id, sequence, answer, at,
            )  # fmt: skip
        return Kept(is_newest=True, sequence=sequence)


class SlowMarking(PostgresAttemptRepository):
    """Leaves others time between what was read and what is stored."""

    async def work(self, attempt: Attempt, *, graded_version: int | None = None) -> Work:
        work = await super().work(attempt, graded_version=graded_version)
        await asyncio.sleep(0.01)
        return work


@asynccontextmanager
async def begin_slowly(pool: Pool) -> AsyncIterator[PostgresUnit]:
    async with begin_unit(pool) as unit:
        unit.attempts = SlowMarking(unit._connection)
        yield unit


async def test_slow_marking_loses_nothing_that_was_confirmed(empty_database: Pool):
    school = School(empty_database, begin_slowly)
    for _ in range(5):
        await school.open()
        assert await racing(school) == []
        async with empty_database.connection() as connection:
            await connection.execute("DELETE FROM answers")


async def test_to_look_and_then_to_write_would_lose_what_was_confirmed(empty_database: Pool):
    school = School(empty_database, begin_slowly, CheckThenWrite)
    found = []
    for _ in range(10):
        await school.open()
        attempt = await school.taking.begin(school.learner, school.quiz)
        await all_at_once(
            school.taking.hand_in(school.learner, attempt),
            school.taking.save(school.learner, attempt, "numeric", 3.14, sequence=2),
        )
        async with empty_database.connection() as connection:
            row = await connection.fetchrow("SELECT answer, awarded FROM answers")
            await connection.execute("DELETE FROM answers")
        found.append(row is not None and row["answer"] == 3.14 and row["awarded"] != 100)

    assert any(found)


class WithoutLock(PostgresAttemptRepository):
    """Negative control: what others have begun is looked at without the enrollment being held."""

    async def quiz_at_hand(self, enrollment: Enrollment, lesson_id: LessonId) -> QuizAtHand:
        found = await super().quiz_at_hand(enrollment, lesson_id)
        await asyncio.sleep(0.01)
        return found


@asynccontextmanager
async def begin_unlocked(pool: Pool) -> AsyncIterator[PostgresUnit]:
    async with begin_unit(pool) as unit:
        unit.attempts = WithoutLock(unit._connection)
        at_lesson = unit.enrollments.at_lesson

        async def unlocked(lesson_id: LessonId, user_id: Any) -> Enrollment:
            found = await at_lesson(lesson_id, user_id)
            # Gives the lock back before anything is written.
            await unit._connection.execute("ROLLBACK")
            await unit._connection.execute("BEGIN")
            return found

        unit.enrollments.at_lesson = unlocked  # type: ignore[method-assign] # the broken variant
        yield unit


async def test_without_the_lock_starts_at_once_would_collide(empty_database: Pool):
    school = School(empty_database, begin_unlocked)
    await school.open()
    outcomes = await all_at_once(*(school.taking.begin(school.learner, school.quiz) for _ in range(TIMES)))

    assert [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    assert await school.count("attempts") == 1, "the database keeps it to one all the same"


async def test_a_user_learns_alone(school: School):
    """Two learners neither wait for each other nor see each other's attempts."""
    others: list[User] = await school.learning.add_users(10)
    for user in others:
        await school.learning.enroll(user, school.syllabus.course)
    begun = await all_at_once(*(school.taking.begin(user, school.quiz) for user in others for _ in range(2)))

    assert Counter(attempt.user_id for attempt in begun) == {user.id: 2 for user in others}
    assert len({attempt.id for attempt in begun}) == 10

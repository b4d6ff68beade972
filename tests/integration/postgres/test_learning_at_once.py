"""Seats, enrollments and completions when many come at once, with negative controls: what the tests would see."""

import asyncio
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import Any

import pytest
from msgspec.structs import replace

from adapters.postgres.pool import Pool
from adapters.postgres.repositories.enrollments import PostgresEnrollmentRepository, PostgresOffers
from adapters.postgres.statement import Connection
from adapters.postgres.unit import ApartUnit, PostgresUnit, begin_apart, begin_unit
from application.learning.ports import StepAtHand, StepOvertaken
from domain.identity.user import User
from domain.learning.enrollment import CourseFull, Enrollment, Offer
from domain.learning.progress import LessonProgress
from domain.shared.errors import Conflict
from domain.shared.ids import CourseId, EnrollmentId, LessonId, UserId
from tests.support.learning import Learning, a_syllabus
from tests.support.learning_invariants import broken_invariants
from tests.support.meeting import Meeting

COMERS, SEATS = 200, 20


async def all_at_once(*calls: Any) -> list[Any]:
    return list(await asyncio.gather(*calls, return_exceptions=True))


async def count(pool: Pool, what: str) -> int:
    async with pool.connection() as connection:
        return int(await connection.fetchval(f"SELECT count(*) FROM {what}"))


def learning_over(pool: Pool) -> Learning:
    return Learning(partial(begin_unit, pool), apart=partial(begin_apart, pool))


async def learners(pool: Pool, number: int) -> list[User]:
    return await learning_over(pool).add_users(number)


async def test_two_hundred_race_for_twenty_seats_and_twenty_get_one(empty_database: Pool):
    learning = learning_over(empty_database)
    users = await learners(empty_database, COMERS)
    syllabus = a_syllabus(1, capacity=SEATS)
    await syllabus.store(learning.begin)

    outcomes = await all_at_once(*(learning.enroll(user, syllabus.course) for user in users))

    kinds = Counter(type(outcome).__name__ for outcome in outcomes)
    assert kinds == {"EnrollmentView": SEATS, "CourseFull": COMERS - SEATS}
    assert await count(empty_database, "enrollments WHERE status <> 'withdrawn'") == SEATS
    assert await count(empty_database, "audit_entries WHERE action = 'enrollment.begun'") == SEATS


async def test_seats_that_come_free_are_taken_once_while_others_leave_and_come_back(empty_database: Pool):
    learning = learning_over(empty_database)
    inside, outside = await learners(empty_database, SEATS), await learners(empty_database, 60)
    syllabus = a_syllabus(1, capacity=SEATS)
    await syllabus.store(learning.begin)
    for user in inside:
        await learning.enroll(user, syllabus.course)

    leaving = [learning.withdraw(user, syllabus.course) for user in inside[:10]]
    coming = [learning.enroll(user, syllabus.course) for user in outside]
    returning = [learning.enroll(user, syllabus.course) for user in inside[:10]]
    outcomes = await all_at_once(*(call for calls in zip(leaving, returning, strict=True) for call in calls), *coming)

    assert all(not isinstance(outcome, Exception) or isinstance(outcome, CourseFull) for outcome in outcomes)
    assert await count(empty_database, "enrollments WHERE status <> 'withdrawn'") <= SEATS


async def test_tables_of_the_same_learners_at_once_enroll_each_once(empty_database: Pool):
    learning = learning_over(empty_database)
    owner, *users = await learners(empty_database, 41)
    syllabus = a_syllabus(1, created_by=owner.id)
    await syllabus.store(learning.begin)
    ids = [str(user.id) for user in users]
    tables = [("user_id\n" + "\n".join(order)).encode() for order in (ids, ids[::-1]) for _ in range(4)]

    reports = await all_at_once(
        *(learning.take_over(owner, syllabus.course, table) for table in tables),
        *(learning.enroll(user, syllabus.course) for user in users),
    )

    assert not [report for report in reports if isinstance(report, Exception)]
    assert await count(empty_database, "enrollments") == 40
    assert await count(empty_database, "audit_entries") == 40


class WithoutSeatLock(PostgresOffers):
    """Negative control: the offer alone, without the lock under which seats are counted."""

    async def get(self, course_id: CourseId) -> Offer:
        row = await self._connection.fetchrow("SELECT created_by, capacity FROM courses WHERE id = $1", course_id)
        assert row is not None
        return Offer(course_id=course_id, is_published=True, owner_id=row["created_by"], capacity=row["capacity"])


class CheckThenInsert(PostgresEnrollmentRepository):
    """Negative control: between the count and the commit, others count as well."""

    async def seats_taken(self, course_id: CourseId, *, besides: Iterable[EnrollmentId]) -> int:
        taken = await super().seats_taken(course_id, besides=besides)
        await asyncio.sleep(0.01)
        return taken


@asynccontextmanager
async def begin_unlocked(pool: Pool) -> AsyncIterator[PostgresUnit]:
    async with begin_unit(pool) as unit:
        unit.offers = WithoutSeatLock(unit._connection)
        unit.enrollments = CheckThenInsert(unit._connection)
        yield unit


async def test_to_check_and_then_to_insert_would_sell_more_seats_than_there_are(empty_database: Pool):
    learning = Learning(partial(begin_unlocked, empty_database))
    users = await learners(empty_database, COMERS)
    syllabus = a_syllabus(1, capacity=SEATS)
    await syllabus.store(learning.begin)

    await all_at_once(*(learning.enroll(user, syllabus.course) for user in users))

    assert await count(empty_database, "enrollments WHERE status <> 'withdrawn'") > SEATS


@pytest.mark.parametrize("capacity", [None, 5])
async def test_the_same_learner_at_once_gets_one_enrollment(empty_database: Pool, capacity: int | None):
    learning = learning_over(empty_database)
    [user] = await learners(empty_database, 1)
    syllabus = a_syllabus(1, capacity=capacity)
    await syllabus.store(learning.begin)

    views = await all_at_once(*(learning.enroll(user, syllabus.course) for _ in range(20)))

    assert len({view.id for view in views}) == 1
    assert await count(empty_database, "enrollments") == 1
    assert await count(empty_database, "audit_entries") == 1


async def test_enrolling_and_deleting_the_course_at_once_never_leaves_half(empty_database: Pool):
    learning = learning_over(empty_database)
    for user in await learners(empty_database, 10):
        syllabus = a_syllabus(1)
        await syllabus.store(learning.begin)

        async def delete(course: Any = syllabus.course) -> None:
            async with begin_unit(empty_database) as unit:
                await unit.courses.delete(course)
                await unit.commit()

        enrolled, deleted = await all_at_once(learning.enroll(user, syllabus.course), delete())

        assert isinstance(enrolled, Exception) != isinstance(deleted, Exception), (enrolled, deleted)


async def test_twenty_completions_of_a_lesson_are_one(empty_database: Pool):
    learning = learning_over(empty_database)
    [user] = await learners(empty_database, 1)
    syllabus = a_syllabus(2)
    await syllabus.store(learning.begin)
    await learning.enroll(user, syllabus.course)

    views = await all_at_once(*(learning.complete(user, syllabus.lessons[0]) for _ in range(20)))

    [shown] = {replace(view, reward=None) for view in views}
    assert shown.lessons_completed == 1
    # Who was first has it all, and the others nothing.
    assert Counter(view.reward is not None for view in views) == {True: 1, False: 19}
    assert await count(empty_database, "xp_ledger WHERE rule = 'lesson.completed' AND amount = 10") == 1
    assert await count(empty_database, "lesson_progress WHERE completed_at IS NOT NULL") == 1
    assert await count(empty_database, "audit_entries WHERE action = 'lesson.completed'") == 1


async def complete_all_at_once(pool: Pool, learning: Learning) -> tuple[int, int]:
    """Of ten learners who do four lessons at once: how many completed the course, and how often it was audited."""
    users = await learners(pool, 10)
    syllabus = a_syllabus(2, 2)
    await syllabus.store(learning.begin)
    for user in users:
        await learning_over(pool).enroll(user, syllabus.course)
    calls = (learning.complete(user, lesson) for user in users for lesson in (*syllabus.lessons, *syllabus.lessons))
    outcomes = await all_at_once(*calls)
    assert not [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    assert await count(pool, "lesson_progress WHERE completed_at IS NOT NULL") == 40
    completed = await count(pool, "enrollments WHERE status = 'completed' AND completed_at IS NOT NULL")
    return completed, await count(pool, "audit_entries WHERE action = 'enrollment.completed'")


async def test_the_last_lessons_at_once_complete_the_course_once(empty_database: Pool):
    assert await complete_all_at_once(empty_database, learning_over(empty_database)) == (10, 10)


async def finish_one_course_at_once(pool: Pool, learning: Learning, times: int = 20) -> int:
    """How many certificates there are of ten learners who each complete the last lesson so many times at once."""
    users = await learners(pool, 10)
    syllabus = a_syllabus(2)
    await syllabus.store(learning.begin)
    for user in users:
        await learning_over(pool).enroll(user, syllabus.course)
        await learning_over(pool).complete(user, syllabus.lessons[0])
    # One learner after the other, so that those who have a connection at the same time want the same thing.
    outcomes = await all_at_once(
        *(learning.complete(user, syllabus.lessons[1]) for user in users for _ in range(times))
    )
    assert not [outcome for outcome in outcomes if isinstance(outcome, Exception)]
    assert await count(pool, "enrollments WHERE status = 'completed'") == 10
    return await count(pool, "certificates")


async def test_the_last_lesson_twenty_times_at_once_is_one_certificate(empty_database: Pool):
    assert await finish_one_course_at_once(empty_database, learning_over(empty_database)) == 10
    assert await count(empty_database, "audit_entries WHERE action = 'certificate.issued'") == 10
    async with empty_database.connection() as connection:
        assert await broken_invariants(connection) == set()


class WithoutGate(PostgresEnrollmentRepository):
    """Negative control: stores a step as if it had been taken from whatever the enrollment has become meanwhile.

    Nobody goes on before all who want something of the same learner have looked. Without what a step gained, which has
    a gate of its own.
    """

    def __init__(self, connection: Connection, meetings: dict[UserId, Meeting]) -> None:
        super().__init__(connection)
        self._meetings = meetings

    async def step_at_hand(self, lesson_id: LessonId, user_id: UserId) -> StepAtHand:
        found = await super().step_at_hand(lesson_id, user_id)
        await self._meetings[user_id].join()
        return found

    async def save_step(self, enrollment: Enrollment, progress: LessonProgress, *, before: int, **rest: Any) -> None:
        while True:
            now = await self._connection.fetchval("SELECT version FROM enrollments WHERE id = $1", enrollment.id)
            assert now >= before
            # Between that look and this one somebody may save: what has no gate isn't stopped by that either.
            with suppress(StepOvertaken):
                await super().save_step(enrollment, progress, before=now, **rest | {"gains": None})
                return


def without_gate(pool: Pool, *, each: int) -> Learning:
    """For learners who each want so much at once: no more than there are connections."""
    meetings: dict[UserId, Meeting] = defaultdict(lambda: Meeting(each))

    @asynccontextmanager
    async def begin() -> AsyncIterator[ApartUnit]:
        async with begin_apart(pool) as unit:
            unit.enrollments = WithoutGate(unit.enrollments._connection, meetings)
            yield unit

    return Learning(partial(begin_unit, pool), apart=begin)


async def test_without_the_gate_a_certificate_would_be_issued_over_and_over(empty_database: Pool):
    """The database still keeps one of them, as it promises; without that promise, there would be several."""
    assert await finish_one_course_at_once(empty_database, without_gate(empty_database, each=4), times=4) == 10
    assert await count(empty_database, "audit_entries WHERE action = 'certificate.issued'") > 10


async def test_without_the_gate_completions_would_be_lost(empty_database: Pool):
    assert await complete_all_at_once(empty_database, without_gate(empty_database, each=8)) != (10, 10)


async def test_a_lesson_that_is_deleted_while_it_is_completed(empty_database: Pool):
    learning = learning_over(empty_database)
    [user] = await learners(empty_database, 1)
    for _ in range(10):
        syllabus = a_syllabus(1)
        await syllabus.store(learning.begin)
        await learning.enroll(user, syllabus.course)

        async def delete(lesson: Any = syllabus.lessons[0]) -> None:
            async with begin_unit(empty_database) as unit:
                await unit.lessons.delete(lesson)
                await unit.commit()

        completed, deleted = await all_at_once(learning.complete(user, syllabus.lessons[0]), delete())

        assert deleted is None
        assert not isinstance(completed, Exception) or completed.code in {
            "lesson.not_found", "request.changed_meanwhile",
        }  # fmt: skip


async def test_more_learners_than_connections_meet_no_conflict(empty_database: Pool):
    learning = learning_over(empty_database)
    users = await learners(empty_database, 40)
    syllabus = a_syllabus(3)
    await syllabus.store(learning.begin)

    async def whole_course(user: User) -> None:
        await learning.enroll(user, syllabus.course)
        for lesson in syllabus.lessons:
            await learning.complete(user, lesson)

    outcomes = await all_at_once(*(whole_course(user) for user in users))

    assert not [outcome for outcome in outcomes if isinstance(outcome, Conflict | Exception)]
    assert await count(empty_database, "enrollments WHERE status = 'completed'") == 40

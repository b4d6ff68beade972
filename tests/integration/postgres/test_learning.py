"""What learning stores is loaded as it was saved; its questions are answered by indexes."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.postgres.repositories.courses import PostgresCourseRepository
from adapters.postgres.repositories.enrollments import PostgresEnrollmentRepository
from adapters.postgres.repositories.users import PostgresUserRepository
from adapters.postgres.statement import Connection
from adapters.postgres.unit import PostgresUnit
from domain.learning.enrollment import Enrollment
from domain.learning.progress import LessonProgress
from tests.support.learning import Syllabus, a_syllabus, enrollments
from tests.support.people import a_user, instants

one_connection = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@asynccontextmanager
async def undone(connection: Connection) -> AsyncIterator[None]:
    savepoint = connection.transaction()
    await savepoint.start()
    try:
        yield
    finally:
        await savepoint.rollback()


async def stored(connection: Connection, *enrollments: Enrollment) -> Syllabus:
    """A course with a lesson and a user, which these enrollments are of from then on."""
    syllabus, user = a_syllabus(1), a_user()
    unit = PostgresUnit(connection)
    await PostgresUserRepository(connection).add(user)
    await PostgresCourseRepository(connection).save(syllabus.course)
    await unit.modules.save(*syllabus.modules)
    await unit.lessons.save(*syllabus.lessons)
    for enrollment in enrollments:
        enrollment.course_id, enrollment.user_id = syllabus.course.id, user.id
    return syllabus


@one_connection
@given(enrollments)
async def test_an_enrollment(connection: Connection, enrollment: Enrollment):
    async with undone(connection):
        await stored(connection, enrollment)
        repository = PostgresEnrollmentRepository(connection)
        assert await repository.obtain(enrollment) == [enrollment]
        assert await repository.find(enrollment.course_id, enrollment.user_id) == enrollment


@one_connection
@given(enrollments, enrollments)
async def test_an_enrollment_that_becomes_quite_another(connection: Connection, before: Enrollment, after: Enrollment):
    # When it began, and of whom it is, never changes.
    after.id, after.enrolled_at = before.id, before.enrolled_at
    async with undone(connection):
        await stored(connection, before, after)
        repository = PostgresEnrollmentRepository(connection)
        await repository.obtain(before)
        await repository.save(after)
        assert await repository.find(after.course_id, after.user_id) == after


steps = st.tuples(st.integers(0, 2**31 - 1), st.none() | instants, instants)


@one_connection
@given(enrollments, steps, steps)
async def test_progress(
    connection: Connection,
    enrollment: Enrollment,
    before: tuple[int, datetime | None, datetime],
    after: tuple[int, datetime | None, datetime],
):
    async with undone(connection):
        lesson = (await stored(connection, enrollment)).lessons[0].id
        repository = PostgresEnrollmentRepository(connection)
        await repository.obtain(enrollment)
        assert (await repository.lesson_at_hand(enrollment, lesson)).progress is None
        for watched, completed_at, seen_at in (before, after):
            progress = LessonProgress(
                lesson_id=lesson, watched_seconds=watched, completed_at=completed_at, first_seen_at=seen_at
            )
            await repository.save(enrollment, progress=[progress])
            assert (await repository.lesson_at_hand(enrollment, lesson)).progress == progress

"""What learning stores is loaded as it was saved; its questions are answered by indexes."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.postgres.repositories.certificates import PostgresCertificateRepository
from adapters.postgres.repositories.courses import PostgresCourseRepository
from adapters.postgres.repositories.enrollments import PostgresEnrollmentRepository
from adapters.postgres.repositories.reviews import PostgresReviewRepository
from adapters.postgres.repositories.users import PostgresUserRepository
from adapters.postgres.statement import Connection
from adapters.postgres.unit import PostgresUnit
from domain.gamification.ruleset_1 import RULESET_1
from domain.learning.certificate import Award, Certificate
from domain.learning.enrollment import Enrollment
from domain.learning.progress import LessonProgress
from domain.learning.review import Review
from tests.support.learning import Syllabus, a_syllabus, awards, enrollments
from tests.support.people import a_user, instants, storable_text

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
    unit = PostgresUnit(connection, RULESET_1)
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


revocations = st.none() | st.tuples(storable_text, instants)


@one_connection
@given(enrollments, awards, storable_text, st.lists(revocations, max_size=3))
async def test_a_certificate(
    connection: Connection,
    enrollment: Enrollment,
    award: Award,
    name: str,
    changes: list[tuple[str, datetime] | None],
):
    async with undone(connection):
        syllabus = await stored(connection, enrollment)
        await connection.execute("UPDATE users SET display_name = $1", name)
        await PostgresEnrollmentRepository(connection).obtain(enrollment)
        await PostgresEnrollmentRepository(connection).save(
            enrollment, awards=[replace(award, enrollment_id=enrollment.id)]
        )
        repository = PostgresCertificateRepository(connection)
        certificate, offer = await repository.get(award.code)
        assert certificate == Certificate(
            id=award.id,
            enrollment_id=enrollment.id,
            code=award.code,
            learner_name=name,
            course_title=syllabus.course.content.title,
            issued_at=award.issued_at,
        )
        assert offer.course_id == enrollment.course_id
        for change in changes:
            if change is None:
                certificate.reinstate()
            else:
                certificate.revoke(change[0], by=enrollment.user_id, at=change[1])
            await repository.save(certificate)
            assert (await repository.get(award.code))[0] == certificate


opinions = st.tuples(st.integers(1, 5), storable_text, instants, instants, st.integers(1, 2**31 - 1))


@one_connection
@given(enrollments, opinions, opinions)
async def test_a_review(
    connection: Connection,
    enrollment: Enrollment,
    before: tuple[int, str, datetime, datetime, int],
    after: tuple[int, str, datetime, datetime, int],
):
    async with undone(connection):
        await stored(connection, enrollment)
        await PostgresEnrollmentRepository(connection).obtain(enrollment)
        repository = PostgresReviewRepository(connection)
        former = None
        for rating, text, created_at, updated_at, version in (before, after):
            review = Review(
                course_id=enrollment.course_id,
                user_id=enrollment.user_id,
                rating=rating,
                text=text,
                # When it was written never changes.
                created_at=before[2] if former else created_at,
                updated_at=updated_at,
                version=version,
            )
            await repository.save(review, before=former)
            former = rating
            standing = await repository.standing(enrollment.course_id, enrollment.user_id)
            assert standing is not None
            assert (standing.review, standing.enrollment) == (review, enrollment)


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
            await repository.save_step(enrollment, progress, before=enrollment.version)
            kept = replace(progress, watched_seconds=max(before[0], watched))
            assert (await repository.lesson_at_hand(enrollment, lesson)).progress == kept

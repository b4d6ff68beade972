"""A submission is loaded as it was saved."""

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from adapters.postgres.repositories.enrollments import PostgresEnrollmentRepository
from adapters.postgres.repositories.submissions import PostgresSubmissionRepository
from adapters.postgres.statement import Connection
from domain.learning.enrollment import Enrollment
from domain.learning.submission import Grade, Submission, Work
from domain.shared.ids import EnrollmentId, LessonId, SubmissionId, UserId
from tests.integration.postgres.test_learning import one_connection, stored, undone
from tests.support.learning import enrollments
from tests.support.people import instants, storable_text

hundredths = st.integers(0, 100_000)
grades = st.builds(
    Grade,
    earned=hundredths,
    deducted=hundredths,
    percent=st.integers(0, 100),
    comment=storable_text,
    rubric=st.dictionaries(st.sampled_from(["isi", "gaya"]), hundredths),
    graded_at=instants,
    graded_by=st.none() | st.uuids().map(UserId),
)
submissions = st.builds(
    Submission,
    id=st.uuids().map(SubmissionId),
    enrollment_id=st.uuids().map(EnrollmentId),
    lesson_id=st.uuids().map(LessonId),
    number=st.integers(1, 2**31 - 1),
    work=st.builds(Work, st.none() | storable_text, st.none() | storable_text),
    submitted_at=instants,
    lateness=st.integers(0, 10**11).map(lambda seconds: timedelta(seconds=seconds)),
    grade=st.none() | grades,
    version=st.integers(1, 2**31 - 1),
)


@one_connection
@given(enrollments, submissions, grades)
async def test_a_submission_and_its_next_grade(
    connection: Connection, enrollment: Enrollment, submission: Submission, grade: Grade
):
    async with undone(connection):
        submission.lesson_id = (await stored(connection, enrollment)).lessons[0].id
        submission.enrollment_id = enrollment.id
        await PostgresEnrollmentRepository(connection).obtain(enrollment)
        repository = PostgresSubmissionRepository(connection)
        await repository.add(submission)
        found = await repository.get(submission.id)
        assert (found.submission, found.enrollment) == (submission, enrollment)

        submission.grade = grade
        submission.version = 1
        await repository.save(submission)
        found = await repository.get(submission.id)
        assert found.submission == submission
        assert await repository.newest(submission.lesson_id, [enrollment.user_id]) == {enrollment.user_id: found}
        assert await repository.percents(enrollment, submission.lesson_id) == {submission.number: grade.percent}

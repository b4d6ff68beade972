"""Whole histories, in any store, are what single deeds would have left."""

from datetime import timedelta

from uuid_utils.compat import uuid7

from application.learning.histories import History
from domain.learning.attempt import Attempt
from domain.learning.progress import LessonProgress
from domain.learning.quiz import Score
from domain.learning.submission import Grade, Submission, Work
from domain.shared.ids import AttemptId, SubmissionId
from tests.contract.conftest import Persistence
from tests.support.learning import an_enrollment
from tests.support.people import NOON, a_user
from tests.support.quiz_taking import a_quiz_syllabus, publish

LATER = NOON + timedelta(hours=1)


async def test_what_was_brought_in_is_found_again(persistence: Persistence):
    user, syllabus = a_user(), a_quiz_syllabus()
    await persistence.add_users(user)
    await publish(persistence.begin, syllabus)
    quiz = syllabus.lessons[0]
    enrollment = an_enrollment(syllabus.course, user)
    step = LessonProgress(lesson_id=quiz.id, first_seen_at=NOON, completed_at=LATER, score=80)
    attempt = Attempt(
        id=AttemptId(uuid7()), enrollment_id=enrollment.id, lesson_id=quiz.id, number=1, lesson_version=1,
        graded_version=1, seed=7, question_ids=("single", "multiple", "matching"), started_at=NOON, deadline=None,
        handed_in_at=LATER, score=Score(400, 500),
    )  # fmt: skip
    grade = Grade(
        earned=5000, deducted=0, percent=50, comment="Baik", rubric={"isi": 5000}, graded_at=LATER, graded_by=user.id
    )
    submission = Submission(
        id=SubmissionId(uuid7()), enrollment_id=enrollment.id, lesson_id=quiz.id, number=1, work=Work("a, b"),
        submitted_at=NOON, grade=grade,
    )  # fmt: skip
    answers = {"single": ("jkt", 100), "multiple": (["2", "3"], 200), "matching": (None, 0)}
    history = History(
        enrollments=[enrollment], progress=[(enrollment.id, step)], attempts=[attempt], answers={attempt.id: answers},
        submissions=[submission],
    )  # fmt: skip
    async with persistence.begin() as unit:
        await unit.histories.add(history)
        await unit.commit()
    async with persistence.begin() as unit:
        assert await unit.enrollments.find(syllabus.course.id, user.id) == enrollment
        assert (await unit.enrollments.lesson_at_hand(enrollment, quiz.id)).progress == step
        assert await unit.attempts.get(attempt.id) == (enrollment, attempt)
        assert (await unit.submissions.get(submission.id)).submission == submission
        work = await unit.attempts.work(attempt)
    assert {each.question_id: (each.answer, each.awarded) for each in work.answers} == answers


async def test_nothing_is_a_history_too(persistence: Persistence):
    async with persistence.begin() as unit:
        await unit.histories.add(History())
        await unit.commit()

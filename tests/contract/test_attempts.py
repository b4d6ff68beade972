"""Attempts in any store: begun, answered, handed in, swept, extended, regraded, looked at."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from uuid_utils.compat import uuid7

from adapters.memory.attempt_queries import MemoryAttemptQueries
from adapters.memory.attempts import MemoryAnswerSheets
from adapters.memory.unit import MemoryStore
from adapters.postgres.queries.answer_sheets import PostgresAnswerSheets
from adapters.postgres.queries.attempts import PostgresAttemptQueries
from application.catalog.content_ports import LessonHasWork
from application.learning.admission import CourseNotYours
from application.learning.attempt_ports import AttemptNotFound, NoQuiz, QuestionNotFound
from application.learning.attempt_queries import AttemptPage, AttemptQuestion, LearnerAttemptPage
from application.learning.attempt_views import AttemptStatus, ScoreView
from application.learning.ports import EnrollmentMissing, EnrollmentRequired, LessonNotFound
from application.learning.sweep_attempts import SweepAttemptsHandler
from application.shared.page import CursorInvalid
from domain.catalog.lesson import LessonStatus
from domain.identity.user import User
from domain.learning.answers import AnswerInvalid
from domain.learning.attempt import AttemptOver
from domain.learning.enrollment import EnrollmentStatus
from domain.learning.progress import LessonLocked, LessonUnpassed
from domain.learning.quiz import AttemptsUsedUp, QuizClosed
from domain.shared.ids import AttemptId, LessonId, UserId
from tests.contract.conftest import Persistence
from tests.support import quizzes
from tests.support.catalog import acting
from tests.support.learning import Learning, Syllabus, a_lesson, a_syllabus
from tests.support.people import NOON
from tests.support.quiz_taking import QuizTaking, a_quiz_lesson, a_quiz_syllabus, option, publish, quiz_content

MINUTE = timedelta(minutes=1)


class School:
    """A course of one quiz, its teacher, and a learner who is enrolled."""

    def __init__(self, persistence: Persistence) -> None:
        place = persistence.place
        self.taking = (
            QuizTaking(persistence.begin, MemoryAnswerSheets(place.committed), MemoryAttemptQueries(place.committed))
            if isinstance(place, MemoryStore)
            else QuizTaking(persistence.begin, PostgresAnswerSheets(place), PostgresAttemptQueries(place))
        )
        self.learning = Learning(persistence.begin, clock=self.taking.clock)
        self.begin = persistence.begin

    async def open(self, *questions: dict[str, Any], **settings: Any) -> None:
        self.teacher, self.learner, self.other = await self.learning.add_users(3)
        course = {"created_by": self.teacher.id}
        self.syllabus = a_quiz_syllabus(*questions, course=course, **settings)
        await self.start(self.syllabus)

    async def start(self, syllabus: Syllabus) -> None:
        self.syllabus = syllabus
        await publish(self.begin, syllabus)
        self.quiz = syllabus.lessons[-1]
        await self.learning.enroll(self.learner, syllabus.course)

    async def answer_rightly(self, who: User) -> Any:
        """An attempt with everything right, still open."""
        taking = self.taking
        attempt = await taking.begin(who, self.quiz)
        right = {
            "single": option(attempt, "single", "Jakarta"),
            "multiple": [option(attempt, "multiple", text) for text in ("dua", "tiga")],
            "true_false": True,
            "numeric": 3.14,
            "short_text": "hirata",
            "ordering": [option(attempt, "ordering", text) for text in ("Sriwijaya", "Majapahit", "Demak")],
            "matching": {
                option(attempt, "matching", left): option(attempt, "matching", right)
                for left, right in (("Jawa Barat", "Bandung"), ("Jawa Timur", "Surabaya"))
            },
        }
        for question, answer in right.items():
            assert (await taking.save(who, attempt, question, answer)).saved
        return attempt

    async def actions(self) -> list[str]:
        async with self.begin() as unit:
            if hasattr(unit, "_tables"):
                return [entry.action for entry in unit._tables.audit_entries]
            rows = await unit._connection.fetch("SELECT action FROM audit_entries ORDER BY at, id")
            return [row["action"] for row in rows]


@pytest.fixture
def school(persistence: Persistence) -> School:
    return School(persistence)


async def test_all_right_completes_the_quiz_and_with_it_the_course(school: School):
    await school.open()
    attempt = await school.answer_rightly(school.learner)
    done = await school.taking.hand_in(school.learner, attempt)

    assert done.attempt.score == ScoreView(10.0, 10.0, 100)
    assert (done.attempt.status, done.attempt.handed_in_at, done.attempt.is_timed_out) == ("handed_in", NOON, False)
    assert (done.progress.score, done.progress.pass_percent, done.progress.completed_at) == (100, 60, NOON)
    assert (done.progress.status, done.progress.percent) == (EnrollmentStatus.COMPLETED, 100)
    assert await school.actions() == [
        "enrollment.begun", "attempt.begun", "attempt.handed_in", "lesson.completed", "enrollment.completed",
        "certificate.issued",
    ]  # fmt: skip


async def test_what_is_right_is_not_told_before_it_was_handed_in(school: School):
    await school.open()
    attempt = await school.answer_rightly(school.learner)
    for shown in (
        attempt,
        await school.taking.show(school.learner, attempt),
        await school.taking.begin(school.learner, school.quiz),
    ):
        assert (shown.status, shown.score) == (AttemptStatus.OPEN, None)
        for question in shown.questions:
            assert (question.correct, question.explanation_html, question.awarded) == (None, None, None)
        assert b"jkt" not in msgspec.json.encode(shown)
    shown = await school.taking.show(school.learner, attempt)
    assert next(each.answer for each in shown.questions if each.id == "true_false") is True

    done = (await school.taking.hand_in(school.learner, attempt)).attempt
    assert done == await school.taking.show(school.learner, attempt)
    for question in done.questions:
        assert (question.awarded, question.explanation_html) == (question.points, "")
        if question.kind != "short_text":
            assert question.answer == question.correct or sorted(question.answer) == sorted(question.correct)


@pytest.mark.parametrize("reveals", ["never", "closed"])
async def test_a_quiz_may_keep_what_was_right_to_its_teacher(school: School, reveals: str):
    await school.open(reveals=reveals, closes_at="2025-04-11T12:00:00Z")
    attempt = await school.answer_rightly(school.learner)
    await school.taking.hand_in(school.learner, attempt)

    assert all(each.correct is None for each in (await school.taking.show(school.learner, attempt)).questions)
    assert all(each.correct is not None for each in (await school.taking.show(school.teacher, attempt)).questions)
    school.taking.clock.advance(hours=48)
    shown = await school.taking.show(school.learner, attempt)
    assert all((each.correct is None) == (reveals == "never") for each in shown.questions)


async def test_a_second_start_answers_the_first(school: School):
    await school.open()
    first = await school.taking.begin(school.learner, school.quiz)
    await school.taking.save(school.learner, first, "numeric", 1)
    school.taking.clock.advance(minutes=5)
    again = await school.taking.begin(school.learner, school.quiz)

    assert (again.id, again.started_at, again.number) == (first.id, NOON, 1)
    assert [each.id for each in again.questions] == [each.id for each in first.questions]
    assert next(each.answer for each in again.questions if each.id == "numeric") == 1


async def test_a_late_packet_never_overwrites_a_newer_one(school: School):
    await school.open()
    attempt = await school.taking.begin(school.learner, school.quiz)
    await school.taking.save(school.learner, attempt, "numeric", 2, sequence=5)
    late = await school.taking.save(school.learner, attempt, "numeric", 1, sequence=4)
    again = await school.taking.save(school.learner, attempt, "numeric", 2, sequence=5)
    blank = await school.taking.save(school.learner, attempt, "short_text", None, sequence=1)

    assert (late.saved, late.sequence) == (False, 5)
    assert (again.saved, again.sequence, blank.saved) == (True, 5, True)
    shown = {each.id: each for each in (await school.taking.show(school.learner, attempt)).questions}
    assert (shown["numeric"].answer, shown["numeric"].sequence) == (2, 5)
    assert (shown["short_text"].answer, shown["short_text"].sequence) == (None, 1)
    assert (shown["single"].answer, shown["single"].sequence) == (None, 0)


async def test_an_answer_is_of_this_attempt_of_this_learner_and_of_the_right_shape(school: School):
    await school.open(quizzes.NUMERIC)
    attempt = await school.taking.begin(school.learner, school.quiz)
    with pytest.raises(QuestionNotFound):
        await school.taking.save(school.learner, attempt, "single", "x")
    with pytest.raises(AnswerInvalid):
        await school.taking.save(school.learner, attempt, "numeric", "3")
    for who, wanted in ((school.other, attempt), (school.learner, msgspec.structs.replace(attempt, id=uuid7()))):
        with pytest.raises(AttemptNotFound):
            await school.taking.save(who, wanted, "numeric", 3)
        with pytest.raises(AttemptNotFound):
            await school.taking.hand_in(who, wanted)
        with pytest.raises(AttemptNotFound):
            await school.taking.show(who, wanted)
    await school.learning.withdraw(school.learner, school.syllabus.course)
    with pytest.raises(EnrollmentRequired):
        await school.taking.save(school.learner, attempt, "numeric", 3)


async def test_after_the_deadline_nothing_is_answered_and_what_was_saved_is_marked(school: School):
    await school.open(quizzes.NUMERIC, quizzes.TRUE_FALSE, time_limit_seconds=600)
    attempt = await school.taking.begin(school.learner, school.quiz)
    assert attempt.deadline == NOON + 10 * MINUTE
    await school.taking.save(school.learner, attempt, "numeric", 3.14)
    school.taking.clock.advance(minutes=10)
    await school.taking.save(school.learner, attempt, "true_false", False)
    school.taking.clock.advance(seconds=1)
    with pytest.raises(AttemptOver):
        await school.taking.save(school.learner, attempt, "true_false", True, sequence=2)
    done = (await school.taking.hand_in(school.learner, attempt)).attempt

    assert (done.is_timed_out, done.handed_in_at) == (True, NOON + 10 * MINUTE)
    assert done.score == ScoreView(1.0, 2.0, 50)
    with pytest.raises(AttemptOver):
        await school.taking.save(school.learner, attempt, "true_false", True, sequence=3)


async def test_handing_in_again_changes_nothing(school: School):
    await school.open()
    attempt = await school.answer_rightly(school.learner)
    first = await school.taking.hand_in(school.learner, attempt)
    school.taking.clock.advance(hours=1)
    again = await school.taking.hand_in(school.learner, attempt)

    assert first.progress.reward is not None
    without = msgspec.structs.replace(first.progress, reward=None)
    assert again == msgspec.structs.replace(first, progress=without)
    assert (await school.actions()).count("attempt.handed_in") == 1


async def test_the_sweep_hands_in_what_has_run_out_however_long_ago(school: School):
    await school.open(quizzes.TRUE_FALSE, time_limit_seconds=60)
    await school.learning.enroll(school.other, school.syllabus.course)
    attempt = await school.taking.begin(school.learner, school.quiz)
    await school.taking.save(school.learner, attempt, "true_false", True)
    assert await school.taking.sweep() == 0
    school.taking.clock.advance(hours=24 * 30)
    running = await school.taking.begin(school.other, school.quiz)
    assert await school.taking.sweep() == 1
    assert await school.taking.sweep() == 0

    swept = await school.taking.show(school.learner, attempt)
    assert (swept.status, swept.is_timed_out, swept.handed_in_at) == ("handed_in", True, NOON + MINUTE)
    assert swept.score == ScoreView(1.0, 1.0, 100)
    assert (await school.taking.show(school.other, running)).status is AttemptStatus.OPEN
    async with school.begin() as unit:
        enrollment = await unit.enrollments.find(school.syllabus.course.id, school.learner.id)
    assert enrollment.status is EnrollmentStatus.COMPLETED


async def test_an_attempt_that_cannot_be_swept_keeps_no_other_from_it(school: School):
    await school.open(quizzes.TRUE_FALSE, time_limit_seconds=60)
    await school.learning.enroll(school.other, school.syllabus.course)
    first = await school.taking.begin(school.learner, school.quiz)
    second = await school.taking.begin(school.other, school.quiz)
    school.taking.clock.advance(hours=1)

    class Poisoned(SweepAttemptsHandler):
        async def _hand_in(self, attempt_id: AttemptId) -> bool:
            if attempt_id == first.id:
                raise ValueError("poisoned")
            return await super()._hand_in(attempt_id)

    with pytest.raises(ExceptionGroup, match="1 of 2"):
        await Poisoned(school.begin, school.taking.clock, uuid7)()
    assert (await school.taking.show(school.other, second)).status is AttemptStatus.HANDED_IN


async def test_who_comes_back_after_time_ran_out_gets_a_new_attempt(school: School):
    await school.open(quizzes.TRUE_FALSE, time_limit_seconds=60)
    first = await school.taking.begin(school.learner, school.quiz)
    await school.taking.save(school.learner, first, "true_false", True)
    school.taking.clock.advance(hours=1)
    second = await school.taking.begin(school.learner, school.quiz)

    assert (second.number, second.deadline) == (2, NOON + timedelta(hours=1) + MINUTE)
    assert (await school.taking.show(school.learner, first)).score == ScoreView(1.0, 1.0, 100)


async def test_attempts_are_counted_and_opening_times_kept(school: School):
    await school.open(
        quizzes.TRUE_FALSE, attempts_allowed=1, opens_at="2025-04-10T13:00:00Z", closes_at="2025-04-10T15:00:00Z"
    )
    with pytest.raises(QuizClosed):
        await school.taking.begin(school.learner, school.quiz)
    school.taking.clock.advance(hours=1)
    attempt = await school.taking.begin(school.learner, school.quiz)
    assert attempt.deadline == NOON + timedelta(hours=3)
    await school.taking.hand_in(school.learner, attempt)
    with pytest.raises(AttemptsUsedUp):
        await school.taking.begin(school.learner, school.quiz)
    school.taking.clock.advance(hours=2)
    with pytest.raises(QuizClosed):
        await school.taking.begin(school.learner, school.quiz)


@pytest.mark.parametrize(("scoring", "worth"), [("best", 100), ("last", 0), ("average", 50)])
async def test_several_attempts_count_as_the_quiz_says(school: School, scoring: str, worth: int):
    await school.open(quizzes.TRUE_FALSE, scoring=scoring, pass_percent=75)
    for answer in (True, False):
        attempt = await school.taking.begin(school.learner, school.quiz)
        await school.taking.save(school.learner, attempt, "true_false", answer)
        done = await school.taking.hand_in(school.learner, attempt)

    assert done.progress.score == worth
    # A completion that was reached stays.
    assert done.progress.completed_at == NOON


async def test_a_quiz_that_is_not_passed_is_not_completed_and_saying_so_does_not_help(school: School):
    await school.open()
    attempt = await school.taking.begin(school.learner, school.quiz)
    await school.taking.save(school.learner, attempt, "true_false", True)
    done = await school.taking.hand_in(school.learner, attempt)

    assert (done.progress.score, done.progress.completed_at, done.progress.percent) == (10, None, 0)
    with pytest.raises(LessonUnpassed):
        await school.learning.complete(school.learner, school.quiz)


async def test_more_time_is_for_one_learner_and_moves_a_running_deadline(school: School):
    await school.open(quizzes.TRUE_FALSE, time_limit_seconds=600)
    await school.learning.enroll(school.other, school.syllabus.course)
    attempt = await school.taking.begin(school.learner, school.quiz)
    view = await school.taking.extend(school.teacher, school.quiz, school.learner, 5 * MINUTE)
    assert view.extra_seconds == 300
    assert (await school.taking.show(school.learner, attempt)).deadline == NOON + 15 * MINUTE
    assert (await school.taking.begin(school.other, school.quiz)).deadline == NOON + 10 * MINUTE
    await school.taking.hand_in(school.learner, attempt)
    assert (await school.taking.begin(school.learner, school.quiz)).deadline == NOON + 15 * MINUTE
    await school.taking.extend(school.teacher, school.quiz, school.learner, timedelta())
    running = await school.taking.begin(school.learner, school.quiz)
    assert running.deadline == NOON + 10 * MINUTE


async def test_more_time_is_given_by_who_teaches_to_who_learns(school: School):
    await school.open()
    with pytest.raises(CourseNotYours):
        await school.taking.extend(school.other, school.quiz, school.learner, MINUTE)
    with pytest.raises(EnrollmentMissing):
        await school.taking.extend(school.teacher, school.quiz, school.other, MINUTE)
    with pytest.raises(LessonNotFound):
        await school.taking.extend(school.teacher, replace(school.quiz, id=LessonId(uuid7())), school.learner, MINUTE)


async def test_a_regrade_reports_who_has_another_score_and_takes_no_completion_away(school: School):
    wrong_key = {**quizzes.TRUE_FALSE, "correct": False}
    await school.open(wrong_key, pass_percent=50)
    await school.learning.enroll(school.other, school.syllabus.course)
    attempts = {}
    for who, answer in ((school.learner, True), (school.other, False)):
        attempts[who.id] = await school.taking.begin(who, school.quiz)
        await school.taking.save(who, attempts[who.id], "true_false", answer)
        await school.taking.hand_in(who, attempts[who.id])
    with pytest.raises(CourseNotYours):
        await school.taking.regrade(school.other, school.quiz)
    assert (await school.taking.regrade(school.teacher, school.quiz)).regraded == 0
    await school.taking.correct(school.quiz, quiz_content(quizzes.TRUE_FALSE, pass_percent=50))
    report = await school.taking.regrade(school.teacher, school.quiz)

    assert (report.version, report.regraded, report.remaining) == (2, 2, False)
    changes = {each.user_id: (each.before.percent, each.after.percent, each.lesson_score) for each in report.changed}
    assert changes == {school.learner.id: (0, 100, 100), school.other.id: (100, 0, 0)}
    assert (await school.taking.regrade(school.teacher, school.quiz)).regraded == 0
    async with school.begin() as unit:
        for who in (school.learner, school.other):
            enrollment = await unit.enrollments.find(school.syllabus.course.id, who.id)
            assert enrollment.status is EnrollmentStatus.COMPLETED
    shown = await school.taking.show(school.learner, attempts[school.learner.id])
    assert (shown.questions[0].correct, shown.questions[0].awarded) == (True, 1.0)


async def test_what_has_begun_goes_on_when_the_quiz_is_changed_or_taken_back(school: School):
    await school.open(quizzes.TRUE_FALSE, quizzes.SINGLE)
    attempt = await school.taking.begin(school.learner, school.quiz)
    await school.taking.correct(school.quiz, quiz_content(quizzes.NUMERIC))
    await school.taking.save(school.learner, attempt, "true_false", True)
    school.quiz.change_status(LessonStatus.DRAFT, at=NOON)
    async with school.begin() as unit:
        await unit.lessons.save(school.quiz)
        await unit.commit()
    with pytest.raises(LessonNotFound):
        await school.taking.begin(school.learner, school.quiz)
    done = await school.taking.hand_in(school.learner, attempt)

    assert done.attempt.score == ScoreView(1.0, 2.0, 50)
    assert [each.id for each in done.attempt.questions] == ["true_false", "single"]
    assert (done.progress.score, done.progress.lessons) == (50, 0)


async def test_a_quiz_that_somebody_took_is_not_deleted(school: School):
    await school.open()
    await school.taking.begin(school.learner, school.quiz)

    async def delete() -> None:
        async with school.begin() as unit:
            await unit.lessons.delete(school.quiz)
            await unit.commit()

    with pytest.raises(LessonHasWork):
        await delete()


async def test_only_an_open_quiz_begins(school: School):
    school.teacher, school.learner, school.other = await school.learning.add_users(3)
    syllabus = a_syllabus(1)
    syllabus.lessons.append(a_quiz_lesson(syllabus.modules[0], "z"))
    syllabus.lessons[-1].unlock = ({"rule": "after_previous"},)
    await school.start(syllabus)
    with pytest.raises(LessonLocked):
        await school.taking.begin(school.learner, school.quiz)
    with pytest.raises(NoQuiz):
        await school.taking.begin(school.learner, syllabus.lessons[0])
    with pytest.raises(EnrollmentRequired):
        await school.taking.begin(school.other, school.quiz)
    await school.learning.complete(school.learner, syllabus.lessons[0])
    assert (await school.taking.begin(school.learner, school.quiz)).number == 1


async def test_my_attempts_are_pages_newest_first(school: School):
    await school.open(quizzes.TRUE_FALSE)
    queries, quiz = school.taking.queries, school.quiz.id
    assert await mine(school, school.learner) == ([], None)
    for _ in range(3):
        attempt = await school.taking.begin(school.learner, school.quiz)
        await school.taking.hand_in(school.learner, attempt)
        school.taking.clock.advance(minutes=1)
    numbers, cursor = await mine(school, school.learner, limit=2)
    assert numbers == [3, 2]
    assert await mine(school, school.learner, limit=2, cursor=cursor) == ([1], None)
    with pytest.raises(CursorInvalid):
        await queries.mine(school.other.id, quiz, AttemptQuestion(cursor=cursor))
    with pytest.raises(EnrollmentRequired):
        await mine(school, school.other)
    with pytest.raises(LessonNotFound):
        await queries.mine(school.learner.id, LessonId(uuid7()), AttemptQuestion())
    await school.learning.withdraw(school.learner, school.syllabus.course)
    assert (await mine(school, school.learner))[0] == [3, 2, 1]


async def mine(school: School, who: User, **question: Any) -> tuple[list[int], str | None]:
    encoded = await school.taking.queries.mine(who.id, school.quiz.id, AttemptQuestion(**question))
    page = msgspec.json.decode(encoded.body, type=AttemptPage)
    return [attempt.number for attempt in page.items], page.next_cursor


async def test_of_another_kind_of_lesson_there_are_no_attempts(school: School):
    await school.open()
    link = a_lesson(school.syllabus.modules[0], "b")
    async with school.begin() as unit:
        await unit.lessons.save(link)
        await unit.commit()
    with pytest.raises(NoQuiz):
        await school.taking.queries.mine(school.learner.id, link.id, AttemptQuestion())


async def test_who_teaches_sees_everybodys_attempts(school: School):
    await school.open(quizzes.TRUE_FALSE)
    await school.learning.enroll(school.other, school.syllabus.course)
    for who in (school.learner, school.other):
        await school.taking.hand_in(who, await school.taking.begin(who, school.quiz))
        school.taking.clock.advance(minutes=1)

    async def seen(by: User, **question: Any) -> list[Any]:
        encoded = await school.taking.queries.of_quiz(school.quiz.id, AttemptQuestion(**question), acting(by))
        return list(msgspec.json.decode(encoded.body, type=LearnerAttemptPage).items)

    assert [each.user_id for each in await seen(school.teacher)] == [school.other.id, school.learner.id]
    [only] = await seen(school.teacher, user_id=school.learner.id)
    assert (only.learner, only.score) == (school.learner.display_name or school.learner.name, ScoreView(0.0, 1.0, 0))
    assert await seen(school.teacher, user_id=UserId(uuid7())) == []
    with pytest.raises(CourseNotYours):
        await seen(school.other)
    with pytest.raises(LessonNotFound):
        await school.taking.queries.of_quiz(LessonId(uuid7()), AttemptQuestion(), acting(school.teacher))

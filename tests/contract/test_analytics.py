"""What teachers see of a course, the same from any store."""

from datetime import timedelta
from typing import Any

import pytest
from uuid_utils.compat import uuid7

from adapters.memory.analytics import MemoryAnalyticsQueries
from adapters.memory.attempt_queries import MemoryAttemptQueries
from adapters.memory.attempts import MemoryAnswerSheets
from adapters.memory.unit import MemoryStore
from adapters.postgres.queries.analytics import PostgresAnalyticsQueries
from adapters.postgres.queries.answer_sheets import PostgresAnswerSheets
from adapters.postgres.queries.attempts import PostgresAttemptQueries
from application.learning.admission import CourseNotYours
from application.learning.analytics_queries import ItemFacts, LearnerFacts, LessonFacts
from application.learning.analytics_views import EnrollmentCounts, FunnelStep
from application.learning.attempt_ports import NoQuiz
from application.learning.ports import CourseNotFound, LessonNotFound
from application.learning.show_analytics import ShowAnalytics
from domain.catalog.lesson import LessonStatus
from domain.catalog.lesson_content import LessonKind
from domain.identity.user import User
from domain.learning.enrollment import EnrollmentStatus
from domain.learning.risk import Risk
from domain.shared.ids import CourseId, LessonId
from tests.contract.conftest import Persistence
from tests.support import quizzes
from tests.support.catalog import acting
from tests.support.learning import Learning, a_lesson, a_syllabus
from tests.support.people import NOON
from tests.support.quiz_taking import QuizTaking, a_quiz_lesson, publish, quiz_content

TWO = (quizzes.TRUE_FALSE, {**quizzes.NUMERIC, "points": 3})


class School:
    """A course of a link and a quiz of two questions, and five learners."""

    def __init__(self, persistence: Persistence) -> None:
        place = persistence.place
        if isinstance(place, MemoryStore):
            stores = MemoryAnswerSheets(place.committed), MemoryAttemptQueries(place.committed)
            self.queries: Any = MemoryAnalyticsQueries(place.committed)
        else:
            stores = PostgresAnswerSheets(place), PostgresAttemptQueries(place)  # type: ignore[assignment] # the other
            self.queries = PostgresAnalyticsQueries(place)
        self.taking = QuizTaking(persistence.begin, *stores)
        self.learning = Learning(persistence.begin, clock=self.taking.clock)
        self.show = ShowAnalytics(self.queries, self.taking.clock)

    async def open(self) -> None:
        self.teacher, *self.learners = await self.learning.add_users(6)
        self.syllabus = a_syllabus(1, created_by=self.teacher.id)
        self.link = self.syllabus.lessons[0]
        self.quiz = a_quiz_lesson(self.syllabus.modules[0], "z", *TWO)
        draft = a_lesson(self.syllabus.modules[0], "zz", status=LessonStatus.DRAFT)
        self.syllabus.lessons += [self.quiz, draft]
        await publish(self.learning.begin, self.syllabus)
        for who in self.learners:
            await self.learning.enroll(who, self.syllabus.course)
            self.taking.clock.advance(minutes=1)

    async def take(self, who: User, truth: bool, number: float) -> None:
        attempt = await self.taking.begin(who, self.quiz)
        await self.taking.save(who, attempt, "true_false", truth)
        await self.taking.save(who, attempt, "numeric", number)
        await self.taking.hand_in(who, attempt)


@pytest.fixture
async def school(persistence: Persistence) -> School:
    school = School(persistence)
    await school.open()
    return school


async def test_a_course_in_numbers(school: School):
    first, second, third, fourth, fifth = school.learners
    for who in (first, second):
        await school.learning.complete(who, school.link)
    await school.take(first, True, 3.14)
    await school.take(second, True, 0)
    await school.learning.withdraw(fifth, school.syllabus.course)
    teacher = acting(school.teacher)

    lessons = await school.queries.lessons(school.syllabus.course.id, teacher)
    assert list(lessons) == [
        LessonFacts(
            id=school.link.id, title="Tautan", kind=LessonKind.LINK, pass_percent=None, started=2, completed=2,
            scores=[],
        ),
        LessonFacts(
            id=school.quiz.id, title="Kuis", kind=LessonKind.QUIZ, pass_percent=60, started=2, completed=1,
            scores=lessons[1].scores,
        ),
    ]  # fmt: skip
    assert sorted(lessons[1].scores) == [25, 100]
    learners = await school.queries.learners(school.syllabus.course.id)
    assert [each.user_id for each in learners] == [each.id for each in reversed(school.learners)]
    minute = timedelta(minutes=1)
    assert learners[3] == LearnerFacts(
        user_id=second.id, email=second.email, learner=second.display_name or second.name,
        status=EnrollmentStatus.ACTIVE, enrolled_at=NOON + minute, completed_at=None,
        last_active_at=NOON + 5 * minute, lessons_completed=1, failing=1, scores={school.quiz.id: 25},
    )  # fmt: skip
    assert (learners[4].status, learners[4].completed_at) == (EnrollmentStatus.COMPLETED, NOON + 5 * minute)
    assert learners[2].last_active_at == NOON + 2 * minute

    shown = await school.show.course(school.syllabus.course.id, teacher)
    assert shown.enrollments == EnrollmentCounts(
        active=3, completed=1, withdrawn=1, completion_rate=0.25, median_days=0.0
    )
    assert shown.funnel[0] == FunnelStep(
        lesson_id=school.link.id, title="Tautan", kind=LessonKind.LINK, started=2, completed=2, completed_share=0.5
    )
    [scores] = shown.scores
    assert (scores.learners, scores.mean, scores.median, scores.pass_rate) == (2, 62.5, 62.5, 0.5)
    assert list(scores.bins) == [0, 0, 1, 0, 0, 0, 0, 0, 0, 1]
    assert [(each.user_id, list(each.reasons)) for each in shown.at_risk] == [(second.id, [Risk.FAILING])]
    school.taking.clock.advance(hours=24 * 20)
    later = await school.show.course(school.syllabus.course.id, teacher)
    risks = {each.user_id: set(each.reasons) for each in later.at_risk}
    assert risks == {
        second.id: {Risk.INACTIVE, Risk.FAILING},
        third.id: {Risk.INACTIVE, Risk.BEHIND},
        fourth.id: {Risk.INACTIVE, Risk.BEHIND},
    }
    assert (later.at_risk_count, len(later.at_risk)) == (3, 3)


async def test_the_table_has_a_row_for_each_learner_and_a_column_for_each_graded_lesson(school: School):
    await school.take(school.learners[0], True, 3.14)
    header, rows = await school.show.table(school.syllabus.course.id, acting(school.teacher))

    assert header[-1] == "Kuis"
    assert len(rows) == 5
    assert rows[-1][0] == school.learners[0].id
    assert rows[-1][-1] == 100
    assert rows[0][-1] is None


async def test_questions_are_judged_by_first_attempts(school: School):
    for who, truth, number in zip(school.learners, (True, True, False, False), (3.14, 0, 0, 3.14), strict=False):
        await school.take(who, truth, number)
    # A second attempt knows the questions, and an open one has not been handed in.
    await school.take(school.learners[2], True, 3.14)
    await school.taking.begin(school.learners[4], school.quiz)
    facts = await school.queries.items(school.quiz.id, acting(school.teacher))

    assert list(facts) == [
        ItemFacts(
            question_id="true_false", kind="true_false", prompt="Bumi bulat.", possible=100, n=4, x=200, r=20_000,
            xx=20_000, rr=200_000_000, xr=1_000_000,
        ),
        ItemFacts(
            question_id="numeric", kind="numeric", prompt="π?", possible=300, n=4, x=600, r=20_000, xx=180_000,
            rr=200_000_000, xr=3_000_000,
        ),
    ]  # fmt: skip
    shown = (await school.show.items(school.quiz.id, acting(school.teacher))).items
    assert [(each.learners, each.difficulty, each.discrimination) for each in shown] == [(4, 0.5, 0.0), (4, 0.5, 0.0)]


async def test_a_corrected_quiz_is_judged_by_its_newest_version(school: School):
    for who, truth in zip(school.learners, (True, False, True), strict=False):
        await school.take(who, truth, 3.14)
    other = {**quizzes.SINGLE, "id": "new"}
    await school.taking.correct(school.quiz, quiz_content({**quizzes.TRUE_FALSE, "points": 4}, other))
    before = {each.question_id: each for each in await school.queries.items(school.quiz.id, acting(school.teacher))}
    await school.taking.regrade(school.teacher, school.quiz)
    after = {each.question_id: each for each in await school.queries.items(school.quiz.id, acting(school.teacher))}

    assert before.keys() == after.keys() == {"true_false", "new"}
    assert (before["true_false"].n, before["true_false"].x, before["true_false"].possible) == (3, 200, 400)
    # The numeric question is gone from the newest version, and still is the rest of these papers.
    assert (after["true_false"].x, after["true_false"].r) == (800, 30_000)
    assert (after["new"].n, after["new"].x) == (0, 0)


async def test_numbers_are_for_who_teaches(school: School):
    stranger = acting(school.learners[0])
    with pytest.raises(CourseNotYours):
        await school.show.course(school.syllabus.course.id, stranger)
    with pytest.raises(CourseNotFound):
        await school.show.course(CourseId(uuid7()), acting(school.teacher))
    with pytest.raises(CourseNotYours):
        await school.show.items(school.quiz.id, stranger)
    with pytest.raises(LessonNotFound):
        await school.show.items(LessonId(uuid7()), acting(school.teacher))
    with pytest.raises(NoQuiz):
        await school.show.items(school.link.id, acting(school.teacher))

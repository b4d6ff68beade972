from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from adapters.memory.learning import offer_of
from adapters.memory.tables import MemoryTables
from adapters.memory.user_queries import Committed
from application.learning.admission import assert_teaches, assert_teaches_lesson
from application.learning.analytics_queries import AnalyticsQueries, ItemFacts, LearnerFacts, LessonFacts
from application.learning.attempt_ports import NoQuiz
from application.learning.ports import CourseNotFound, LessonNotFound, LessonOffer
from application.shared.actor import Actor
from domain.catalog.lesson import Lesson
from domain.catalog.lesson_content import Assignment, LessonKind, Quiz
from domain.learning.attempt import Attempt
from domain.learning.enrollment import Enrollment
from domain.learning.grading import HUNDREDTHS
from domain.learning.item_analysis import rest_share
from domain.shared.ids import CourseId, LessonId


class MemoryAnalyticsQueries(AnalyticsQueries):
    def __init__(self, committed: Committed) -> None:
        self._committed = committed

    async def lessons(self, course_id: CourseId, actor: Actor) -> Sequence[LessonFacts]:
        tables = self._committed()
        if course_id not in tables.courses:
            raise CourseNotFound("There is no such course.")
        assert_teaches(offer_of(tables.courses[course_id]), actor)
        return [_lesson_facts(tables, lesson) for lesson in _published(tables, course_id)]

    async def learners(self, course_id: CourseId) -> Sequence[LearnerFacts]:
        tables = self._committed()
        found = [each for each in tables.enrollments.values() if each.course_id == course_id]
        found.sort(key=lambda each: (each.enrolled_at, each.id), reverse=True)
        return [_learner_facts(tables, enrollment) for enrollment in found]

    async def items(self, lesson_id: LessonId, actor: Actor) -> Sequence[ItemFacts]:
        tables = self._committed()
        lesson = tables.lessons.get(lesson_id)
        if lesson is None:
            raise LessonNotFound("There is no such lesson.")
        assert_teaches_lesson(LessonOffer(offer_of(tables.courses[lesson.course_id]), lesson.is_published), actor)
        if lesson.kind is not LessonKind.QUIZ:
            raise NoQuiz("This lesson is no quiz.")
        versions = [number for key, number in tables.lesson_versions if key == lesson_id]
        newest = _questions(tables, lesson_id, max(versions)) if versions else {}
        marks = list(_marks(tables, lesson_id))
        return [
            _item_facts(question, [(x, r) for key, x, r in marks if key == question["id"]])
            for question in newest.values()
        ]


def _published(tables: MemoryTables, course_id: CourseId) -> list[Lesson]:
    found = [each for each in tables.lessons.values() if each.course_id == course_id and each.is_published]
    return sorted(found, key=lambda each: (tables.modules[each.module_id].position, each.position))


def _lesson_facts(tables: MemoryTables, lesson: Lesson) -> LessonFacts:
    steps = [
        step
        for (enrollment_id, lesson_id), step in tables.lesson_progress.items()
        if lesson_id == lesson.id and not tables.enrollments[enrollment_id].is_withdrawn
    ]
    return LessonFacts(
        id=lesson.id,
        title=lesson.title,
        kind=lesson.kind,
        pass_percent=_pass_percent(lesson),
        started=len(steps),
        completed=sum(step.completed_at is not None for step in steps),
        scores=[step.score for step in steps if step.score is not None],
    )


def _pass_percent(lesson: Lesson) -> int | None:
    return lesson.content.settings["pass_percent"] if isinstance(lesson.content, Quiz | Assignment) else None


def _learner_facts(tables: MemoryTables, enrollment: Enrollment) -> LearnerFacts:
    user = tables.users[enrollment.user_id]
    published = {lesson.id: lesson for lesson in _published(tables, enrollment.course_id)}
    all_steps = [step for (key, _), step in tables.lesson_progress.items() if key == enrollment.id]
    steps = [step for step in all_steps if step.lesson_id in published]
    failing = [
        step
        for step in steps
        if step.completed_at is None
        and step.score is not None
        and step.score < (_pass_percent(published[step.lesson_id]) or 0)
    ]
    return LearnerFacts(
        user_id=enrollment.user_id,
        email=user.email,
        learner=user.display_name or user.name,
        status=enrollment.status,
        enrolled_at=enrollment.enrolled_at,
        completed_at=enrollment.completed_at,
        last_active_at=max(_deeds(tables, enrollment)),
        lessons_completed=sum(step.completed_at is not None for step in steps),
        failing=len(failing),
        scores={step.lesson_id: step.score for step in steps if step.score is not None},
    )


def _deeds(tables: MemoryTables, enrollment: Enrollment) -> Iterator[datetime]:
    yield enrollment.enrolled_at
    for (key, _), step in tables.lesson_progress.items():
        if key == enrollment.id:
            yield max(step.first_seen_at, step.completed_at or step.first_seen_at)
    for attempt in tables.attempts.values():
        if attempt.enrollment_id == enrollment.id:
            yield max(attempt.started_at, attempt.handed_in_at or attempt.started_at)
    for submission in tables.submissions.values():
        if submission.enrollment_id == enrollment.id:
            yield submission.submitted_at


def _questions(tables: MemoryTables, lesson_id: LessonId, number: int) -> dict[str, Any]:
    content = tables.lesson_versions[lesson_id, number].content
    assert isinstance(content, Quiz), "a lesson keeps its kind"
    return {question["id"]: question for bank in content.banks for question in bank["questions"]}


def _marks(tables: MemoryTables, lesson_id: LessonId) -> Iterator[tuple[str, int, int]]:
    """Question, hundredths of points for it, and the rest of that paper."""
    first: dict[Any, Attempt] = {}
    for attempt in sorted(tables.attempts.values(), key=lambda attempt: attempt.number):
        if attempt.lesson_id == lesson_id and not attempt.is_open:
            first.setdefault(attempt.enrollment_id, attempt)
    for attempt in first.values():
        assert attempt.score is not None, "it was handed in"
        asked = _questions(tables, lesson_id, attempt.lesson_version)
        asked |= _questions(tables, lesson_id, attempt.graded_version)
        for question_id in attempt.question_ids:
            awarded = tables.answers[attempt.id, question_id].awarded
            assert awarded is not None, "it was handed in"
            possible = asked[question_id]["points"] * HUNDREDTHS
            yield question_id, awarded, rest_share(attempt.score.earned, attempt.score.possible, awarded, possible)


def _item_facts(question: dict[str, Any], marks: list[tuple[int, int]]) -> ItemFacts:
    return ItemFacts(
        question_id=question["id"],
        kind=question["kind"],
        prompt=question["prompt"],
        possible=question["points"] * HUNDREDTHS,
        n=len(marks),
        x=sum(x for x, _ in marks),
        r=sum(r for _, r in marks),
        xx=sum(x * x for x, _ in marks),
        rr=sum(r * r for _, r in marks),
        xr=sum(x * r for x, r in marks),
    )

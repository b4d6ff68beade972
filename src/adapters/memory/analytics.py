from collections.abc import Iterator, Sequence
from datetime import datetime

from adapters.memory.item_analysis import items_of
from adapters.memory.learning import offer_of
from adapters.memory.tables import MemoryTables
from adapters.memory.user_queries import Committed
from application.learning.admission import assert_teaches, assert_teaches_lesson
from application.learning.analytics_queries import AnalyticsQueries, CourseFacts, ItemFacts, LearnerFacts, LessonFacts
from application.learning.attempt_ports import NoQuiz
from application.learning.ports import CourseNotFound, LessonNotFound, LessonOffer
from application.shared.actor import Actor
from domain.catalog.lesson import Lesson
from domain.catalog.lesson_content import Assignment, LessonKind, Quiz
from domain.learning.enrollment import Enrollment
from domain.shared.ids import CourseId, LessonId


class MemoryAnalyticsQueries(AnalyticsQueries):
    def __init__(self, committed: Committed) -> None:
        self._committed = committed

    async def course(self, course_id: CourseId, actor: Actor) -> CourseFacts:
        tables = self._committed()
        if course_id not in tables.courses:
            raise CourseNotFound("There is no such course.")
        assert_teaches(offer_of(tables.courses[course_id]), actor)
        found = [each for each in tables.enrollments.values() if each.course_id == course_id]
        found.sort(key=lambda each: (each.enrolled_at, each.id), reverse=True)
        return CourseFacts(
            lessons=[_lesson_facts(tables, lesson) for lesson in _published(tables, course_id)],
            learners=[_learner_facts(tables, enrollment) for enrollment in found],
        )

    async def items(self, lesson_id: LessonId, actor: Actor) -> Sequence[ItemFacts]:
        tables = self._committed()
        lesson = tables.lessons.get(lesson_id)
        if lesson is None:
            raise LessonNotFound("There is no such lesson.")
        assert_teaches_lesson(LessonOffer(offer_of(tables.courses[lesson.course_id]), lesson.is_published), actor)
        if lesson.kind is not LessonKind.QUIZ:
            raise NoQuiz("This lesson is no quiz.")
        return items_of(tables, lesson_id)


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
        and not _is_under_way(tables, enrollment, step.lesson_id)
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


def _is_under_way(tables: MemoryTables, enrollment: Enrollment, lesson_id: LessonId) -> bool:
    """Whether the learner has begun another attempt, or handed in work that waits for its grade."""
    key = (enrollment.id, lesson_id)
    attempts = [each for each in tables.attempts.values() if (each.enrollment_id, each.lesson_id) == key]
    works = [each for each in tables.submissions.values() if (each.enrollment_id, each.lesson_id) == key]
    newest = max(works, key=lambda work: work.number, default=None)
    return any(attempt.is_open for attempt in attempts) or (newest is not None and newest.grade is None)


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

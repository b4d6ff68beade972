"""What a learner is shown of a course: its structure, their state, and why what is locked is locked."""

from collections.abc import Mapping, Sequence

from application.learning.queries import (
    EnrollmentView,
    LearningQueries,
    LessonLockView,
    LockView,
    MyCourse,
    MyLesson,
    MyModule,
)
from application.learning.rules import view_of
from application.learning.structure import LearnerCourse, StoredLesson, completed_in, outline_of, scores_in
from application.shared.clock import Clock
from domain.learning.progress import Watched, percent_of
from domain.learning.unlocking import Locks, Reason, locks_of
from domain.shared.ids import CourseId, LessonId, ModuleId, UserId

_NO_LOCKS = Locks({}, {})


class ShowCourse:
    def __init__(self, queries: LearningQueries, clock: Clock) -> None:
        self._queries = queries
        self._clock = clock

    async def course(self, user_id: UserId, course_id: CourseId) -> MyCourse:
        """Raises CourseNotFound, EnrollmentRequired."""
        course = await self._queries.course_of(user_id, course_id)
        return _shown(course, self._locks(course))

    async def lock(self, user_id: UserId, lesson_id: LessonId) -> LessonLockView:
        """Raises LessonNotFound, EnrollmentRequired."""
        course = await self._queries.course_of_lesson(user_id, lesson_id)
        locks = self._locks(course).lessons.get(lesson_id, ())
        return LessonLockView(lesson_id=lesson_id, is_locked=bool(locks), locks=_views(locks))

    def _locks(self, course: LearnerCourse) -> Locks:
        modules = course.modules
        # Most courses have no rule at all, and the rest takes as long as all else that is done here.
        if not any(module.unlock or any(lesson.unlock for lesson in module.lessons) for module in modules):
            return _NO_LOCKS
        return locks_of(outline_of(modules), completed_in(modules), self._clock(), scores_in(modules))


def _shown(course: LearnerCourse, locks: Locks) -> MyCourse:
    all_lessons = course.lessons
    lessons, completed = len(all_lessons), sum(lesson.completed_at is not None for lesson in all_lessons)
    return MyCourse(
        course_id=course.enrollment.course_id,
        slug=course.slug,
        title=course.title,
        course_status=course.course_status,
        enrollment=EnrollmentView.of(course.enrollment),
        lessons=lessons,
        lessons_completed=completed,
        percent=percent_of(completed, lessons),
        next_lesson_id=next((each.id for each in all_lessons if _is_next(each, locks.lessons)), None),
        modules=[
            MyModule(
                id=module.id,
                title=module.title,
                locks=_views(locks.modules.get(ModuleId(module.id), ())),
                lessons=[_lesson(lesson, locks) for lesson in module.lessons],
            )
            for module in course.modules
        ],
    )


def _is_next(lesson: StoredLesson, locks: Mapping[LessonId, Sequence[Reason]]) -> bool:
    return lesson.completed_at is None and LessonId(lesson.id) not in locks


def _lesson(lesson: StoredLesson, locks: Locks) -> MyLesson:
    rule = None if lesson.duration_seconds is None else lesson.rule
    reasons = locks.lessons.get(LessonId(lesson.id))
    return MyLesson(
        id=lesson.id,
        kind=lesson.kind,
        title=lesson.title,
        duration_seconds=lesson.duration_seconds,
        required_seconds=rule.seconds if isinstance(rule, Watched) else None,
        watched_seconds=lesson.watched_seconds,
        pass_percent=lesson.pass_percent,
        score=lesson.score,
        completed_at=lesson.completed_at,
        locks=_views(reasons) if reasons else [],
    )


def _views(reasons: Sequence[Reason]) -> list[LockView]:
    return [
        LockView(
            waits_for=view_of(reason.rule),
            lesson_id=reason.lesson_id,
            remaining=reason.remaining,
        )
        for reason in reasons
    ]

"""Questions about who learns what and how far they are, and the views that answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

import msgspec

from application.gamification.views import RewardView
from application.learning.structure import LearnerCourse
from application.shared.actor import Actor
from application.shared.encoded import Encoded
from application.shared.page import DEFAULT_LIMIT
from application.shared.rule_views import RuleView
from domain.catalog.course import CourseStatus
from domain.catalog.lesson_content import LessonKind
from domain.learning.enrollment import Enrollment, EnrollmentStatus
from domain.learning.progress import CompletionRule, Graded, LessonProgress, Passed, Watched, percent_of
from domain.shared.ids import CourseId, LessonId, UserId


class EnrollmentView(msgspec.Struct, frozen=True, kw_only=True):
    """`completed_at`, once it is set, stays, also where lessons are added or the learner withdraws."""

    id: UUID
    course_id: UUID
    user_id: UUID
    status: EnrollmentStatus
    enrolled_at: datetime
    withdrawn_at: datetime | None
    completed_at: datetime | None
    version: int

    @classmethod
    def of(cls, enrollment: Enrollment) -> "EnrollmentView":
        return cls(**{name: getattr(enrollment, name) for name in EnrollmentView.__struct_fields__})


class LearnerSummary(EnrollmentView, frozen=True, kw_only=True):
    """An enrollment in the teacher's list. `learner` is the name that they show; numbers are of published lessons."""

    learner: str | None
    lessons: int
    lessons_completed: int
    percent: int


class LearnerPage(msgspec.Struct, frozen=True):
    items: Sequence[LearnerSummary]
    next_cursor: str | None


class EnrollmentImportReport(msgspec.Struct, frozen=True, kw_only=True):
    """Numbers of learners: new ones, ones that had withdrawn, and ones that were enrolled already."""

    enrolled: int
    resumed: int
    unchanged: int
    ignored_columns: Sequence[str]


class MyCourseSummary(msgspec.Struct, frozen=True, kw_only=True):
    """A course in the list of what I learn. `status` is my enrollment's, `course_status` the course's own."""

    course_id: UUID
    slug: str
    title: str
    summary: str
    cover_url: str | None
    course_status: CourseStatus
    status: EnrollmentStatus
    enrolled_at: datetime
    completed_at: datetime | None
    lessons: int
    lessons_completed: int
    percent: int


class MyCoursePage(msgspec.Struct, frozen=True):
    items: Sequence[MyCourseSummary]
    next_cursor: str | None


class LockView(msgspec.Struct, frozen=True, kw_only=True):
    """A rule that doesn't hold yet. `remaining` lessons are to be completed for it, `lesson_id` the first of them.

    A rule about time has neither: null and 0.
    """

    waits_for: RuleView
    lesson_id: UUID | None
    remaining: int


class MyLesson(msgspec.Struct, frozen=True, kw_only=True):
    """A published lesson, open without locks.

    `required_seconds` of a video complete it, `pass_percent` of a quiz or an assignment; null for other kinds.
    `score` is what I reached, in percent.
    """

    id: UUID
    kind: LessonKind
    title: str
    duration_seconds: int | None
    required_seconds: int | None
    watched_seconds: int
    pass_percent: int | None
    score: int | None
    completed_at: datetime | None
    locks: Sequence[LockView]


class MyModule(msgspec.Struct, frozen=True, kw_only=True):
    """The locks of a module are among those of each of its lessons."""

    id: UUID
    title: str
    locks: Sequence[LockView]
    lessons: Sequence[MyLesson]


class MyCourse(msgspec.Struct, frozen=True, kw_only=True):
    """What is published of a course, and how far I am. `percent` is rounded down.

    `next_lesson_id` is the first open lesson that isn't completed, null where there is none.
    """

    course_id: UUID
    slug: str
    title: str
    course_status: CourseStatus
    enrollment: EnrollmentView
    lessons: int
    lessons_completed: int
    percent: int
    next_lesson_id: UUID | None
    modules: Sequence[MyModule]


class LessonLockView(msgspec.Struct, frozen=True, kw_only=True):
    lesson_id: UUID
    is_locked: bool
    locks: Sequence[LockView]


class LessonProgressView(msgspec.Struct, frozen=True, kw_only=True):
    """How far I am in a lesson, and with it in its course; numbers are of published lessons.

    `reward` is what this very step brought, null where it was taken before.
    """

    lesson_id: UUID
    course_id: UUID
    watched_seconds: int
    required_seconds: int | None
    pass_percent: int | None
    score: int | None
    first_seen_at: datetime
    completed_at: datetime | None
    status: EnrollmentStatus
    course_completed_at: datetime | None
    lessons: int
    lessons_completed: int
    percent: int
    reward: RewardView | None

    @classmethod
    def of(
        cls,
        enrollment: Enrollment,
        progress: LessonProgress,
        rule: CompletionRule,
        *,
        lessons: int,
        completed: int,
        reward: RewardView | None,
    ) -> "LessonProgressView":
        return cls(
            lesson_id=progress.lesson_id,
            course_id=enrollment.course_id,
            watched_seconds=progress.watched_seconds,
            required_seconds=rule.seconds if isinstance(rule, Watched) else None,
            pass_percent=rule.percent if isinstance(rule, Passed | Graded) else None,
            score=progress.score,
            first_seen_at=progress.first_seen_at,
            completed_at=progress.completed_at,
            status=enrollment.status,
            course_completed_at=enrollment.completed_at,
            lessons=lessons,
            lessons_completed=completed,
            percent=percent_of(completed, lessons),
            reward=reward,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrollmentQuestion:
    """Which enrollments, newest first; without a status all but those withdrawn."""

    status: EnrollmentStatus | None = None
    limit: int = DEFAULT_LIMIT
    cursor: str | None = None


class LearningQueries(Protocol):
    """One query each. A cursor is of the question and of whom or what it is about."""

    async def learners(self, course_id: CourseId, question: EnrollmentQuestion, actor: Actor) -> Encoded[LearnerPage]:
        """Who learns in a course, for who teaches it.

        Raises:
            CourseNotFound, CourseNotYours: as `admission.assert_teaches` says.
            CursorInvalid
        """
        ...

    async def my_courses(self, user_id: UserId, question: EnrollmentQuestion) -> Encoded[MyCoursePage]:
        """Raises CursorInvalid."""
        ...

    async def course_of(self, user_id: UserId, course_id: CourseId) -> LearnerCourse:
        """For who enrolled once, withdrawn or not.

        Raises:
            CourseNotFound: there is none, or it isn't published.
            EnrollmentRequired: they never enrolled in it.
        """
        ...

    async def course_of_lesson(self, user_id: UserId, lesson_id: LessonId) -> LearnerCourse:
        """The course of a published lesson, for who isn't withdrawn from it.

        Raises:
            LessonNotFound, EnrollmentRequired: as `EnrollmentRepository.at_lesson` says.
        """
        ...

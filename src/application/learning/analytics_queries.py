"""What is known of a course for who teaches it: facts as they are stored, from which the views are made."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

import msgspec

from application.shared.actor import Actor
from domain.catalog.lesson_content import LessonKind
from domain.learning.enrollment import EnrollmentStatus
from domain.shared.ids import CourseId, LessonId


class LessonFacts(msgspec.Struct, frozen=True, kw_only=True):
    """A published lesson: how many of those who are not withdrawn began and completed it, and the scores of those."""

    id: UUID
    title: str
    kind: LessonKind
    pass_percent: int | None
    started: int
    completed: int
    scores: Sequence[int]


class LearnerFacts(msgspec.Struct, frozen=True, kw_only=True):
    """`scores` are by lesson, in percent. `failing` counts those that are not enough yet to complete it.

    `last_active_at` is their newest deed: enrolled, a lesson begun or completed, an attempt begun or handed in, work
    handed in.
    """

    user_id: UUID
    email: str | None
    learner: str | None
    status: EnrollmentStatus
    enrolled_at: datetime
    completed_at: datetime | None
    last_active_at: datetime
    lessons_completed: int
    failing: int
    scores: Mapping[UUID, int]


class ItemFacts(msgspec.Struct, frozen=True, kw_only=True):
    """A question of the newest version, in its order, with the sums that `domain.learning.item_analysis` takes."""

    question_id: str
    kind: str
    prompt: str
    possible: int
    n: int
    x: int
    r: int
    xx: int
    rr: int
    xr: int


class AnalyticsQueries(Protocol):
    """One query each."""

    async def lessons(self, course_id: CourseId, actor: Actor) -> Sequence[LessonFacts]:
        """In the order of the course, for who teaches it.

        Raises:
            CourseNotFound, CourseNotYours: as `admission.assert_teaches` says.
        """
        ...

    async def learners(self, course_id: CourseId) -> Sequence[LearnerFacts]:
        """Everybody who ever enrolled, newest first."""
        ...

    async def items(self, lesson_id: LessonId, actor: Actor) -> Sequence[ItemFacts]:
        """Over the first attempt that each learner handed in.

        Raises:
            LessonNotFound, CourseNotYours: as `admission.assert_teaches_lesson` says.
            NoQuiz
        """
        ...

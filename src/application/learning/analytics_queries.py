"""What is known of a course for who teaches it: facts as they are stored, from which the views are made."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol
from uuid import UUID

import msgspec

from application.learning.attempt_views import OptionView
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
    """`scores` are by lesson, in percent.

    `failing` counts lessons whose score is not enough to complete them, with nothing under way there: no attempt open,
    no work that waits for its grade.

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


class CourseFacts(msgspec.Struct, frozen=True):
    """Lessons in the order of the course, and everybody who ever enrolled, newest first: both of one instant."""

    lessons: Sequence[LessonFacts]
    learners: Sequence[LearnerFacts]


class ItemFacts(msgspec.Struct, frozen=True, kw_only=True):
    """A question of the newest version, in its order, with the sums that `domain.learning.item_analysis` takes.

    `blank` of the `n` learners left it without an answer. Of a choice there are `options`, the ids of the `correct`
    ones, and how many learners have `chosen` each that anybody chose, also one that a correction has taken away.
    """

    question_id: str
    kind: str
    prompt: str
    n: int
    blank: int
    x: int
    r: int
    xx: int
    rr: int
    xr: int
    options: Sequence[OptionView]
    correct: Sequence[str]
    chosen: Mapping[str, int]


class AnalyticsQueries(Protocol):
    """One query each."""

    async def course(self, course_id: CourseId, actor: Actor) -> CourseFacts:
        """For who teaches it.

        Raises:
            CourseNotFound, CourseNotYours: as `admission.assert_teaches` says.
        """
        ...

    async def items(self, lesson_id: LessonId, actor: Actor) -> Sequence[ItemFacts]:
        """Over the first attempt that each learner handed in, as it is marked by now.

        What was asked under the same id but was a question of another kind is not counted.

        Raises:
            LessonNotFound, CourseNotYours: as `admission.assert_teaches_lesson` says.
            NoQuiz
        """
        ...

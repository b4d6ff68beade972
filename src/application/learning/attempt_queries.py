"""Questions about attempts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import msgspec

from application.learning.attempt_views import AttemptSummary
from application.learning.quiz_content import Work
from application.shared.actor import Actor
from application.shared.encoded import Encoded
from application.shared.page import DEFAULT_LIMIT
from domain.learning.attempt import Attempt
from domain.shared.ids import AttemptId, CourseId, LessonId, UserId


class AttemptPage(msgspec.Struct, frozen=True):
    items: Sequence[AttemptSummary]
    next_cursor: str | None


class LearnerAttempt(AttemptSummary, frozen=True, kw_only=True):
    """An attempt in the teacher's list. `learner` is the name that they show."""

    learner: str | None


class LearnerAttemptPage(msgspec.Struct, frozen=True):
    items: Sequence[LearnerAttempt]
    next_cursor: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptQuestion:
    """Newest first; `user_id` is for the teacher's list, None for everybody."""

    user_id: UserId | None = None
    limit: int = DEFAULT_LIMIT
    cursor: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundAttempt:
    """`is_teacher` says that who asks teaches the course, and isn't the learner."""

    attempt: Attempt
    work: Work
    course_id: CourseId
    user_id: UserId
    is_teacher: bool


class AttemptQueries(Protocol):
    """One query each."""

    async def attempt(self, attempt_id: AttemptId, actor: Actor) -> FoundAttempt:
        """For its learner, and who teaches the course. Raises AttemptNotFound."""
        ...

    async def mine(self, user_id: UserId, lesson_id: LessonId, question: AttemptQuestion) -> Encoded[AttemptPage]:
        """One's own attempts at a quiz, also after it was taken back.

        Raises:
            LessonNotFound, EnrollmentRequired: as `EnrollmentRepository.at_lesson` says, where there is no attempt.
            CursorInvalid
        """
        ...

    async def of_quiz(
        self, lesson_id: LessonId, question: AttemptQuestion, actor: Actor
    ) -> Encoded[LearnerAttemptPage]:
        """Everybody's, for who teaches the course.

        Raises:
            LessonNotFound, CourseNotYours: as `admission.assert_teaches` says, of the lesson.
            CursorInvalid
        """
        ...

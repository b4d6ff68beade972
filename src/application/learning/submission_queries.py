"""Questions about submissions."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from application.learning.submission_views import GradeRow, SubmissionPage, SubmissionView
from application.shared.actor import Actor
from application.shared.encoded import Encoded
from application.shared.page import DEFAULT_LIMIT
from domain.shared.ids import LessonId, SubmissionId, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmissionQuestion:
    """Newest first; `graded` None for all. It is for the teacher's list."""

    graded: bool | None = None
    limit: int = DEFAULT_LIMIT
    cursor: str | None = None


class SubmissionQueries(Protocol):
    """One query each."""

    async def submission(self, submission_id: SubmissionId, actor: Actor) -> Encoded[SubmissionView]:
        """For its learner, and who teaches the course; the tag begins with the version. Raises SubmissionNotFound."""
        ...

    async def mine(self, user_id: UserId, lesson_id: LessonId, question: SubmissionQuestion) -> Encoded[SubmissionPage]:
        """One's own, also after the assignment was taken back.

        Raises:
            LessonNotFound, EnrollmentRequired: as `EnrollmentRepository.at_lesson` says, where there is none.
            NoAssignment, CursorInvalid
        """
        ...

    async def of_assignment(
        self, lesson_id: LessonId, question: SubmissionQuestion, actor: Actor
    ) -> Encoded[SubmissionPage]:
        """Everybody's, for who teaches the course.

        Raises:
            LessonNotFound, CourseNotYours: as `admission.assert_teaches_lesson` says.
            CursorInvalid
        """
        ...

    async def grades(self, lesson_id: LessonId, actor: Actor) -> Sequence[GradeRow]:
        """A row for each learner who is not withdrawn, by name; raises as `of_assignment`."""
        ...

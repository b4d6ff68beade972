"""What submissions for assignments need of the world."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from application.learning.ports import LearningUnit
from application.learning.submission_views import SubmissionView
from application.shared.assignment_document import AssignmentSettings
from application.shared.encoded import Encoded
from application.shared.idempotency import IdempotencyKeys
from domain.learning.assignment import AssignmentRules
from domain.learning.enrollment import Enrollment, Offer
from domain.learning.submission import Submission
from domain.shared.errors import Conflict, NotFound
from domain.shared.ids import LessonId, SubmissionId, UserId


class SubmissionNotFound(NotFound):
    """There is none, or it is somebody else's."""

    code = "submission.not_found"


class NoAssignment(Conflict):
    """The lesson is of another kind."""

    code = "lesson.no_assignment"


def rules_of_settings(settings: AssignmentSettings) -> AssignmentRules:
    return AssignmentRules(
        accepts=settings.accepts,
        points=settings.points,
        due_at=settings.due_at,
        closes_at=settings.closes_at,
        late=settings.late,
        late_percent_per_day=settings.late_percent_per_day,
        submissions_allowed=settings.submissions_allowed,
        rubric={criterion.id: criterion.points for criterion in settings.rubric},
    )


@dataclass(frozen=True, slots=True)
class SubmissionAtHand:
    """A submission with whom it is of, and the course in which it was made."""

    enrollment: Enrollment
    submission: Submission
    course: Offer


class SubmissionRepository(Protocol):
    """Lock order: the enrollment, then its submissions. Whoever hands in or grades holds the enrollment."""

    async def rules(self, lesson_id: LessonId) -> AssignmentRules:
        """Those that hold now, published or not. Raises NoAssignment."""
        ...

    async def of_learner(self, enrollment: Enrollment, lesson_id: LessonId) -> Sequence[Submission]:
        """In the order of their numbers, seen after the enrollment was locked."""
        ...

    async def get(self, submission_id: SubmissionId) -> SubmissionAtHand:
        """Enrollment and submission are locked until the unit ends. Raises SubmissionNotFound."""
        ...

    async def newest(self, lesson_id: LessonId, user_ids: Iterable[UserId]) -> Mapping[UserId, SubmissionAtHand]:
        """The last one of each of these users, locked as by `get`; who has none is left out."""
        ...

    async def add(self, submission: Submission) -> None: ...

    async def save(self, submission: Submission) -> None: ...

    async def view(self, submission_id: SubmissionId) -> Encoded[SubmissionView]:
        """As it is in this unit; the tag begins with the version."""
        ...


class SubmissionUnit(LearningUnit, Protocol):
    submissions: SubmissionRepository
    idempotency: IdempotencyKeys

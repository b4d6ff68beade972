"""Who learns what: enrolled once a course, withdrawn and back with all progress kept, completed for good."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Self

from domain.shared.errors import Conflict
from domain.shared.ids import CourseId, EnrollmentId, UserId


class EnrollmentStatus(StrEnum):
    ACTIVE = "active"
    WITHDRAWN = "withdrawn"
    COMPLETED = "completed"


class OwnCourse(Conflict):
    """Who teaches a course doesn't learn in it: their progress would be counted among the learners'."""

    code = "enrollment.own_course"


class EnrollmentClosed(Conflict):
    """The course takes nobody in: it isn't published, or not any more."""

    code = "enrollment.closed"


class CourseFull(Conflict):
    code = "enrollment.full"


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """What a course is for those who want to learn in it. `capacity` is None where there are seats for all."""

    course_id: CourseId
    is_published: bool
    owner_id: UserId | None
    capacity: int | None

    def assert_admits(self, user_id: UserId, *, seats_taken: int) -> None:
        """Returns only if this user may take one more seat than are taken.

        Raises:
            OwnCourse, EnrollmentClosed, CourseFull
        """
        if user_id == self.owner_id:
            raise OwnCourse("Who owns a course doesn't enroll in it.")
        if not self.is_published:
            raise EnrollmentClosed("Only a published course takes learners in.")
        if self.capacity is not None and seats_taken >= self.capacity:
            raise CourseFull(f"All {self.capacity} seats of this course are taken.")


@dataclass(slots=True, kw_only=True)
class Enrollment:
    """A seat is taken by who is not withdrawn. `completed_at`, once set, stays, also through a withdrawal.

    `enrolled_at` is when they came first. `version` grows with whatever happens to it, lessons completed and scored
    included: who has seen one and finds it unchanged has seen all there was.
    """

    id: EnrollmentId
    course_id: CourseId
    user_id: UserId
    status: EnrollmentStatus = EnrollmentStatus.ACTIVE
    enrolled_at: datetime
    withdrawn_at: datetime | None = None
    completed_at: datetime | None = None
    version: int = 1

    @classmethod
    def begun(
        cls,
        id: EnrollmentId,  # noqa: A002 # a field's name
        course_id: CourseId,
        user_id: UserId,
        *,
        at: datetime,
    ) -> Self:
        return cls(id=id, course_id=course_id, user_id=user_id, enrolled_at=at)

    @property
    def is_withdrawn(self) -> bool:
        return self.status is EnrollmentStatus.WITHDRAWN

    def withdraw(self, *, at: datetime) -> bool:
        """Gives the seat back; says whether there was one to give."""
        if self.is_withdrawn:
            return False
        self.status = EnrollmentStatus.WITHDRAWN
        self.withdrawn_at = at
        self.version += 1
        return True

    def resume(self) -> bool:
        """Comes back to where they were; says whether they had been away."""
        if not self.is_withdrawn:
            return False
        self.status = EnrollmentStatus.ACTIVE if self.completed_at is None else EnrollmentStatus.COMPLETED
        self.withdrawn_at = None
        self.version += 1
        return True

    def complete(self, *, at: datetime) -> bool:
        """Says whether the course is completed only now. What is withdrawn is not completed."""
        if self.status is not EnrollmentStatus.ACTIVE:
            return False
        self.status = EnrollmentStatus.COMPLETED
        self.completed_at = at
        self.version += 1
        return True

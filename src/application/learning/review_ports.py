"""What reviews need of the world."""

from dataclasses import dataclass
from typing import Protocol

from application.audit.ports import AuditLog
from application.gamification.ports import Players
from application.shared.unit import Unit
from domain.learning.enrollment import Enrollment, Offer
from domain.learning.review import Review
from domain.shared.errors import NotFound
from domain.shared.ids import CourseId, UserId


class ReviewNotFound(NotFound):
    code = "review.not_found"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Somebody who is or was enrolled in a course: how far they are in what is published of it, and their review."""

    enrollment: Enrollment
    lessons: int
    lessons_completed: int
    review: Review | None


class ReviewRepository(Protocol):
    """Reviews, and with them the sum and the number of ratings that stand with each course.

    Lock order: the course first, as with `Offers.get`, then whatever else.
    """

    async def course(self, course_id: CourseId) -> Offer:
        """Locked until the unit ends: of several who review one course, one comes after the other.

        Raises:
            CourseNotFound
        """
        ...

    async def standing(self, course_id: CourseId, user_id: UserId) -> Standing | None:
        """As of now, seen after the course was locked; None for who never enrolled."""
        ...

    async def save(self, review: Review, *, before: int | None) -> None:
        """Stores it and adds to the course's sums what is different; `before` is its former rating, None if new."""
        ...

    async def delete(self, review: Review) -> None:
        """Takes it out of the course's sums as well."""
        ...


class ReviewUnit(Unit, Protocol):
    reviews: ReviewRepository
    players: Players
    audit: AuditLog

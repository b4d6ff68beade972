from dataclasses import replace

from adapters.memory.learner_courses import structure_of
from adapters.memory.learning import find_enrollment, offer_of
from adapters.memory.tables import MemoryTables
from application.learning.ports import CourseNotFound
from application.learning.review_ports import ReviewRepository, Standing
from application.learning.structure import completed_in
from domain.learning.enrollment import Offer
from domain.learning.review import Review
from domain.shared.ids import CourseId, UserId


class MemoryReviewRepository(ReviewRepository):
    """Units come one at a time, so there is nothing to lock; sums are made where they are asked for."""

    def __init__(self, tables: MemoryTables) -> None:
        self._tables = tables

    async def course(self, course_id: CourseId) -> Offer:
        if course_id not in self._tables.courses:
            raise CourseNotFound("There is no such course.")
        return offer_of(self._tables.courses[course_id])

    async def standing(self, course_id: CourseId, user_id: UserId) -> Standing | None:
        enrollment = find_enrollment(self._tables, course_id, user_id)
        if enrollment is None:
            return None
        modules = structure_of(self._tables, enrollment)
        review = self._tables.reviews.get((course_id, user_id))
        return Standing(
            enrollment=replace(enrollment),
            lessons=sum(len(module.lessons) for module in modules),
            lessons_completed=len(completed_in(modules)),
            review=None if review is None else replace(review),
        )

    async def save(self, review: Review, *, before: int | None) -> None:  # noqa: ARG002 # the port's
        self._tables.reviews[review.course_id, review.user_id] = replace(review)

    async def delete(self, review: Review) -> None:
        del self._tables.reviews[review.course_id, review.user_id]

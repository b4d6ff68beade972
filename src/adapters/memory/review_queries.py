from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from adapters.memory.learning import find_enrollment
from adapters.memory.tables import MemoryTables
from adapters.memory.user_queries import Committed
from application.learning.ports import CourseNotFound, EnrollmentRequired
from application.learning.review_ports import ReviewNotFound
from application.learning.review_queries import (
    LearnerReview,
    ReviewPage,
    ReviewQueries,
    ReviewQuestion,
    ReviewView,
)
from application.shared.encoded import Encoded, content_tag
from application.shared.page import Instant, decode_cursor, encode_cursor
from domain.catalog.course import CourseStatus
from domain.learning.review import Review
from domain.shared.ids import CourseId, UserId


class MemoryReviewQueries(ReviewQueries):
    def __init__(self, committed: Committed) -> None:
        self._committed = committed

    async def mine(self, course_id: CourseId, user_id: UserId) -> Encoded[ReviewView]:
        tables = self._committed()
        is_enrolled = find_enrollment(tables, course_id, user_id) is not None
        if not is_enrolled and not _is_published(tables, course_id):
            raise CourseNotFound("There is no such course.")
        if not is_enrolled:
            raise EnrollmentRequired("You never enrolled in this course.")
        if (course_id, user_id) not in tables.reviews:
            raise ReviewNotFound("You wrote no review of this course.")
        return _encoded(ReviewView.of(tables.reviews[course_id, user_id]))

    async def of_course(
        self, course_id: CourseId, question: ReviewQuestion, *, reader_id: UserId | None, is_admin: bool
    ) -> Encoded[ReviewPage]:
        tables = self._committed()
        course = tables.courses.get(course_id)
        is_own = course is not None and reader_id is not None and course.created_by == reader_id
        if course is None or not (_is_published(tables, course_id) or is_admin or is_own):
            raise CourseNotFound("There is no such course.")
        asked = {"course_id": course_id, "rating": question.rating}
        chosen = [review for review in tables.reviews.values() if _is_asked(review, course_id, question)]
        chosen.sort(key=_place, reverse=True)
        if question.cursor is not None:
            after = decode_cursor(asked, question.cursor, tuple[Instant, UUID])
            chosen = [review for review in chosen if _place(review) < after]
        shown = chosen[: question.limit]
        cursor = encode_cursor(asked, _place(shown[-1])) if len(chosen) > len(shown) else None
        return _encoded(ReviewPage([_listed(tables, review) for review in shown], cursor))


def _is_published(tables: MemoryTables, course_id: CourseId) -> bool:
    return course_id in tables.courses and tables.courses[course_id].status is CourseStatus.PUBLISHED


def _is_asked(review: Review, course_id: CourseId, question: ReviewQuestion) -> bool:
    return review.course_id == course_id and question.rating in {None, review.rating}


def _place(review: Review) -> tuple[datetime, UUID]:
    return (review.created_at, review.user_id)


def _listed(tables: MemoryTables, review: Review) -> LearnerReview:
    learner = tables.users[review.user_id]
    view = msgspec.structs.asdict(ReviewView.of(review))
    return LearnerReview(**view, learner=learner.display_name or learner.name)


def _encoded(view: Any) -> Encoded[Any]:
    body = msgspec.json.encode(view)
    return Encoded(body, content_tag(body))

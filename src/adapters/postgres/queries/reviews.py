from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import Integer, and_, bindparam, case, func, select, true, tuple_

from adapters.postgres.pool import Pool
from adapters.postgres.queries.course_views import visible
from adapters.postgres.queries.json import json_object, page_body
from adapters.postgres.statement import Statement
from adapters.postgres.tables.catalog import courses
from adapters.postgres.tables.identity import users
from adapters.postgres.tables.learning import enrollments
from adapters.postgres.tables.reviews import reviews
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
from domain.shared.ids import CourseId, UserId

_LEARNER = (
    select(func.coalesce(users.c.display_name, users.c.name))
    .where(users.c.id == reviews.c.user_id)
    .correlate(reviews)
    .scalar_subquery()
)
_view = json_object({name: reviews.c[name] for name in ReviewView.__struct_fields__})
_mine = Statement(
    select(
        courses.c.status,
        enrollments.c.id.label("enrollment_id"),
        case((reviews.c.rating.is_not(None), _view)).label("view"),
    )
    .select_from(
        courses.outerjoin(
            enrollments,
            and_(enrollments.c.course_id == courses.c.id, enrollments.c.user_id == bindparam("user_id")),
        ).outerjoin(
            reviews, and_(reviews.c.course_id == enrollments.c.course_id, reviews.c.user_id == enrollments.c.user_id)
        )
    )
    .where(courses.c.id == bindparam("course_id"))
)


class PostgresReviewQueries(ReviewQueries):
    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def mine(self, course_id: CourseId, user_id: UserId) -> Encoded[ReviewView]:
        async with self._pool.connection() as connection:
            row = await _mine.row(connection, course_id=course_id, user_id=user_id)
        if row is None or (row["enrollment_id"] is None and row["status"] != "published"):
            raise CourseNotFound("There is no such course.")
        if row["enrollment_id"] is None:
            raise EnrollmentRequired("You never enrolled in this course.")
        if row["view"] is None:
            raise ReviewNotFound("You wrote no review of this course.")
        return Encoded(row["view"], content_tag(row["view"]))

    async def of_course(
        self, course_id: CourseId, question: ReviewQuestion, *, reader_id: UserId | None, is_admin: bool
    ) -> Encoded[ReviewPage]:
        asked = {"course_id": course_id, "rating": question.rating}
        values: dict[str, Any] = {**asked, "limit": question.limit + 1, "reader_id": reader_id, "is_admin": is_admin}
        if question.cursor is not None:
            after = decode_cursor(asked, question.cursor, tuple[Instant, UUID])
            values["after_at"], values["after_id"] = after
        statement = reviews_statement(has_rating=question.rating is not None, has_cursor=question.cursor is not None)
        async with self._pool.connection() as connection:
            rows = await statement.rows(connection, **values)
        if not rows:
            raise CourseNotFound("There is no such course.")
        found = [row for row in rows if row["user_id"] is not None]
        shown = found[: question.limit]
        last = shown[-1] if len(found) > question.limit else None
        cursor = None if last is None else encode_cursor(asked, (last["created_at"], last["user_id"]))
        body = page_body([row["view"] for row in shown], cursor)
        return Encoded(body, content_tag(body))


@lru_cache
def reviews_statement(*, has_rating: bool, has_cursor: bool) -> Statement:
    """A row for each review of a course that the reader sees; for a course without any, one row without a user."""
    place = (reviews.c.created_at, reviews.c.user_id)
    chosen = select(*reviews.columns, _LEARNER.label("learner")).where(reviews.c.course_id == bindparam("course_id"))
    if has_rating:
        chosen = chosen.where(reviews.c.rating == bindparam("rating"))
    if has_cursor:
        after = (bindparam("after_at", type_=place[0].type), bindparam("after_id", type_=place[1].type))
        chosen = chosen.where(tuple_(*place) < tuple_(*after))
    chosen = chosen.order_by(*(column.desc() for column in place))
    page = chosen.limit(bindparam("limit", type_=Integer)).subquery("page")
    view = json_object({name: page.c[name] for name in LearnerReview.__struct_fields__})
    return Statement(
        select(view.label("view"), page.c.created_at, page.c.user_id)
        .join_from(courses, page, true(), isouter=True)
        .where(courses.c.id == bindparam("course_id"), visible(courses))
        .order_by(page.c.created_at.desc(), page.c.user_id.desc())
    )

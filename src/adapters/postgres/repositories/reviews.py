from dataclasses import fields

from sqlalchemy import Integer, and_, bindparam, delete, select, update
from sqlalchemy.dialects.postgresql import insert

from adapters.postgres.queries.learning_views import completed_count, lesson_count
from adapters.postgres.repositories.enrollment_rows import enrollment_of, offer_of
from adapters.postgres.statement import Connection, Row, Statement
from adapters.postgres.tables.catalog import courses
from adapters.postgres.tables.learning import enrollments
from adapters.postgres.tables.reviews import reviews
from application.learning.ports import CourseNotFound
from application.learning.review_ports import ReviewRepository, Standing
from domain.learning.enrollment import Offer
from domain.learning.review import Review
from domain.shared.ids import CourseId, UserId

_FIELDS = tuple(field.name for field in fields(Review))
_KEY = ("course_id", "user_id")
_PREFIX = "review_"

# As strong as a change of the course, so that nobody else counts at the same time; who refers to it needn't wait.
_course = Statement(
    select(courses.c.id.label("course_id"), courses.c.status, courses.c.created_by, courses.c.capacity)
    .where(courses.c.id == bindparam("course_id"))
    .with_for_update(key_share=True)
)
_standing = Statement(
    select(
        *enrollments.columns,
        lesson_count(enrollments.c.course_id, enrollments).label("lessons"),
        completed_count(enrollments.c.id, enrollments).label("lessons_completed"),
        *(reviews.c[name].label(_PREFIX + name) for name in _FIELDS),
    )
    .select_from(
        enrollments.outerjoin(
            reviews, and_(reviews.c.course_id == enrollments.c.course_id, reviews.c.user_id == enrollments.c.user_id)
        )
    )
    .where(enrollments.c.course_id == bindparam("course_id"), enrollments.c.user_id == bindparam("user_id"))
)
_counted = (
    update(courses)
    .values(
        rating_sum=courses.c.rating_sum + bindparam("more_rating", type_=Integer),
        rating_count=courses.c.rating_count + bindparam("more_reviews", type_=Integer),
    )
    .where(courses.c.id == bindparam("course_id"))
)


def _saving() -> Statement:
    stored = insert(reviews).values({name: bindparam(_PREFIX + name, type_=reviews.c[name].type) for name in _FIELDS})
    changing = (name for name in _FIELDS if name not in {*_KEY, "created_at"})
    stored = stored.on_conflict_do_update(
        index_elements=list(_KEY), set_={name: stored.excluded[name] for name in changing}
    )
    return Statement(_counted.add_cte(stored.cte("stored")))


def _deletion() -> Statement:
    gone = delete(reviews).where(*(reviews.c[name] == bindparam(_PREFIX + name) for name in _KEY))
    return Statement(_counted.add_cte(gone.cte("gone")))


_save = _saving()
_delete = _deletion()


class PostgresReviewRepository(ReviewRepository):
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def course(self, course_id: CourseId) -> Offer:
        row = await _course.row(self._connection, course_id=course_id)
        if row is None:
            raise CourseNotFound("There is no such course.")
        return offer_of(row)

    async def standing(self, course_id: CourseId, user_id: UserId) -> Standing | None:
        # A statement of its own: what the one that waited for the lock sees besides is as old as its beginning.
        row = await _standing.row(self._connection, course_id=course_id, user_id=user_id)
        if row is None:
            return None
        return Standing(
            enrollment=enrollment_of(row),
            lessons=row["lessons"],
            lessons_completed=row["lessons_completed"],
            review=_review_of(row),
        )

    async def save(self, review: Review, *, before: int | None) -> None:
        values = {_PREFIX + name: getattr(review, name) for name in _FIELDS}
        values |= {"more_rating": review.rating - (before or 0), "more_reviews": int(before is None)}
        await _save.run(self._connection, course_id=review.course_id, **values)

    async def delete(self, review: Review) -> None:
        values = {_PREFIX + name: getattr(review, name) for name in _KEY}
        values |= {"more_rating": -review.rating, "more_reviews": -1}
        await _delete.run(self._connection, course_id=review.course_id, **values)


def _review_of(row: Row) -> Review | None:
    if row[_PREFIX + "rating"] is None:
        return None
    return Review(**{name: row[_PREFIX + name] for name in _FIELDS})

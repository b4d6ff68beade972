from functools import lru_cache
from typing import Any, NoReturn
from uuid import UUID

import msgspec
from sqlalchemy import Integer, Select, Text, Uuid, bindparam, or_, select, true, tuple_
from sqlalchemy.sql.selectable import Subquery

from adapters.postgres.pool import Pool
from adapters.postgres.queries.json import json_object, page_body
from adapters.postgres.queries.learning_views import (
    LEARNER_NAME,
    completed_count,
    lesson_count,
    percent,
    structure,
)
from adapters.postgres.repositories.enrollment_rows import enrollment_of, offer_of
from adapters.postgres.statement import Connection, Row, Statement
from adapters.postgres.tables.catalog import courses
from adapters.postgres.tables.content import lessons
from adapters.postgres.tables.learning import enrollments
from application.learning.admission import assert_teaches
from application.learning.ports import (
    CourseNotFound,
    EnrollmentRequired,
    LessonNotFound,
)
from application.learning.queries import (
    EnrollmentQuestion,
    LearnerPage,
    LearnerSummary,
    LearningQueries,
    MyCoursePage,
    MyCourseSummary,
)
from application.learning.structure import LearnerCourse, StoredModule
from application.shared.actor import Actor
from application.shared.encoded import Encoded, content_tag
from application.shared.page import Instant, decode_cursor, encode_cursor
from domain.catalog.course import CourseStatus
from domain.shared.ids import CourseId, LessonId, UserId

_MODULES = msgspec.json.Decoder(list[StoredModule])

_course_of_learner = select(
    courses.c.slug,
    courses.c.title,
    courses.c.status.label("course_status"),
    *enrollments.columns,
    structure(enrollments.c.course_id, enrollments.c.id, enrollments).label("modules"),
).join_from(enrollments, courses, courses.c.id == enrollments.c.course_id)
_of_course = Statement(
    _course_of_learner.where(
        enrollments.c.course_id == bindparam("course_id"), enrollments.c.user_id == bindparam("user_id")
    )
)
_of_lesson = Statement(
    _course_of_learner.where(
        enrollments.c.user_id == bindparam("user_id"),
        enrollments.c.status != "withdrawn",
        enrollments.c.course_id
        == select(lessons.c.course_id)
        .where(lessons.c.id == bindparam("lesson_id", type_=Uuid), lessons.c.status == "published")
        .scalar_subquery(),
    )
)
_known_lesson = Statement(
    select(lessons.c.id)
    .join(courses, courses.c.id == lessons.c.course_id)
    .where(
        lessons.c.id == bindparam("lesson_id"),
        lessons.c.status == "published",
        or_(
            courses.c.status == "published",
            select(enrollments.c.id)
            .where(enrollments.c.course_id == courses.c.id, enrollments.c.user_id == bindparam("user_id", type_=Uuid))
            .exists(),
        ),
    )
)


_published_course = Statement(
    select(courses.c.id).where(courses.c.id == bindparam("course_id"), courses.c.status == "published")
)


async def _raise_not_enrolled(connection: Connection, course_id: CourseId) -> NoReturn:
    if await _published_course.value(connection, course_id=course_id) is None:
        raise CourseNotFound("There is no such course.")
    raise EnrollmentRequired("You never enrolled in this course.")


async def raise_not_learning(connection: Connection, user_id: UserId, lesson_id: LessonId) -> NoReturn:
    """Raises EnrollmentRequired where the lesson is there to be learned, else LessonNotFound."""
    if await _known_lesson.value(connection, lesson_id=lesson_id, user_id=user_id) is None:
        raise LessonNotFound("There is no such lesson.")
    raise EnrollmentRequired("Enroll in its course first.")


class PostgresLearningQueries(LearningQueries):
    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def learners(self, course_id: CourseId, question: EnrollmentQuestion, actor: Actor) -> Encoded[LearnerPage]:
        asked = {"course_id": course_id, "status": question.status}
        statement = learners_statement(has_status=question.status is not None, has_cursor=question.cursor is not None)
        async with self._pool.connection() as connection:
            rows = await statement.rows(connection, course_id=course_id, **_arguments(question, asked))
        if not rows:
            raise CourseNotFound("There is no such course.")
        assert_teaches(offer_of(rows[0]), actor)
        return _page([row for row in rows if row["id"] is not None], question, asked)

    async def my_courses(self, user_id: UserId, question: EnrollmentQuestion) -> Encoded[MyCoursePage]:
        asked = {"user_id": user_id, "status": question.status}
        statement = my_courses_statement(has_status=question.status is not None, has_cursor=question.cursor is not None)
        async with self._pool.connection() as connection:
            rows = await statement.rows(connection, user_id=user_id, **_arguments(question, asked))
        return _page(rows, question, asked)

    async def course_of(self, user_id: UserId, course_id: CourseId) -> LearnerCourse:
        async with self._pool.connection() as connection:
            row = await _of_course.row(connection, user_id=user_id, course_id=course_id)
            if row is None:
                await _raise_not_enrolled(connection, course_id)
        return _course(row)

    async def course_of_lesson(self, user_id: UserId, lesson_id: LessonId) -> LearnerCourse:
        async with self._pool.connection() as connection:
            row = await _of_lesson.row(connection, user_id=user_id, lesson_id=lesson_id)
            if row is None:
                await raise_not_learning(connection, user_id, lesson_id)
        return _course(row)


def _course(row: Row) -> LearnerCourse:
    return LearnerCourse(
        slug=row["slug"],
        title=row["title"],
        course_status=CourseStatus(row["course_status"]),
        enrollment=enrollment_of(row),
        modules=_MODULES.decode(row["modules"]),
    )


def _arguments(question: EnrollmentQuestion, asked: object) -> dict[str, Any]:
    values: dict[str, Any] = {"limit": question.limit + 1, "status": question.status}
    if question.cursor is not None:
        after = decode_cursor(asked, question.cursor, tuple[Instant, UUID])
        values["after_at"], values["after_id"] = after
    return values


def _page(rows: Any, question: EnrollmentQuestion, asked: object) -> Encoded[Any]:
    shown = rows[: question.limit]
    last = shown[-1] if len(rows) > question.limit else None
    cursor = None if last is None else encode_cursor(asked, (last["enrolled_at"], last["id"]))
    body = page_body([row["view"] for row in shown], cursor)
    return Encoded(body, content_tag(body))


@lru_cache
def learners_statement(*, has_status: bool, has_cursor: bool) -> Statement:
    """A row for each enrollment with the course beside it; for a course without any, one row without an id."""
    chosen = select(*enrollments.columns, LEARNER_NAME.label("learner"), *_counts())
    chosen = chosen.where(enrollments.c.course_id == bindparam("course_id"))
    page = _paged(chosen, has_status=has_status, has_cursor=has_cursor)
    view = json_object(_fields(LearnerSummary.__struct_fields__, page))
    statement = select(
        courses.c.id.label("course_id"),
        courses.c.status,
        courses.c.created_by,
        courses.c.capacity,
        view.label("view"),
        page.c.enrolled_at,
        page.c.id,
    )
    return Statement(
        statement.join_from(courses, page, true(), isouter=True)
        .where(courses.c.id == bindparam("course_id"))
        .order_by(page.c.enrolled_at.desc(), page.c.id.desc())
    )


@lru_cache
def my_courses_statement(*, has_status: bool, has_cursor: bool) -> Statement:
    chosen = select(*enrollments.columns, *_counts()).where(enrollments.c.user_id == bindparam("user_id"))
    page = _paged(chosen, has_status=has_status, has_cursor=has_cursor)
    fields = {name: courses.c[name] for name in ("slug", "title", "summary", "cover_url")}
    fields["course_status"] = courses.c.status
    view = json_object({**_fields(MyCourseSummary.__struct_fields__, page), **fields})
    return Statement(
        select(view.label("view"), page.c.enrolled_at, page.c.id)
        .join_from(page, courses, courses.c.id == page.c.course_id)
        .order_by(page.c.enrolled_at.desc(), page.c.id.desc())
    )


def _counts() -> list[Any]:
    return [
        lesson_count(enrollments.c.course_id, enrollments).label("lessons"),
        completed_count(enrollments.c.id, enrollments).label("lessons_completed"),
    ]


def _paged(statement: Select[Any], *, has_status: bool, has_cursor: bool) -> Subquery:
    status = enrollments.c.status
    statement = statement.where(status == bindparam("status", type_=Text) if has_status else status != "withdrawn")
    place = (enrollments.c.enrolled_at, enrollments.c.id)
    if has_cursor:
        after = (bindparam("after_at", type_=place[0].type), bindparam("after_id", type_=place[1].type))
        statement = statement.where(tuple_(*place) < tuple_(*after))
    statement = statement.order_by(*(column.desc() for column in place))
    return statement.limit(bindparam("limit", type_=Integer)).subquery("page")


def _fields(names: tuple[str, ...], page: Subquery) -> dict[str, Any]:
    """Those that the page has, and the percentage, in the order of the names."""
    fields: dict[str, Any] = {name: page.c[name] for name in names if name in page.c}
    fields["percent"] = percent(page.c.lessons_completed, page.c.lessons)
    return fields

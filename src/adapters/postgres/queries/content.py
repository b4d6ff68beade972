from collections.abc import Sequence

import msgspec
from sqlalchemy import Integer, bindparam, func, or_, select
from sqlalchemy.dialects.postgresql import ARRAY

from adapters.postgres.pool import Pool
from adapters.postgres.queries.content_views import (
    LESSON,
    VERSION,
    is_editor,
    is_open,
    is_readable,
    is_shown,
    structure,
    versions,
    whole,
)
from adapters.postgres.queries.course_views import visible
from adapters.postgres.statement import Connection, Row, Statement
from adapters.postgres.tables.catalog import courses
from adapters.postgres.tables.content import lesson_versions, lessons
from application.catalog.content_ports import EnrollmentRequired, LessonNotFound, LessonVersionNotFound
from application.catalog.content_queries import (
    ContentQueries,
    CourseStructure,
    LessonVersionList,
    LessonVersionView,
    LessonView,
)
from application.catalog.permission import CourseNotYours
from application.catalog.ports import CourseNotFound
from application.catalog.queries import Reader
from application.catalog.whole_course import WholeCourse, WholeCourses
from application.shared.encoded import Encoded, content_tag
from domain.shared.ids import CourseId, LessonId

_structure = Statement(select(structure()).where(courses.c.id == bindparam("id"), visible(courses)))
_whole = Statement(
    select(whole(), is_editor().label("is_editor")).where(courses.c.id == bindparam("id"), visible(courses))
)
_lesson = Statement(
    select(LESSON, lessons.c.version, is_open().label("is_open"))
    .join_from(courses, lessons, lessons.c.course_id == courses.c.id)
    .where(lessons.c.id == bindparam("id"), is_readable())
)
_versions = Statement(
    select(versions(), is_editor().label("is_editor"))
    .join_from(courses, lessons, lessons.c.course_id == courses.c.id)
    .where(lessons.c.id == bindparam("id"), or_(is_editor(), is_shown()))
)
# A lesson that is there and lacks all of these versions still has one row.
_some_versions = Statement(
    select(VERSION, lesson_versions.c.number, is_editor().label("is_editor"))
    .join_from(courses, lessons, lessons.c.course_id == courses.c.id)
    .outerjoin(
        lesson_versions,
        (lesson_versions.c.lesson_id == lessons.c.id)
        & (lesson_versions.c.number == func.any(bindparam("numbers", type_=ARRAY(Integer)))),
    )
    .where(lessons.c.id == bindparam("id"), or_(is_editor(), is_shown()))
)
_LARGEST = 2**31 - 1


async def lesson_detail(connection: Connection, lesson_id: LessonId, reader: Reader) -> Encoded[LessonView]:
    """As `ContentQueries.lesson`, on a connection at hand."""
    row = await _lesson.row(connection, id=lesson_id, is_admin=reader.is_admin, reader_id=reader.user_id)
    if row is None:
        raise LessonNotFound("There is no such lesson.")
    if not row["is_open"]:
        raise EnrollmentRequired("This lesson is for those who are enrolled in its course.")
    return Encoded(row["view"], f"{row['version']}-{content_tag(row['view'])}")


class PostgresContentQueries(ContentQueries, WholeCourses):
    """One query each."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def structure(self, course_id: CourseId, reader: Reader) -> Encoded[CourseStructure]:
        async with self._pool.connection() as connection:
            row = await _structure.row(connection, id=course_id, is_admin=reader.is_admin, reader_id=reader.user_id)
        if row is None:
            raise CourseNotFound("There is no such course.")
        return Encoded(row["view"], content_tag(row["view"]))

    async def whole(self, course_id: CourseId, reader: Reader) -> WholeCourse:
        async with self._pool.connection() as connection:
            row = await _whole.row(connection, id=course_id, is_admin=reader.is_admin, reader_id=reader.user_id)
        if row is None:
            raise CourseNotFound("There is no such course.")
        if not row["is_editor"]:
            raise CourseNotYours("Only who made this course, and admins, take it elsewhere.")
        return msgspec.json.decode(row["view"], type=WholeCourse)

    async def lesson(self, lesson_id: LessonId, reader: Reader) -> Encoded[LessonView]:
        async with self._pool.connection() as connection:
            return await lesson_detail(connection, lesson_id, reader)

    async def versions(self, lesson_id: LessonId, reader: Reader) -> Encoded[LessonVersionList]:
        async with self._pool.connection() as connection:
            row = await _versions.row(connection, id=lesson_id, is_admin=reader.is_admin, reader_id=reader.user_id)
        _assert_editor([] if row is None else [row])
        assert row is not None
        return Encoded(row["view"], content_tag(row["view"]))

    async def version(self, lesson_id: LessonId, number: int, reader: Reader) -> Encoded[LessonVersionView]:
        body = (await self._some(lesson_id, [number], reader))[number]
        return Encoded(body, content_tag(body))

    async def both_versions(
        self, lesson_id: LessonId, first: int, second: int, reader: Reader
    ) -> tuple[LessonVersionView, LessonVersionView]:
        found = await self._some(lesson_id, [first, second], reader)
        one, other = (msgspec.json.decode(found[number], type=LessonVersionView) for number in (first, second))
        return one, other

    async def _some(self, lesson_id: LessonId, numbers: Sequence[int], reader: Reader) -> dict[int, bytes]:
        wanted = [number for number in numbers if 0 < number <= _LARGEST]
        async with self._pool.connection() as connection:
            rows = await _some_versions.rows(
                connection, id=lesson_id, numbers=wanted, is_admin=reader.is_admin, reader_id=reader.user_id
            )
        _assert_editor(rows)
        found = {row["number"]: row["view"] for row in rows}
        if any(number not in found for number in numbers):
            raise LessonVersionNotFound("There is no such version of this lesson.")
        return found


def _assert_editor(rows: Sequence[Row]) -> None:
    if not rows:
        raise LessonNotFound("There is no such lesson.")
    if not rows[0]["is_editor"]:
        raise CourseNotYours("Only who made this course, and admins, see its former versions.")

from sqlalchemy import bindparam, select

from adapters.postgres.pool import Pool
from adapters.postgres.queries.course_list import arguments_of, list_statement, shape_of
from adapters.postgres.queries.course_views import DETAIL, visible
from adapters.postgres.queries.json import page_body
from adapters.postgres.statement import Connection, Row, Statement
from adapters.postgres.tables.catalog import courses
from application.catalog.ports import CourseNotFound
from application.catalog.queries import CoursePage, CourseQueries, CourseView, Reader
from application.catalog.question import CourseQuestion, Selection, selection_for
from application.shared.encoded import Encoded, content_tag
from domain.shared.ids import CourseId

_detail = Statement(select(DETAIL, courses.c.version).where(courses.c.id == bindparam("id"), visible(courses)))


async def course_detail(connection: Connection, course_id: CourseId, reader: Reader) -> Encoded[CourseView]:
    """As `CourseQueries.detail`, on a connection at hand."""
    row = await _detail.row(connection, id=course_id, is_admin=reader.is_admin, reader_id=reader.user_id)
    if row is None:
        raise CourseNotFound("There is no such course.")
    return Encoded(row["view"], f"{row['version']}-{content_tag(row['view'])}")


class PostgresCourseQueries(CourseQueries):
    """One query each."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def detail(self, course_id: CourseId, reader: Reader) -> Encoded[CourseView]:
        async with self._pool.connection() as connection:
            return await course_detail(connection, course_id, reader)

    async def list(self, question: CourseQuestion, reader: Reader) -> Encoded[CoursePage]:
        selection = selection_for(question, user_id=reader.user_id, is_admin=reader.is_admin)
        if selection is None:
            return _page([], None)
        statement = list_statement(shape_of(selection))
        async with self._pool.connection() as connection:
            rows = await statement.rows(connection, **arguments_of(selection))
        shown = rows[: selection.limit]
        return _page(
            [row["view"] for row in shown], _next_cursor(selection, shown[-1]) if len(rows) > len(shown) else None
        )


def _page(items: list[bytes], next_cursor: str | None) -> Encoded[CoursePage]:
    body = page_body(items, next_cursor)
    return Encoded(body, content_tag(body))


def _next_cursor(selection: Selection, last: Row) -> str:
    if selection.words is None:
        return selection.cursor_after(last["key"], last["id"])
    # All pages of a search have the first one's candidates.
    youngest = last["youngest"] if selection.place is None else selection.place[2]
    return selection.cursor_after(last["key"], last["id"], youngest)

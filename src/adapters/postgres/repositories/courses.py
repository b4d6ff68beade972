from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import BigInteger, Text, Uuid, bindparam, delete, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY

from adapters.postgres.queries.catalog import course_detail
from adapters.postgres.repositories.course_rows import course_of, values_of
from adapters.postgres.repositories.course_saving import save_courses
from adapters.postgres.statement import Connection, Statement
from adapters.postgres.tables.catalog import course_prerequisites, courses
from adapters.postgres.tables.identity import users
from application.catalog.ports import CourseNotFound, CourseRepository, Owners
from application.catalog.queries import CourseView, Reader
from application.shared.encoded import Encoded
from domain.catalog.course import Course
from domain.catalog.prerequisites import Graph
from domain.shared.ids import CourseId, UserId

# Any constant will do, as long as nothing else takes it.
_GRAPH_LOCK = 7_325_431_902

_ids = func.any(bindparam("ids", type_=ARRAY(Uuid)))
_prerequisites = (
    select(func.array_agg(course_prerequisites.c.prerequisite_id))
    .where(course_prerequisites.c.course_id == courses.c.id)
    .scalar_subquery()
    .label("prerequisites")
)
_whole = select(*(column for column in courses.columns if column.name != "search"), _prerequisites)
# Weaker than FOR UPDATE: another course may become one that builds on this one in the meantime.
_by_id = Statement(_whole.where(courses.c.id == bindparam("id")).with_for_update(key_share=True, of=courses))
_by_external_id = Statement(
    _whole.where(courses.c.external_id == func.any(bindparam("external_ids", type_=ARRAY(Text))))
    .order_by(courses.c.id)
    .with_for_update(key_share=True, of=courses)
)
_kept = Statement(_whole.where(courses.c.id == _ids).with_for_update(read=True, key_share=True, of=courses))
_delete = Statement(delete(courses).where(courses.c.id == bindparam("id")))
_lock_graph = Statement(select(func.pg_advisory_xact_lock(literal(_GRAPH_LOCK, BigInteger))))


def _reachable() -> Statement:
    edges = course_prerequisites
    first = select(edges.c.course_id, edges.c.prerequisite_id).where(edges.c.course_id == _ids)
    found = first.cte("found", recursive=True)
    further = select(edges.c.course_id, edges.c.prerequisite_id).join(
        found, edges.c.course_id == found.c.prerequisite_id
    )
    found = found.union(further)
    return Statement(
        select(found.c.course_id, func.array_agg(found.c.prerequisite_id).label("first")).group_by(found.c.course_id)
    )


_prerequisites_from = _reachable()
_owner = Statement(
    select(users.c.id).where(
        users.c.deleted_at.is_(None),
        (func.lower(users.c.email) == func.lower(bindparam("reference", type_=Text)))
        | (users.c.id.cast(Text) == func.lower(bindparam("reference", type_=Text))),
    )
)


class PostgresCourseRepository(CourseRepository):
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def get(self, course_id: CourseId) -> Course:
        row = await _by_id.row(self._connection, id=course_id)
        if row is None:
            raise CourseNotFound("There is no such course.")
        return course_of(row)

    async def find_all(self, course_ids: Iterable[CourseId]) -> Sequence[Course]:
        return [course_of(row) for row in await _kept.rows(self._connection, ids=list(course_ids))]

    async def find_by_external_ids(self, external_ids: Iterable[str]) -> Sequence[Course]:
        rows = await _by_external_id.rows(self._connection, external_ids=list(external_ids))
        return [course_of(row) for row in rows]

    async def save(self, *courses: Course) -> None:
        await save_courses.run(self._connection, **values_of(courses))

    async def delete(self, course: Course) -> None:
        await _delete.run(self._connection, id=course.id)

    async def lock_prerequisites(self) -> None:
        await _lock_graph.row(self._connection)

    async def prerequisites_from(self, course_ids: Iterable[CourseId]) -> Graph:
        rows = await _prerequisites_from.rows(self._connection, ids=list(course_ids))
        return {CourseId(row["course_id"]): [CourseId(first) for first in row["first"]] for row in rows}

    async def view(self, course_id: CourseId, reader: Reader) -> Encoded[CourseView]:
        return await course_detail(self._connection, course_id, reader)


class PostgresOwners(Owners):
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def find(self, reference: str) -> UserId | None:
        found: Any = await _owner.value(self._connection, reference=reference)
        return None if found is None else UserId(found)

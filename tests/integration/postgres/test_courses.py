import asyncio
from collections.abc import Iterable
from contextlib import asynccontextmanager
from functools import partial

from hypothesis import HealthCheck, given, settings

from adapters.postgres.pool import Pool
from adapters.postgres.repositories.courses import PostgresCourseRepository
from adapters.postgres.statement import Connection
from adapters.postgres.unit import begin_unit
from adapters.system.clock import SystemClock, SystemNewId
from application.catalog.change_course import ChangeCourse, ChangeCourseHandler
from application.catalog.course_changes import CourseChanges
from application.catalog.delete_course import DeleteCourse, DeleteCourseHandler
from application.catalog.ports import CatalogUnit, CourseIsPrerequisite
from application.shared.actor import OPERATOR
from application.shared.unit import Begin
from domain.catalog.content import CourseInvalid
from domain.catalog.course import Course
from domain.catalog.prerequisites import Graph, PrerequisiteCycle
from domain.shared.ids import CourseId
from tests.support.catalog import a_course, a_draft, courses, render

DESCRIPTION_AT_ITS_WORST = "".join(chr(0x4E00 + place * 7 % 20_000) for place in range(50_000))


@given(course=courses)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
async def test_any_course_is_loaded_as_it_was_saved(connection: Connection, course: Course):
    repository = PostgresCourseRepository(connection)
    savepoint = connection.transaction()
    await savepoint.start()
    try:
        await repository.save(course)
        assert await repository.get(course.id) == course
    finally:
        await savepoint.rollback()


async def test_the_longest_text_can_be_searched_as_well(connection: Connection):
    repository = PostgresCourseRepository(connection)
    course = a_course("语" * 200, description=DESCRIPTION_AT_ITS_WORST, summary=DESCRIPTION_AT_ITS_WORST[:500])
    await repository.save(course)

    assert await repository.get(course.id) == course


class Changing:
    def __init__(self, begin: Begin[CatalogUnit]) -> None:
        self._change = ChangeCourseHandler(begin, SystemClock(), SystemNewId(), render)
        self._delete = DeleteCourseHandler(begin, SystemClock(), SystemNewId())

    async def require(self, course: Course, first: Course) -> None:
        changes = CourseChanges(prerequisites=[first.id])
        command = ChangeCourse(actor=OPERATOR, course_id=course.id, expected_version=None, changes=changes)
        await self._change(command)

    async def delete(self, course: Course) -> None:
        await self._delete(DeleteCourse(actor=OPERATOR, course_id=course.id, expected_version=None))


async def saved(pool: Pool, *courses: Course) -> None:
    async with begin_unit(pool) as unit:
        await unit.courses.save(*courses)
        await unit.commit()


async def edges(pool: Pool) -> set[tuple[CourseId, CourseId]]:
    async with pool.connection() as connection:
        rows = await connection.fetch("SELECT course_id, prerequisite_id FROM course_prerequisites")
    return {(row["course_id"], row["prerequisite_id"]) for row in rows}


async def race(changing: Changing, one: Course, other: Course) -> list[BaseException | None]:
    return await asyncio.gather(changing.require(one, other), changing.require(other, one), return_exceptions=True)


async def test_of_two_edits_at_once_that_close_a_cycle_one_is_refused(empty_database: Pool):
    changing = Changing(partial(begin_unit, empty_database))
    for _ in range(20):
        one, other = a_draft(), a_draft()
        await saved(empty_database, one, other)

        results = await race(changing, one, other)

        assert sorted(map(type, results), key=str) == sorted([type(None), PrerequisiteCycle], key=str)
        assert len(await edges(empty_database) & {(one.id, other.id), (other.id, one.id)}) == 1


class _Unlocked(PostgresCourseRepository):
    """What there would be without the lock; both edits look at the graph before either has changed it."""

    barrier: asyncio.Barrier

    async def lock_prerequisites(self) -> None:
        pass

    async def prerequisites_from(self, course_ids: Iterable[CourseId]) -> Graph:
        graph = await super().prerequisites_from(course_ids)
        await self.barrier.wait()
        return graph


async def test_without_the_lock_this_test_would_find_a_cycle(empty_database: Pool):
    barrier = asyncio.Barrier(2)

    @asynccontextmanager
    async def begin():
        async with begin_unit(empty_database) as unit:
            unit.courses = _Unlocked(unit._connection)
            unit.courses.barrier = barrier
            yield unit

    one, other = a_draft(), a_draft()
    await saved(empty_database, one, other)

    assert await race(Changing(begin), one, other) == [None, None]
    assert len(await edges(empty_database)) == 2


async def test_a_course_that_is_deleted_while_another_builds_on_it(empty_database: Pool):
    changing = Changing(partial(begin_unit, empty_database))
    for _ in range(20):
        course, first = a_draft(), a_draft()
        await saved(empty_database, course, first)

        built, deleted = await asyncio.gather(
            changing.require(course, first), changing.delete(first), return_exceptions=True
        )

        # Whoever comes first, there is never a prerequisite that isn't there.
        assert (built, type(deleted)) == (None, CourseIsPrerequisite) or (type(built), deleted) == (CourseInvalid, None)
        assert ((course.id, first.id) in await edges(empty_database)) == (built is None)

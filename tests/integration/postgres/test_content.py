"""Modules and lessons in PostgreSQL: nothing is lost on the way, and little is touched."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.postgres.pool import Pool
from adapters.postgres.repositories.content import PostgresLessonRepository, PostgresModuleRepository
from adapters.postgres.repositories.courses import PostgresCourseRepository
from adapters.postgres.statement import Connection
from adapters.postgres.unit import begin_unit
from adapters.system.clock import SystemClock, SystemNewId
from application.catalog.move_lesson import MoveLesson, MoveLessonHandler
from application.shared.actor import OPERATOR
from domain.catalog.lesson import Lesson
from domain.catalog.module import Module
from domain.catalog.order import spread
from tests.support.catalog import a_draft
from tests.support.content import a_lesson, a_module, lessons_of, modules_of, versions_of

COURSE = a_draft()
MODULE = a_module(COURSE.id)

# The connection is one for all examples; each example undoes what it did.
one_connection = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@asynccontextmanager
async def undone(connection: Connection) -> AsyncIterator[None]:
    """Begins with a course that has a module."""
    savepoint = connection.transaction()
    await savepoint.start()
    try:
        await PostgresCourseRepository(connection).save(COURSE)
        await PostgresModuleRepository(connection).save(MODULE)
        yield
    finally:
        await savepoint.rollback()


@one_connection
@given(modules_of(COURSE.id))
async def test_any_module_is_loaded_as_it_was_saved(connection: Connection, module: Module):
    async with undone(connection):
        repository = PostgresModuleRepository(connection)
        await repository.save(module)
        assert await repository.get(module.id) == module


@one_connection
@given(lessons_of(MODULE))
async def test_any_lesson_is_loaded_as_it_was_saved(connection: Connection, lesson: Lesson):
    async with undone(connection):
        repository = PostgresLessonRepository(connection)
        await repository.save(lesson)
        assert await repository.get(lesson.id) == lesson


@one_connection
@given(st.data())
async def test_any_lesson_becomes_quite_another_of_its_kind(connection: Connection, data: st.DataObject):
    before = data.draw(lessons_of(MODULE))
    after = data.draw(lessons_of(MODULE).filter(lambda lesson: lesson.kind is before.kind))
    after.id, after.created_at = before.id, before.created_at
    async with undone(connection):
        repository = PostgresLessonRepository(connection)
        await repository.save(before)
        await repository.save(after)
        assert await repository.get(before.id) == after


@one_connection
@given(st.data())
async def test_any_version_is_loaded_as_it_was_kept(connection: Connection, data: st.DataObject):
    lesson = data.draw(lessons_of(MODULE))
    version = data.draw(versions_of(lesson))
    async with undone(connection):
        repository = PostgresLessonRepository(connection)
        await repository.save(lesson)
        await repository.keep_versions(version)
        assert await repository.get_version(lesson.id, version.number) == version
        assert await repository.latest_version(lesson.id) == version


CHANGES = """
SELECT (SELECT n_tup_ins + n_tup_upd + n_tup_del FROM pg_stat_xact_user_tables WHERE relname = 'lessons')
     + (SELECT n_tup_ins + n_tup_upd + n_tup_del FROM pg_stat_xact_user_tables WHERE relname = 'modules')
     + (SELECT n_tup_ins + n_tup_upd + n_tup_del FROM pg_stat_xact_user_tables WHERE relname = 'courses')"""


async def move(pool: Pool, lesson: Lesson, after: Lesson) -> int:
    """How many rows of courses, modules and lessons the move changed, as PostgreSQL counts them."""
    changed: list[int] = []

    @asynccontextmanager
    async def counting():
        async with begin_unit(pool) as unit:
            commit = unit.commit
            # The figures are the connection's, and those of the transactions before may not have been handed over yet.
            before = await unit._connection.fetchval(CHANGES)

            async def counted() -> None:
                changed.append(await unit._connection.fetchval(CHANGES) - before)
                await commit()

            unit.commit = counted  # type: ignore[method-assign] # looks on, and does what it is there for
            yield unit

    handler = MoveLessonHandler(counting, SystemClock(), SystemNewId())
    await handler(
        MoveLesson(
            actor=OPERATOR, lesson_id=lesson.id, expected_version=None, module_id=lesson.module_id, after=after.id
        )
    )
    return changed[0]


async def a_course_of_500(pool: Pool, positions: list[str]) -> list[Lesson]:
    course = a_draft()
    module = a_module(course.id)
    lessons = [a_lesson(module, position=position) for position in positions]
    async with begin_unit(pool) as unit:
        await unit.courses.save(course)
        await unit.modules.save(module)
        await unit.lessons.save(*lessons)
        await unit.commit()
    return lessons


async def order_of(pool: Pool, lesson: Lesson) -> list[object]:
    async with begin_unit(pool) as unit:
        return list(await unit.lessons.order(lesson.module_id))


async def test_moving_one_of_five_hundred_touches_one_row(empty_database: Pool):
    lessons = await a_course_of_500(empty_database, spread(500))

    assert await move(empty_database, lessons[499], lessons[250]) == 1

    wanted = [*lessons[:251], lessons[499], *lessons[251:499]]
    assert await order_of(empty_database, lessons[0]) == [lesson.id for lesson in wanted]


async def test_a_gap_that_is_used_up_is_spread_anew_once(empty_database: Pool):
    positions = ["V", "V" + "0" * 39 + "1", *(f"W{position}" for position in spread(498))]
    lessons = await a_course_of_500(empty_database, positions)

    # All others are moved away, and the lesson into its place.
    assert await move(empty_database, lessons[499], lessons[0]) == 499 + 1
    assert await move(empty_database, lessons[498], lessons[0]) == 1

    wanted = [lessons[0], lessons[498], lessons[499], *lessons[1:498]]
    assert await order_of(empty_database, lessons[0]) == [lesson.id for lesson in wanted]

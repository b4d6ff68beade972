"""Modules and lessons when several change them at once. Negative controls show that the tests would see it."""

import asyncio
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

from adapters.postgres.pool import Pool
from adapters.postgres.repositories.content import PostgresLessonRepository, PostgresModuleRepository
from adapters.postgres.repositories.courses import PostgresCourseRepository
from adapters.postgres.unit import begin_unit
from adapters.system.clock import SystemClock, SystemNewId
from application.catalog.change_lesson_status import ChangeLessonStatus, ChangeLessonStatusHandler
from application.catalog.content_ports import LessonNotFound, ModuleNotFound, OrderChangedMeanwhile
from application.catalog.create_lesson import CreateLesson, CreateLessonHandler
from application.catalog.create_module import CreateModule, CreateModuleHandler
from application.catalog.delete_lesson import DeleteLesson, DeleteLessonHandler
from application.catalog.delete_module import DeleteModule, DeleteModuleHandler, ModuleNotEmpty
from application.catalog.move_lesson import MoveLesson, MoveLessonHandler
from application.shared.actor import OPERATOR
from domain.catalog.course import Course
from domain.catalog.lesson import Lesson, LessonStatus
from domain.catalog.lesson_content import LessonDraft, LessonKind
from domain.catalog.module import Module
from domain.catalog.order import spread
from domain.shared.errors import Refusal
from domain.shared.ids import CourseId, LessonId, ModuleId
from tests.support.catalog import a_draft, render
from tests.support.content import a_lesson, a_module

TOOLS = (SystemClock(), SystemNewId())


async def all_at_once(*calls: Any) -> list[Any]:
    return list(await asyncio.gather(*calls, return_exceptions=True))


class Unlocked(PostgresCourseRepository):
    """Negative control: reads a course and doesn't hold it."""

    async def get(self, course_id: CourseId) -> Course:
        [course] = await self.find_all([course_id])
        return course


class UnlockedModules(PostgresModuleRepository):
    """Likewise; and takes its time to look at the order."""

    async def get(self, module_id: ModuleId) -> Module:
        row = await self._connection.fetchrow("SELECT * FROM modules WHERE id = $1", module_id)
        assert row is not None
        return Module(**{**dict(row), "unlock": ()})


class UnlockedLessons(PostgresLessonRepository):
    async def order(self, module_id: ModuleId) -> Any:
        found = await super().order(module_id)
        await asyncio.sleep(0.05)
        return found


@asynccontextmanager
async def begin_unlocked(pool: Pool):
    async with begin_unit(pool) as unit:
        unit.courses = Unlocked(unit._connection)
        unit.modules = UnlockedModules(unit._connection)
        unit.lessons = UnlockedLessons(unit._connection)
        yield unit


async def a_course(pool: Pool, *, lessons: int) -> tuple[Module, Module, list[Lesson]]:
    """Two modules, all lessons in the first."""
    course = a_draft()
    one, other = a_module(course.id), a_module(course.id)
    found = [a_lesson(one, f"{number}", position=position) for number, position in enumerate(spread(lessons))]
    async with begin_unit(pool) as unit:
        await unit.courses.save(course)
        await unit.modules.save(one, other)
        await unit.lessons.save(*found)
        await unit.commit()
    return one, other, found


async def order_of(pool: Pool, module: Module) -> list[LessonId]:
    async with begin_unit(pool) as unit:
        return list(await unit.lessons.order(module.id))


def add(begin: Any, module: Module) -> Any:
    draft = LessonDraft(kind=LessonKind.ARTICLE, title="Baru", markdown="x")
    handler = CreateLessonHandler(begin, *TOOLS, render)
    return handler(CreateLesson(actor=OPERATOR, module_id=module.id, draft=draft, is_preview=False, unlock=[]))


def move(begin: Any, lesson: Lesson, module: Module, after: Lesson | None) -> Any:
    return MoveLessonHandler(begin, *TOOLS)(
        MoveLesson(
            actor=OPERATOR,
            lesson_id=lesson.id,
            expected_version=None,
            module_id=module.id,
            after=None if after is None else after.id,
        )
    )


async def test_twenty_lessons_added_at_once_all_have_a_place(empty_database: Pool):
    module, _, _ = await a_course(empty_database, lessons=3)
    begin = partial(begin_unit, empty_database)

    outcomes = await all_at_once(*(add(begin, module) for _ in range(20)))

    assert [outcome for outcome in outcomes if isinstance(outcome, BaseException)] == []
    order = await order_of(empty_database, module)
    assert len(order) == 23
    assert {outcome.id for outcome in outcomes} == set(order[3:])


async def test_modules_added_at_once_all_have_a_place(empty_database: Pool):
    one, _, _ = await a_course(empty_database, lessons=0)
    handler = CreateModuleHandler(partial(begin_unit, empty_database), *TOOLS)
    command = CreateModule(actor=OPERATOR, course_id=one.course_id, title="Baru", unlock=[])

    outcomes = await all_at_once(*(handler(command) for _ in range(12)))

    assert [outcome for outcome in outcomes if isinstance(outcome, BaseException)] == []
    async with begin_unit(empty_database) as unit:
        assert len(await unit.modules.order(one.course_id)) == 14


async def test_without_the_lock_they_are_told_to_try_again(empty_database: Pool):
    """Negative control, and what is left to the database: the same place twice is a refusal, not a fault."""
    module, _, _ = await a_course(empty_database, lessons=3)

    outcomes = await all_at_once(*(add(partial(begin_unlocked, empty_database), module) for _ in range(6)))

    refused = [outcome for outcome in outcomes if isinstance(outcome, BaseException)]
    assert refused
    assert {type(outcome) for outcome in refused} == {OrderChangedMeanwhile}
    assert len(await order_of(empty_database, module)) == 3 + 6 - len(refused)


async def test_moves_to_one_place_at_once_end_in_an_order_of_all(empty_database: Pool):
    one, other, lessons = await a_course(empty_database, lessons=24)
    begin = partial(begin_unit, empty_database)

    within = [move(begin, lesson, one, lessons[0]) for lesson in lessons[1:12]]
    across = [move(begin, lesson, other, None) for lesson in lessons[12:]]
    outcomes = await all_at_once(*within, *across)

    assert [outcome for outcome in outcomes if isinstance(outcome, BaseException)] == []
    first, second = await order_of(empty_database, one), await order_of(empty_database, other)
    assert set(first) == {lesson.id for lesson in lessons[:12]}
    assert set(second) == {lesson.id for lesson in lessons[12:]}
    assert first[0] == lessons[0].id


async def test_moves_in_a_gap_that_is_used_up_end_in_an_order_of_all(empty_database: Pool):
    course = a_draft()
    module = a_module(course.id)
    positions = ["V", "V" + "0" * 39 + "1", *(f"W{position}" for position in spread(18))]
    lessons = [a_lesson(module, position=position) for position in positions]
    async with begin_unit(empty_database) as unit:
        await unit.courses.save(course)
        await unit.modules.save(module)
        await unit.lessons.save(*lessons)
        await unit.commit()

    outcomes = await all_at_once(
        *(move(partial(begin_unit, empty_database), lesson, module, lessons[0]) for lesson in lessons[2:])
    )

    assert [outcome for outcome in outcomes if isinstance(outcome, BaseException)] == []
    order = await order_of(empty_database, module)
    assert (order[0], order[-1]) == (lessons[0].id, lessons[1].id)
    assert set(order) == {lesson.id for lesson in lessons}


async def test_a_module_that_is_deleted_while_a_lesson_comes_into_it(empty_database: Pool):
    begin = partial(begin_unit, empty_database)
    seen = set()
    for _ in range(20):
        _, other, _ = await a_course(empty_database, lessons=1)
        delete = DeleteModuleHandler(begin, *TOOLS)
        command = DeleteModule(actor=OPERATOR, module_id=other.id, expected_version=None)

        added, deleted = await all_at_once(add(begin, other), delete(command))

        seen.add((isinstance(added, Refusal), isinstance(deleted, Refusal)))
        assert isinstance(added, ModuleNotFound) or isinstance(deleted, ModuleNotEmpty)
    assert seen <= {(True, False), (False, True)}


async def test_a_lesson_that_is_deleted_while_it_is_moved(empty_database: Pool):
    begin = partial(begin_unit, empty_database)
    for _ in range(20):
        one, _, [lesson, _] = await a_course(empty_database, lessons=2)
        delete = DeleteLessonHandler(begin, *TOOLS)
        command = DeleteLesson(actor=OPERATOR, lesson_id=lesson.id, expected_version=None)

        moved, deleted = await all_at_once(move(begin, lesson, one, None), delete(command))

        assert deleted is None
        assert isinstance(moved, LessonNotFound) or not isinstance(moved, BaseException)
        assert lesson.id not in await order_of(empty_database, one)


async def test_of_what_is_published_at_once_one_version_is_kept(empty_database: Pool):
    _, _, [lesson] = await a_course(empty_database, lessons=1)
    lesson.change_status(LessonStatus.DRAFT, at=lesson.updated_at)
    async with begin_unit(empty_database) as unit:
        await unit.lessons.save(lesson)
        await unit.commit()
    handler = ChangeLessonStatusHandler(partial(begin_unit, empty_database), *TOOLS)
    command = ChangeLessonStatus(
        actor=OPERATOR, lesson_id=lesson.id, expected_version=None, status=LessonStatus.PUBLISHED
    )

    outcomes = await all_at_once(*(handler(command) for _ in range(8)))

    assert len({outcome.tag for outcome in outcomes}) == 1
    async with begin_unit(empty_database) as unit:
        latest = await unit.lessons.latest_version(lesson.id)
    assert latest is not None
    assert latest.number == 1

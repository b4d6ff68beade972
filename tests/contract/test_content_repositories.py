from collections.abc import Callable
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from uuid_utils.compat import uuid7

from application.catalog.content_ports import (
    LessonNotFound,
    LessonVersionNotFound,
    ModuleNotFound,
    OrderChangedMeanwhile,
)
from application.catalog.content_queries import LessonView, ModuleView
from application.catalog.queries import Reader
from application.shared.rule_views import AfterPreviousRule
from domain.catalog.lesson import Lesson, LessonStatus, LessonVersion
from domain.catalog.lesson_content import LessonContent
from domain.catalog.module import Module
from domain.learning.unlocking import AfterLesson, AfterPrevious, OutlineLesson, OutlineModule
from domain.shared.ids import LessonId, ModuleId, UserId
from tests.support.catalog import a_draft
from tests.support.content import A_FILE, A_LINK, A_VIDEO, a_lesson, a_module, after_lesson, an_article
from tests.support.people import NOON

Begin = Callable[[], Any]
ADMIN = Reader(None, is_admin=True)


async def saved(begin: Begin, *, modules: int = 1) -> list[Module]:
    """New modules of a new course."""
    course = a_draft()
    found = [a_module(course.id, f"Modul {number}") for number in range(modules)]
    async with begin() as unit:
        await unit.courses.save(course)
        await unit.modules.save(*found)
        await unit.commit()
    return found


async def keep(begin: Begin, *things: Module | Lesson | LessonVersion) -> None:
    async with begin() as unit:
        await unit.modules.save(*(thing for thing in things if isinstance(thing, Module)))
        await unit.lessons.save(*(thing for thing in things if isinstance(thing, Lesson)))
        await unit.lessons.keep_versions(*(thing for thing in things if isinstance(thing, LessonVersion)))
        await unit.commit()


def a_version(lesson: Lesson, number: int, title: str = "Larik") -> LessonVersion:
    at, by = NOON + timedelta(hours=number), UserId(uuid7())
    return LessonVersion(
        lesson_id=lesson.id, number=number, title=title, content=lesson.content, published_at=at, published_by=by
    )


async def test_a_module_is_there_after_the_commit_and_replaced_whole(begin: Begin):
    [module] = await saved(begin)
    module.revise("Lain", ({"rule": "after_previous"},), at=NOON + timedelta(hours=1))
    module.move("zz", at=NOON + timedelta(hours=2))
    await keep(begin, module)

    async with begin() as unit:
        assert await unit.modules.get(module.id) == module


@pytest.mark.parametrize("content", [an_article("*é* 语"), A_VIDEO, A_FILE, A_LINK], ids=lambda content: content.kind)
async def test_a_lesson_is_there_after_the_commit(begin: Begin, content: LessonContent):
    [module] = await saved(begin)
    unlock = ({"rule": "not_before", "at": "2026-12-01T00:00:00Z"},)
    lesson = a_lesson(module, content=content, is_preview=True, unlock=unlock, version=5)
    await keep(begin, lesson)

    async with begin() as unit:
        assert await unit.lessons.get(lesson.id) == lesson


async def test_without_a_commit_nothing_was(begin: Begin):
    [module] = await saved(begin)
    lesson = a_lesson(module)
    async with begin() as unit:
        await unit.lessons.save(lesson)

    async with begin() as unit:
        with pytest.raises(LessonNotFound):
            await unit.lessons.get(lesson.id)


async def test_what_was_loaded_is_a_copy(begin: Begin):
    [module] = await saved(begin)
    lesson = a_lesson(module)
    await keep(begin, lesson)
    async with begin() as unit:
        loaded = await unit.lessons.get(lesson.id)
        loaded.change_status(LessonStatus.DRAFT, at=NOON)
        (await unit.modules.get(module.id)).move("a", at=NOON)

    async with begin() as unit:
        assert (await unit.lessons.get(lesson.id)).is_published
        assert await unit.modules.get(module.id) == module


async def test_a_lesson_goes_to_another_module(begin: Begin):
    first, second = await saved(begin, modules=2)
    lesson, other = a_lesson(first), a_lesson(first)
    await keep(begin, lesson, other)
    lesson.move(second.id, "V", at=NOON + timedelta(hours=1))
    await keep(begin, lesson)

    async with begin() as unit:
        assert await unit.lessons.get(lesson.id) == lesson
        assert list(await unit.lessons.order(first.id)) == [other.id]
        assert dict(await unit.lessons.order(second.id)) == {lesson.id: "V"}


async def test_an_order_is_by_code_point(begin: Begin):
    [module] = await saved(begin)
    ordered = [a_lesson(module, position=position) for position in ("0z", "9", "A", "AV", "Z", "a", "a0V", "b")]
    await keep(begin, *reversed(ordered))

    async with begin() as unit:
        order = await unit.lessons.order(module.id)
    assert list(order) == [lesson.id for lesson in ordered]
    assert list(order.values()) == [lesson.position for lesson in ordered]


async def test_positions_change_places_and_nothing_else(begin: Begin):
    one, other = await saved(begin, modules=2)
    first, second = a_lesson(one), a_lesson(one)
    await keep(begin, first, second)
    async with begin() as unit:
        await unit.lessons.reposition({first.id: second.position, second.id: first.position})
        await unit.modules.reposition({one.id: other.position, other.id: one.position})
        await unit.lessons.reposition({})
        await unit.modules.reposition({})
        await unit.commit()

    async with begin() as unit:
        assert list(await unit.lessons.order(one.id)) == [second.id, first.id]
        assert list(await unit.modules.order(one.course_id)) == [other.id, one.id]
        assert (await unit.lessons.get(first.id)).version == first.version


async def test_a_place_is_taken_once(begin: Begin):
    [module] = await saved(begin)
    lesson = a_lesson(module)
    await keep(begin, lesson)

    with pytest.raises(OrderChangedMeanwhile):
        await keep(begin, a_lesson(module, position=lesson.position))
    with pytest.raises(OrderChangedMeanwhile):
        await keep(begin, a_module(module.course_id, position=module.position))
    [elsewhere] = await saved(begin)
    await keep(begin, a_lesson(elsewhere, position=lesson.position))


async def test_what_is_deleted_is_gone_with_all_that_hangs_on_it(begin: Begin):
    first, second = await saved(begin, modules=2)
    lesson, other = a_lesson(first), a_lesson(second)
    await keep(begin, lesson, other)
    await keep(begin, a_version(lesson, 1), a_version(other, 1))
    async with begin() as unit:
        await unit.modules.delete(first)
        await unit.lessons.delete(other)
        await unit.commit()

    async with begin() as unit:
        for gone in (lesson.id, other.id):
            with pytest.raises(LessonNotFound):
                await unit.lessons.get(gone)
            assert await unit.lessons.latest_version(gone) is None
        with pytest.raises(ModuleNotFound):
            await unit.modules.get(first.id)
        assert list(await unit.modules.order(second.course_id)) == [second.id]


async def test_a_course_is_deleted_with_what_it_holds(begin: Begin):
    [module] = await saved(begin)
    lesson = a_lesson(module)
    await keep(begin, lesson)
    async with begin() as unit:
        await unit.courses.delete(await unit.courses.get(module.course_id))
        await unit.commit()

    async with begin() as unit:
        with pytest.raises(ModuleNotFound):
            await unit.modules.get(module.id)
        with pytest.raises(LessonNotFound):
            await unit.lessons.get(lesson.id)


async def test_what_never_was_is_not_found(begin: Begin):
    async with begin() as unit:
        for find in (unit.modules.get, unit.modules.view):
            with pytest.raises(ModuleNotFound):
                await find(ModuleId(uuid7()))
        with pytest.raises(LessonNotFound):
            await unit.lessons.get(LessonId(uuid7()))
        assert await unit.lessons.latest_version(LessonId(uuid7())) is None


async def test_versions_are_kept(begin: Begin):
    [module] = await saved(begin)
    lesson, other = a_lesson(module, content=A_VIDEO), a_lesson(module)
    await keep(begin, lesson, other)
    first, second, third = (a_version(lesson, number, f"Judul {number}") for number in (1, 2, 3))
    await keep(begin, first, second, a_version(other, 1))
    await keep(begin, third)

    async with begin() as unit:
        assert await unit.lessons.latest_version(lesson.id) == third
        assert await unit.lessons.get_version(lesson.id, 2) == second
        for number in (0, -1, 4, 2**31, 2**80):
            with pytest.raises(LessonVersionNotFound):
                await unit.lessons.get_version(lesson.id, number)


async def test_the_outline_is_the_whole_course_in_order(begin: Begin):
    first, second, empty = await saved(begin, modules=3)
    b, a = a_lesson(first, position="b"), a_lesson(first, position="a", status=LessonStatus.DRAFT)
    c = a_lesson(second, unlock=(after_lesson(a.id),))
    second.revise(second.title, ({"rule": "after_previous"},), at=NOON)
    await saved(begin)
    await keep(begin, second, a, b, c)

    async with begin() as unit:
        outline = await unit.lessons.outline(first.course_id)
    assert list(outline) == [
        OutlineModule(first.id, (), (OutlineLesson(a.id), OutlineLesson(b.id))),
        OutlineModule(second.id, (AfterPrevious(),), (OutlineLesson(c.id, (AfterLesson(a.id),)),)),
        OutlineModule(empty.id),
    ]


async def test_views_show_what_this_unit_saved(begin: Begin):
    [module] = await saved(begin)
    module.revise("Baru", ({"rule": "after_previous"},), at=NOON + timedelta(hours=1))
    lesson = a_lesson(module, content=A_VIDEO, version=3)
    async with begin() as unit:
        await unit.modules.save(module)
        await unit.lessons.save(lesson)
        module_view = await unit.modules.view(module.id)
        lesson_view = await unit.lessons.view(lesson.id, ADMIN)

    assert module_view.tag == "2"
    assert msgspec.json.decode(module_view.body, type=ModuleView, strict=True) == ModuleView(
        id=module.id,
        course_id=module.course_id,
        title="Baru",
        unlock=[AfterPreviousRule()],
        created_at=NOON,
        updated_at=NOON + timedelta(hours=1),
        version=2,
    )
    assert lesson_view.tag.startswith("3-")
    assert msgspec.json.decode(lesson_view.body, type=LessonView, strict=True).title == lesson.title

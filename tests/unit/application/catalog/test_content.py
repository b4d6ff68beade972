"""Modules and lessons: made, changed, moved, published, deleted, and by whom."""

from collections.abc import Callable, Coroutine
from typing import Any

import msgspec
import pytest
from uuid_utils.compat import uuid7

from application.catalog.content_ports import LessonNotFound, ModuleNotFound
from application.catalog.course_document import MAXIMUM_LESSONS, MAXIMUM_MODULES
from application.catalog.create_lesson import TooManyLessons
from application.catalog.create_module import TooManyModules
from application.catalog.delete_module import ModuleNotEmpty
from application.catalog.permission import CourseNotYours
from application.catalog.placing import PlaceUnknown
from application.catalog.ports import CourseNotFound
from application.shared.actor import Actor
from application.shared.idempotency import IdempotencyKey
from application.shared.version import VersionStale
from domain.catalog.course import CourseStatus
from domain.catalog.lesson import LessonIncomplete, LessonStatus
from domain.catalog.lesson_content import LessonInvalid
from domain.catalog.module import ModuleInvalid
from domain.catalog.order import spread
from domain.learning.unlocking import UnlockInvalid
from domain.shared.errors import Refusal
from domain.shared.ids import CourseId, ModuleId
from tests.support.catalog import a_course, a_draft, acting
from tests.support.content import A_VIDEO, a_lesson, a_module
from tests.unit.application.catalog.conftest import Catalog
from tests.unit.application.catalog.writing import Content


@pytest.fixture
def content(catalog: Catalog) -> Content:
    return Content(catalog)


async def test_what_is_made_comes_last(content: Content):
    first, second = await content.create_module("Satu"), await content.create_module("  Dua \n kali ")
    for title in "abc":
        await content.create_lesson(second, title)

    assert await content.titles() == [("Satu", []), ("Dua kali", ["a", "b", "c"])]
    assert first.version == 1
    assert content.actions == ["module.created"] * 2 + ["lesson.created"] * 3


async def test_a_new_lesson_is_a_draft_that_says_what_it_was_given(content: Content):
    module = await content.create_module()
    lesson = await content.create_lesson(module, markdown="# Hai\r\n", is_preview=True)

    assert (lesson.status, lesson.is_preview, lesson.published_at) == (LessonStatus.DRAFT, True, None)
    assert msgspec.to_builtins(lesson.content) == {"kind": "article", "markdown": "# Hai", "html": "<p># Hai</p>"}
    assert content.catalog.audit[-1].changes == {
        "course_id": str(content.course.id),
        "title": "Larik",
        "module_id": str(module.id),
        "kind": "article",
    }


async def test_a_request_sent_again_makes_nothing_more(content: Content):
    key = IdempotencyKey(content.catalog.author.id, "k", "f")
    module = await content.create_module(idempotency=key)
    assert await content.create_module(idempotency=key) == module
    key = IdempotencyKey(content.catalog.author.id, "l", "f")
    lesson = await content.create_lesson(module, idempotency=key)
    assert await content.create_lesson(module, idempotency=key) == lesson

    assert await content.titles() == [("Modul", ["Larik"])]


async def test_modules_move(content: Content):
    a, b, c = [await content.create_module(title) for title in "abc"]

    await content.move_module(c)
    assert [title for title, _ in await content.titles()] == ["c", "a", "b"]
    moved = await content.move_module(c, after=a.id, expected_version=2)
    assert [title for title, _ in await content.titles()] == ["a", "c", "b"]
    await content.move_module(a, after=b.id)
    assert [title for title, _ in await content.titles()] == ["c", "b", "a"]
    assert moved.version == 3
    assert content.actions[-3:] == ["module.moved"] * 3


async def test_lessons_move_within_and_between_modules(content: Content):
    one, other = await content.create_module("1"), await content.create_module("2")
    a, b, c = [await content.create_lesson(one, title) for title in "abc"]

    await content.move_lesson(c, after=a.id)
    assert await content.titles() == [("1", ["a", "c", "b"]), ("2", [])]
    await content.move_lesson(a, module_id=other.id)
    await content.move_lesson(b, module_id=other.id, after=a.id)
    assert await content.titles() == [("1", ["c"]), ("2", ["a", "b"])]
    await content.move_lesson(b, module_id=other.id, after=a.id)
    assert await content.titles() == [("1", ["c"]), ("2", ["a", "b"])]


async def test_a_place_that_there_is_not(content: Content):
    one, other = await content.create_module(), await content.create_module()
    lesson, stranger = await content.create_lesson(one), await content.create_lesson(other)

    for after in (lesson.id, stranger.id, uuid7()):
        with pytest.raises(PlaceUnknown) as caught:
            await content.move_lesson(lesson, after=after)
        assert [error.pointer for error in caught.value.errors] == ["/after"]
    for after in (one.id, lesson.id):
        with pytest.raises(PlaceUnknown):
            await content.move_module(one, after=after)


async def test_a_lesson_stays_in_its_course(content: Content):
    module = await content.create_module()
    lesson = await content.create_lesson(module)
    elsewhere = a_module(content.add_course(a_draft(created_by=content.catalog.author.id)).id)
    content.add(elsewhere)

    for module_id in (elsewhere.id, ModuleId(uuid7())):
        with pytest.raises(LessonInvalid) as caught:
            await content.move_lesson(lesson, module_id=module_id)
        assert [error.pointer for error in caught.value.errors] == ["/module_id"]


async def test_there_is_an_end_to_modules_and_lessons(content: Content):
    modules = [a_module(content.course.id, position=position) for position in spread(MAXIMUM_MODULES)]
    full, other = modules[0], modules[1]
    content.add(*modules, *(a_lesson(full, position=position) for position in spread(MAXIMUM_LESSONS)))
    content.add(lesson := a_lesson(other))

    with pytest.raises(TooManyModules):
        await content.create_module()
    with pytest.raises(TooManyLessons):
        await content.create_lesson(full)  # type: ignore[arg-type] # whose id is all that counts
    with pytest.raises(TooManyLessons):
        await content.move_lesson(lesson, module_id=full.id)


async def test_a_patch_without_a_difference_changes_nothing(content: Content):
    module = await content.create_module()
    lesson = await content.create_lesson(module)
    done = len(content.actions)

    assert (await content.change_module(module, title=module.title)).version == 1
    assert (await content.change_lesson(lesson, title="Larik", content={"markdown": "Isi."})).version == 1
    assert (await content.publish(lesson, LessonStatus.DRAFT)).version == 1
    assert len(content.actions) == done


async def test_a_patch_of_content_leaves_the_rest_of_it(content: Content):
    content.add(module := a_module(content.course.id), lesson := a_lesson(module, content=A_VIDEO))

    view = await content.change_lesson(lesson, content={"duration_seconds": 60}, is_preview=True)
    assert msgspec.to_builtins(view.content) == {
        "kind": "video",
        "url": "https://example.org/v.mp4",
        "duration_seconds": 60,
        "watch_share": 0.75,
    }
    view = await content.change_lesson(lesson, content={"kind": "video", "watch_share": None}, is_preview=None)
    assert view.content.watch_share == 0.9  # type: ignore[union-attr] # a video, as before
    assert view.is_preview is False
    assert content.catalog.audit[0].changes["content"]["duration_seconds"] == 60


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"title": None}, "/title"),
        ({"content": None}, "/content"),
        ({"content": {"kind": "link"}}, "/content/kind"),
        ({"content": {"url": None}}, "/content/url"),
        ({"content": {"url": "http://example.org"}}, "/content/url"),
        ({"content": {"markdown": "x"}}, "/content/markdown"),
        ({"content": {"duration_seconds": 0}}, "/content/duration_seconds"),
        ({"unlock": [{"rule": "after_lunch"}]}, "/unlock/0/rule"),
    ],
    ids=str,
)
async def test_a_change_that_must_not_be(content: Content, changes: dict[str, Any], pointer: str):
    content.add(module := a_module(content.course.id), lesson := a_lesson(module, content=A_VIDEO))

    with pytest.raises((LessonInvalid, UnlockInvalid)) as caught:
        await content.change_lesson(lesson, **changes)

    assert [error.pointer for error in caught.value.errors] == [pointer]
    assert content.stored(lesson) == lesson


async def test_a_module_has_a_title(content: Content):
    module = await content.create_module()
    for deed in (content.create_module(" "), content.change_module(module, title=None)):
        with pytest.raises(ModuleInvalid):
            await deed


async def test_a_module_is_deleted_when_it_is_empty(content: Content):
    module = await content.create_module()
    lesson = await content.create_lesson(module)

    with pytest.raises(ModuleNotEmpty):
        await content.delete_module(module)
    await content.delete_lesson(lesson, expected_version=1)
    await content.delete_module(module)
    assert await content.titles() == []
    assert content.actions[-2:] == ["lesson.deleted", "module.deleted"]


async def test_an_empty_article_is_not_published_and_a_published_one_not_emptied(content: Content):
    module = await content.create_module()
    empty, full = await content.create_lesson(module, markdown=" "), await content.create_lesson(module)

    with pytest.raises(LessonIncomplete):
        await content.publish(empty)
    await content.publish(full)
    with pytest.raises(LessonIncomplete):
        await content.change_lesson(full, content={"markdown": None})


async def test_another_version_is_stale(content: Content):
    module = await content.create_module()
    lesson = await content.create_lesson(module)

    for deed in (
        content.change_module(module, title="x", expected_version=2),
        content.move_module(module, expected_version=2),
        content.delete_module(module, expected_version=2),
        content.change_lesson(lesson, title="x", expected_version=2),
        content.move_lesson(lesson, expected_version=2),
        content.publish(lesson, expected_version=2),
        content.delete_lesson(lesson, expected_version=2),
    ):
        with pytest.raises(VersionStale):
            await deed


Deed = Callable[[Content, Any, Any, Actor], Coroutine[Any, Any, Any]]
DEEDS: dict[str, tuple[type[Refusal], Deed]] = {
    "create module": (CourseNotFound, lambda content, *_, actor: content.create_module(actor=actor)),
    "change module": (ModuleNotFound, lambda content, module, _, actor: content.change_module(module, actor=actor)),
    "move module": (ModuleNotFound, lambda content, module, _, actor: content.move_module(module, actor=actor)),
    "delete module": (ModuleNotFound, lambda content, module, _, actor: content.delete_module(module, actor=actor)),
    "create lesson": (ModuleNotFound, lambda content, module, _, actor: content.create_lesson(module, actor=actor)),
    "change lesson": (LessonNotFound, lambda content, _, lesson, actor: content.change_lesson(lesson, actor=actor)),
    "move lesson": (LessonNotFound, lambda content, _, lesson, actor: content.move_lesson(lesson, actor=actor)),
    "publish": (LessonNotFound, lambda content, _, lesson, actor: content.publish(lesson, actor=actor)),
    "delete lesson": (LessonNotFound, lambda content, _, lesson, actor: content.delete_lesson(lesson, actor=actor)),
    "restore": (LessonNotFound, lambda content, _, lesson, actor: content.restore(lesson, 1, actor=actor)),
}  # fmt: skip


@pytest.mark.parametrize("name", DEEDS)
async def test_only_the_author_and_admins_may(content: Content, name: str):
    missing, deed = DEEDS[name]
    module = await content.create_module()
    lesson = await content.create_lesson(module)

    with pytest.raises(missing):
        await deed(content, module, lesson, actor=content.catalog.stranger)  # type: ignore[call-arg] # by name, to be read
    content.add_course(a_course(id=content.course.id, created_by=content.catalog.author.id))
    # A draft of a published course is nothing that others know of.
    with pytest.raises(LessonNotFound if missing is LessonNotFound else CourseNotYours):
        await deed(content, module, lesson, actor=content.catalog.stranger)  # type: ignore[call-arg] # as above
    await content.publish(lesson)
    with pytest.raises(CourseNotYours):
        await deed(content, module, lesson, actor=content.catalog.stranger)  # type: ignore[call-arg] # as above
    if name != "delete module":
        await deed(content, module, lesson, actor=acting(content.catalog.other, is_admin=True))  # type: ignore[call-arg] # as above


async def test_a_course_that_there_is_not(content: Content):
    with pytest.raises(CourseNotFound):
        await content.create_module(course_id=CourseId(uuid7()))


async def test_an_archived_course_can_still_be_mended(content: Content):
    content.add_course(
        a_course(id=content.course.id, status=CourseStatus.ARCHIVED, created_by=content.catalog.author.id)
    )

    assert (await content.create_module("Tambahan")).title == "Tambahan"

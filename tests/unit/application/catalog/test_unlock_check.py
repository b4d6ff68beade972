"""Rules for unlocking, checked when they are saved."""

import pytest
from uuid_utils.compat import uuid7

from domain.learning.unlocking import UnlockInvalid
from tests.support.catalog import a_draft
from tests.support.content import a_lesson, a_module, after_lesson, after_module
from tests.unit.application.catalog.conftest import Catalog
from tests.unit.application.catalog.writing import Content


@pytest.fixture
def content(catalog: Catalog) -> Content:
    return Content(catalog)


async def test_rules_speak_of_what_is_in_the_course(content: Content):
    module = await content.create_module()
    lesson = await content.create_lesson(module)
    elsewhere = a_module(content.add_course(a_draft()).id)
    content.add(elsewhere, foreign := a_lesson(elsewhere))
    rules = [after_lesson(lesson.id), after_lesson(foreign.id), after_module(elsewhere.id), after_module(uuid7())]
    pointers = ["/unlock/1/lesson_id", "/unlock/2/module_id", "/unlock/3/module_id"]

    for deed in (
        content.create_lesson(module, unlock=rules),
        content.change_lesson(await content.create_lesson(module), unlock=rules),
        content.create_module(unlock=rules),
        content.change_module(await content.create_module(), unlock=rules),
    ):
        with pytest.raises(UnlockInvalid) as caught:
            await deed
        assert [error.pointer for error in caught.value.errors] == pointers
        assert {error.code for error in caught.value.errors} == {"unlock.unknown"}


async def test_rules_are_kept_in_one_spelling_and_cleared(content: Content):
    first, second = await content.create_module(), await content.create_module()
    rules = [{"rule": "not_before", "at": "2026-12-01T07:00:00+07:00"}, after_module(first.id), after_module(first.id)]

    lesson = await content.create_lesson(second, unlock=rules)
    assert content.stored(lesson).unlock == (
        {"rule": "not_before", "at": "2026-12-01T00:00:00Z"},
        after_module(first.id),
    )
    assert (await content.change_lesson(lesson, unlock=None)).unlock == []
    assert (await content.change_module(second, unlock=[after_module(first.id)])).version == 2
    assert (await content.change_module(second, title="x", unlock=None)).unlock == []


async def test_a_rule_on_what_was_deleted_may_stay(content: Content):
    first, second = await content.create_module(), await content.create_module()
    gone = await content.create_lesson(first)
    lesson = await content.create_lesson(second, unlock=[after_lesson(gone.id)])
    await content.delete_lesson(gone)

    rules = [after_lesson(gone.id), {"rule": "after_previous"}]
    assert len((await content.change_lesson(lesson, title="x", unlock=rules)).unlock) == 2
    with pytest.raises(UnlockInvalid):
        await content.change_module(first, unlock=[after_lesson(gone.id)])


async def test_rules_that_wait_for_each_other_are_refused(content: Content):
    one, other = await content.create_module(), await content.create_module()
    a, b = await content.create_lesson(one), await content.create_lesson(other)
    await content.change_lesson(b, unlock=[after_lesson(a.id)])

    for deed in (
        content.change_lesson(a, unlock=[after_lesson(a.id)]),
        content.change_lesson(a, unlock=[after_lesson(b.id)]),
        content.change_lesson(a, unlock=[after_module(other.id)]),
        content.change_lesson(a, unlock=[after_module(one.id)]),
        content.change_module(one, unlock=[after_lesson(a.id)]),
        content.change_module(one, unlock=[after_lesson(b.id)]),
        content.change_module(one, unlock=[after_module(other.id)]),
        content.create_lesson(one, unlock=[after_module(one.id)]),
        content.create_lesson(one, unlock=[{"rule": "after_previous"}, after_module(one.id)]),
    ):
        with pytest.raises(UnlockInvalid) as caught:
            await deed
        [error] = caught.value.errors
        assert error.code == "unlock.cycle"
        assert error.pointer in {"/unlock/0", "/unlock/1"}
    assert (await content.change_module(other, unlock=[after_module(one.id)])).version == 2


async def test_a_lesson_does_not_move_where_it_would_wait_for_itself(content: Content):
    one, other = await content.create_module(), await content.create_module()
    a = await content.create_lesson(one)
    b = await content.create_lesson(one, unlock=[after_module(other.id)])
    await content.change_module(other, unlock=[after_lesson(a.id)])

    for lesson in (a, b):
        with pytest.raises(UnlockInvalid) as caught:
            await content.move_lesson(lesson, module_id=other.id)
        assert [error.pointer for error in caught.value.errors] == ["/module_id"]

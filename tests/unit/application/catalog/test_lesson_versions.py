"""What was published is kept, compared and restored."""

import msgspec
import pytest

from application.catalog.content_ports import LessonVersionNotFound
from application.catalog.queries import Reader
from application.shared.version import VersionStale
from domain.catalog.lesson import LessonStatus
from domain.shared.ids import LessonId
from tests.unit.application.catalog.conftest import Catalog
from tests.unit.application.catalog.writing import Content


@pytest.fixture
def content(catalog: Catalog) -> Content:
    return Content(catalog)


async def test_what_learners_saw_is_kept(content: Content):
    module = await content.create_module()
    lesson = await content.create_lesson(module, "Konsep")
    await content.change_lesson(lesson, title="Pertama")
    assert content.versions(lesson) == []
    await content.publish(lesson)
    await content.change_lesson(lesson, title="Kedua")
    await content.change_lesson(lesson, is_preview=True)
    await content.publish(lesson, LessonStatus.DRAFT)
    await content.publish(lesson)
    await content.publish(lesson, LessonStatus.DRAFT)
    await content.change_lesson(lesson, title="Ketiga")
    await content.change_lesson(lesson, title="Keempat")
    await content.publish(lesson)

    assert content.versions(lesson) == [(1, "Pertama"), (2, "Kedua"), (3, "Keempat")]
    kept = content.catalog.store.tables.lesson_versions[LessonId(lesson.id), 3]
    assert (kept.published_by, kept.published_at) == (content.catalog.author.id, content.catalog.clock.now)


async def test_a_former_version_is_restored_and_kept_as_a_new_one(content: Content):
    module = await content.create_module()
    lesson = await content.create_lesson(module, "Satu", markdown="satu")
    await content.publish(lesson)
    await content.change_lesson(lesson, title="Dua", content={"markdown": "dua"}, is_preview=True)

    restored = await content.restore(lesson, 1, expected_version=3)

    assert (restored.title, restored.is_preview, restored.version) == ("Satu", True, 4)
    assert msgspec.to_builtins(restored.content)["markdown"] == "satu"
    assert content.versions(lesson) == [(1, "Satu"), (2, "Dua"), (3, "Satu")]
    assert content.actions[-1] == "lesson.restored"
    assert (await content.restore(lesson, 1)).version == 4
    with pytest.raises(LessonVersionNotFound):
        await content.restore(lesson, 4)
    with pytest.raises(VersionStale):
        await content.restore(lesson, 2, expected_version=1)


async def test_a_draft_is_restored_without_being_published(content: Content):
    module = await content.create_module()
    lesson = await content.create_lesson(module, "Satu")
    await content.publish(lesson)
    await content.publish(lesson, LessonStatus.DRAFT)
    await content.change_lesson(lesson, title="Dua")

    restored = await content.restore(lesson, 1)

    assert (restored.title, restored.status) == ("Satu", LessonStatus.DRAFT)
    assert content.versions(lesson) == [(1, "Satu")]


async def test_two_versions_are_compared(content: Content):
    module = await content.create_module()
    lesson = await content.create_lesson(module, "Satu", markdown="a\nb\nc")
    await content.publish(lesson)
    await content.change_lesson(lesson, title="Dua", content={"markdown": "a\nx\nc"})

    answer = await content.compare(LessonId(lesson.id), 1, 2, Reader.of(content.actor))
    nothing = await content.compare(LessonId(lesson.id), 2, 2, Reader.of(content.actor))

    assert msgspec.json.decode(answer.body) == {
        "lesson_id": str(lesson.id),
        "from": 1,
        "to": 2,
        "fields": [
            {"field": "title", "diff": "@@ -1 +1 @@\n-Satu\n+Dua"},
            {"field": "markdown", "diff": "@@ -1,3 +1,3 @@\n a\n-b\n+x\n c"},
        ],
    }
    assert msgspec.json.decode(nothing.body)["fields"] == []

"""Former versions of lessons, and whole courses: for those who write them."""

from datetime import timedelta

import msgspec
import pytest
from uuid_utils.compat import uuid7

from application.catalog.content_ports import LessonVersionNotFound
from application.catalog.content_queries import (
    ArticleView,
    FileView,
    LessonVersionList,
    LessonVersionView,
)
from application.catalog.course_document import CourseFields
from application.catalog.permission import CourseNotYours
from application.catalog.ports import CourseNotFound
from application.catalog.queries import ANYBODY, Reader
from application.catalog.whole_course import WholeCourse, WholeLesson, WholeModule
from application.shared.rule_views import AfterLessonRule
from domain.catalog.content import Level
from domain.catalog.course import CourseStatus
from domain.catalog.lesson import Lesson, LessonStatus, LessonVersion
from domain.catalog.lesson_content import Article
from domain.shared.ids import UserId
from tests.contract.conftest import Persistence
from tests.contract.content import ADMIN, Content
from tests.support.content import A_FILE, a_lesson, a_module, after_lesson, an_article
from tests.support.people import NOON


@pytest.fixture
def content(persistence: Persistence) -> Content:
    return Content(persistence)


def versions_of(lesson: Lesson, *contents: Article) -> list[LessonVersion]:
    return [
        LessonVersion(
            lesson_id=lesson.id,
            number=number,
            title=f"Judul {number}",
            content=each,
            published_at=NOON + timedelta(hours=number),
            published_by=None if number == 1 else UserId(uuid7()),
        )
        for number, each in enumerate(contents, start=1)
    ]


async def test_versions_are_listed_newest_first_and_read_by_number(content: Content):
    course = content.course()
    module = a_module(course.id)
    lesson, bare = a_lesson(module), a_lesson(module)
    one, two, three = versions_of(lesson, an_article("a"), an_article("b"), an_article("c"))
    await content.add(course, module, lesson, bare, one, two, three)

    listed = msgspec.json.decode(
        (await content.queries.versions(lesson.id, content.owner)).body, type=LessonVersionList, strict=True
    )
    read = msgspec.json.decode(
        (await content.queries.version(lesson.id, 2, ADMIN)).body, type=LessonVersionView, strict=True
    )
    none = await content.queries.versions(bare.id, ADMIN)

    assert [(version.number, version.published_by) for version in listed.items] == [
        (3, three.published_by),
        (2, two.published_by),
        (1, None),
    ]
    assert read == LessonVersionView(
        number=2,
        title="Judul 2",
        published_at=two.published_at,
        published_by=two.published_by,
        lesson_id=lesson.id,
        content=ArticleView("b", "<p>b</p>"),
    )
    assert msgspec.json.decode(none.body) == {"items": []}
    both = await content.queries.both_versions(lesson.id, 3, 2, ADMIN)
    assert [view.number for view in both] == [3, 2]
    same = await content.queries.both_versions(lesson.id, 2, 2, ADMIN)
    assert same == (read, read)


async def test_versions_are_for_the_author_and_admins(content: Content):
    course = content.course()
    module = a_module(course.id)
    lesson = a_lesson(module, is_preview=True)
    [version] = versions_of(lesson, an_article("a"))
    await content.add(course, module, lesson, version)

    for reader in (ANYBODY, Reader(UserId(uuid7()))):
        for question in (
            content.queries.versions(lesson.id, reader),
            content.queries.version(lesson.id, 1, reader),
            content.queries.version(lesson.id, 9, reader),
        ):
            with pytest.raises(CourseNotYours):
                await question


@pytest.mark.parametrize("number", [0, -1, 2, 2**31, 2**80])
async def test_a_version_that_there_is_not(content: Content, number: int):
    course = content.course()
    module = a_module(course.id)
    lesson = a_lesson(module)
    [version] = versions_of(lesson, an_article("a"))
    await content.add(course, module, lesson, version)

    with pytest.raises(LessonVersionNotFound):
        await content.queries.version(lesson.id, number, ADMIN)
    with pytest.raises(LessonVersionNotFound):
        await content.queries.both_versions(lesson.id, 1, number, ADMIN)


async def test_the_whole_course_is_all_that_its_author_wrote(content: Content):
    course = content.course(tags=["a", "b"], level="beginner", description="*a*", cover_url="https://example.org/a.png")
    second, first = a_module(course.id, "2", position="b"), a_module(course.id, "1", position="a")
    hidden = a_lesson(first, "x", position="a", status=LessonStatus.DRAFT, content=A_FILE)
    shown = a_lesson(first, "y", position="b", is_preview=True, unlock=(after_lesson(hidden.id),))
    await content.add(course, second, first, hidden, shown)

    fields = {"title": "Struktur Data", "summary": "Wadah untuk data.", "description": "*a*", "language": "id"}
    more = {"level": Level.BEGINNER, "tags": ["a", "b"], "cover_url": "https://example.org/a.png"}
    lessons = [
        WholeLesson(
            id=hidden.id,
            title="x",
            status=LessonStatus.DRAFT,
            is_preview=False,
            unlock=[],
            content=FileView("https://example.org/f.pdf", "f.pdf", "application/pdf", 1234),
        ),
        WholeLesson(
            id=shown.id,
            title="y",
            status=LessonStatus.PUBLISHED,
            is_preview=True,
            unlock=[AfterLessonRule(hidden.id)],
            content=ArticleView("Isi.", "<p>Isi.</p>"),
        ),
    ]
    modules = [
        WholeModule(id=first.id, title="1", unlock=[], lessons=lessons),
        WholeModule(id=second.id, title="2", unlock=[], lessons=[]),
    ]
    expected = WholeCourse(course=CourseFields(**fields, **more), modules=modules)
    for reader in (content.owner, ADMIN):
        found = await content.whole(course, reader)
        assert found == expected


async def test_a_whole_course_is_for_its_author_and_admins(content: Content):
    course = content.course()
    await content.add(course)

    for reader in (ANYBODY, Reader(UserId(uuid7()))):
        with pytest.raises(CourseNotYours):
            await content.whole(course, reader)


async def test_of_a_draft_others_take_nothing_elsewhere(content: Content):
    course = content.course(status=CourseStatus.DRAFT)
    await content.add(course)

    with pytest.raises(CourseNotFound):
        await content.whole(course, ANYBODY)
    with pytest.raises(CourseNotFound):
        await content.whole(content.course(), ADMIN)

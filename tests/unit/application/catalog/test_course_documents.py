"""A course goes out as one document and comes in again, the same to the letter."""

import json
from copy import deepcopy
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from adapters.markdown.rendering import safe_html
from adapters.memory.content_queries import MemoryContentQueries
from adapters.memory.unit import MemoryStore
from application.catalog.course_document import MAXIMUM_LESSONS, MAXIMUM_MODULES, document_schema
from application.catalog.document_reading import CourseDocumentInvalid, read_document
from application.catalog.export_course import ExportCourse
from application.catalog.import_course import ImportCourse, ImportCourseHandler
from application.catalog.permission import CourseNotYours
from application.catalog.ports import CourseNotFound
from application.catalog.queries import Reader
from application.shared.idempotency import IdempotencyKey
from domain.catalog.course import CourseStatus
from domain.shared.ids import CourseId, LessonId, UserId
from tests.support.catalog import a_course, acting
from tests.support.clock import SettableClock
from tests.support.content import a_lesson, a_module, after_lesson, after_module
from tests.support.documents import A_DOCUMENT, A_LESSON, a_document, documents
from tests.support.people import NOON, a_user
from tests.unit.application.catalog.conftest import new_id

SCHEMA = Draft202012Validator(document_schema())


class Station:
    """Where documents come in and go out."""

    def __init__(self) -> None:
        self.store = MemoryStore()
        self.author = a_user()
        self.store.tables.users[self.author.id] = self.author
        queries = MemoryContentQueries(self.store.committed)
        self._export = ExportCourse(queries)
        self._import = ImportCourseHandler(self.store.begin, SettableClock(NOON), new_id, safe_html)

    async def take(self, document: Any, **given: Any) -> CourseId:
        command = ImportCourse(actor=acting(self.author), document=read_document(document), **given)
        return CourseId((await self._import(command)).id)

    async def give(self, course_id: CourseId, reader: Reader | None = None) -> Any:
        answer = await self._export(course_id, reader or Reader(self.author.id))
        return json.loads(answer.body)

    async def errors_of(self, document: Any) -> list[tuple[str, str]]:
        with pytest.raises(CourseDocumentInvalid) as caught:
            await self.take(document)
        assert not self.store.tables.courses
        return [(error.pointer, error.code) for error in caught.value.errors]


@pytest.fixture
def station() -> Station:
    return Station()


@given(documents())
@settings(deadline=None)
async def test_what_comes_in_goes_out_the_same_to_the_letter(document: dict[str, Any]):
    station = Station()
    out = await station.give(await station.take(deepcopy(document)))

    assert out == document
    SCHEMA.validate(out)


@given(documents(), st.data())
@settings(deadline=None, max_examples=50)
async def test_whatever_is_done_to_a_document_it_is_refused_with_a_pointer_or_stable(
    document: dict[str, Any], data: st.DataObject
):
    """Export, import, export: also of what was typed by hand, with blanks and rules that are to be tidied."""
    spoiled = _spoiled(document, data)
    station = Station()
    try:
        first = await station.give(await station.take(spoiled))
    except CourseDocumentInvalid:
        assert not station.store.tables.courses
        return
    assert await station.give(await station.take(deepcopy(first))) == first
    SCHEMA.validate(first)


def _spoiled(document: dict[str, Any], data: st.DataObject) -> Any:
    """With one value, anywhere in it, that is another."""
    odd = st.sampled_from([None, "", " a  b ", 0, -1, 1.5, True, [], {}, "a\0b", "9.9", "http://x", "x" * 300])
    changed = deepcopy(document)
    parts = list(_parts(changed))
    place, key = data.draw(st.sampled_from(parts))
    place[key] = data.draw(odd)
    return changed


def _parts(value: Any) -> Any:
    keys = value.keys() if isinstance(value, dict) else range(len(value))
    for key in list(keys):
        yield value, key
        if isinstance(value[key], dict | list):
            yield from _parts(value[key])


async def test_what_was_imported_is_a_draft_of_the_actors_with_all_it_holds(station: Station):
    course_id = await station.take(a_document([A_LESSON, {**A_LESSON, "status": "draft"}], []))

    tables = station.store.tables
    course = tables.courses[course_id]
    assert (course.status, course.created_by, course.version) == (CourseStatus.DRAFT, station.author.id, 1)
    shown, hidden = sorted(tables.lessons.values(), key=lambda lesson: lesson.position)
    assert (shown.is_published, shown.published_at, shown.version) == (True, NOON, 1)
    assert (hidden.is_published, hidden.published_at) == (False, None)
    assert list(tables.lesson_versions) == [(shown.id, 1)]
    assert [entry.action for entry in tables.audit_entries] == ["course.imported"]


async def test_a_request_sent_again_makes_one_course(station: Station):
    key = IdempotencyKey(station.author.id, "k", "f")

    assert await station.take(A_DOCUMENT, idempotency=key) == await station.take(A_DOCUMENT, idempotency=key)
    assert len(station.store.tables.courses) == 1


async def test_rules_lead_to_the_same_lessons_by_other_ids(station: Station):
    rule = {"rule": "after_lesson", "lesson": "1.2"}
    course_id = await station.take(a_document([A_LESSON, A_LESSON], [{**A_LESSON, "unlock": [rule]}]))

    lessons = sorted(station.store.tables.lessons.values(), key=lambda lesson: (lesson.unlock != (), lesson.position))
    assert lessons[-1].unlock == (after_lesson(lessons[1].id),)
    assert (await station.give(course_id))["modules"][1]["lessons"][0]["unlock"] == [rule]


async def test_rules_on_what_was_deleted_stay_behind(station: Station):
    course = a_course(created_by=station.author.id)
    module = a_module(course.id)
    gone = a_module(course.id)
    lesson = a_lesson(
        module, unlock=(after_lesson(LessonId(new_id())), after_module(gone.id), {"rule": "after_previous"})
    )
    tables = station.store.tables
    tables.courses[course.id], tables.modules[module.id], tables.lessons[lesson.id] = course, module, lesson

    document = await station.give(course.id)

    assert document["modules"][0]["lessons"][0]["unlock"] == [{"rule": "after_previous"}]
    assert await station.give(await station.take(document)) == document


async def test_a_document_is_for_the_author_and_admins(station: Station):
    course_id = await station.take(A_DOCUMENT)
    stranger = Reader(UserId(new_id()))

    assert await station.give(course_id, Reader(None, is_admin=True)) == A_DOCUMENT
    with pytest.raises(CourseNotFound):
        await station.give(course_id, stranger)
    station.store.tables.courses[course_id].status = CourseStatus.PUBLISHED
    with pytest.raises(CourseNotYours):
        await station.give(course_id, stranger)


def with_lesson(**changes: Any) -> dict[str, Any]:
    return a_document([A_LESSON], [A_LESSON, {**A_LESSON, **changes}])


def with_course(**changes: Any) -> dict[str, Any]:
    return {**A_DOCUMENT, "course": {**A_DOCUMENT["course"], **changes}}


@pytest.mark.parametrize(
    ("document", "found"),
    [
        ([], [("", "invalid")]),
        ({}, [("", "invalid")]),
        ({**A_DOCUMENT, "format": "scorm"}, [("/format", "invalid")]),
        ({**A_DOCUMENT, "version": 2}, [("/version", "invalid")]),
        ({**A_DOCUMENT, "modules": {}}, [("/modules", "invalid")]),
        ({**A_DOCUMENT, "modules": [1]}, [("/modules", "invalid")]),
        ({**A_DOCUMENT, "owner": "me"}, [("", "invalid")]),
        (with_course(level="hard"), [("/course/level", "invalid")]),
        (with_course(title=" "), [("/course/title", "text.empty")]),
        (with_course(language="x"), [("/course/language", "language.invalid")]),
        ({**A_DOCUMENT, "modules": [{"title": "x"}]}, [("/modules/0", "invalid")]),
        (with_lesson(title=1), [("/modules/1/lessons/1/title", "invalid")]),
        (with_lesson(title="a\0"), [("/modules/1/lessons/1/title", "text.character")]),
        (with_lesson(status="archived"), [("/modules/1/lessons/1/status", "invalid")]),
        (with_lesson(content={"kind": "poem"}), [("/modules/1/lessons/1/content/kind", "invalid")]),
        (with_lesson(content={"kind": "link", "url": "http://x"}), [("/modules/1/lessons/1/content/url", "invalid")]),
        (
            with_lesson(content={"kind": "link", "url": "https://a b"}),
            [("/modules/1/lessons/1/content/url", "url.invalid")],
        ),
        (
            with_lesson(content={"kind": "article", "markdown": " "}),
            [("/modules/1/lessons/1/content/markdown", "lesson.incomplete")],
        ),
        (with_lesson(unlock=[{"rule": "never"}]), [("/modules/1/lessons/1/unlock", "invalid")]),
        (
            with_lesson(unlock=[{"rule": "not_before", "at": "2026-01-01"}]),
            [("/modules/1/lessons/1/unlock", "invalid")],
        ),
        (
            with_lesson(unlock=[{"rule": "after_lesson", "lesson": "2.3"}, {"rule": "after_module", "module": "3"}]),
            [
                ("/modules/1/lessons/1/unlock/0/lesson", "unlock.unknown"),
                ("/modules/1/lessons/1/unlock/1/module", "unlock.unknown"),
            ],
        ),
        (
            with_lesson(unlock=[{"rule": "after_lesson", "lesson": "3.1"}]),
            [("/modules/1/lessons/1/unlock/0/lesson", "unlock.unknown")],
        ),
        (
            with_lesson(unlock=[{"rule": "after_module", "module": "2"}]),
            [("/modules/1/lessons/1/unlock", "unlock.cycle")],
        ),
        (a_document(*[[]] * (MAXIMUM_MODULES + 1)), [("/modules", "invalid")]),
        (a_document([A_LESSON] * (MAXIMUM_LESSONS + 1)), [("/modules/0/lessons", "invalid")]),
    ],
    ids=lambda value: None if isinstance(value, dict | list) else str(value),
)  # fmt: skip
async def test_what_is_wrong_in_a_document_is_named(station: Station, document: Any, found: list[tuple[str, str]]):
    assert await station.errors_of(document) == found


async def test_everything_that_is_wrong_is_found_at_once(station: Station):
    document = a_document([{**A_LESSON, "title": " "}], [A_LESSON, {**A_LESSON, "title": "\t"}])
    document["course"] = {**document["course"], "title": "\n"}

    assert [pointer for pointer, _ in await station.errors_of(document)] == [
        "/course/title",
        "/modules/0/lessons/0/title",
        "/modules/1/lessons/1/title",
    ]


def test_the_schema_is_one_and_closed():
    Draft202012Validator.check_schema(document_schema())
    assert SCHEMA.is_valid(a_document([A_LESSON]))
    for wrong in (
        {**A_DOCUMENT, "version": 2},
        {**A_DOCUMENT, "more": 1},
        a_document([{**A_LESSON, "content": {"kind": "link", "url": "http://x"}}]),
        a_document([{**A_LESSON, "unlock": [{"rule": "after_lesson", "lesson": "0.1"}]}]),
    ):
        assert not SCHEMA.is_valid(wrong)


def test_reading_is_as_strict_as_the_schema():
    document = a_document([{**A_LESSON, "content": {"kind": "video", "url": "https://x", "duration_seconds": "60"}}])
    assert not SCHEMA.is_valid(document)
    with pytest.raises(CourseDocumentInvalid):
        read_document(document)
    assert msgspec.to_builtins(read_document(A_DOCUMENT)) == A_DOCUMENT

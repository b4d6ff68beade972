from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from uuid_utils.compat import uuid7

from domain.catalog.lesson import Lesson, LessonIncomplete, LessonStatus
from domain.catalog.lesson_content import (
    CONTENT_FIELDS,
    FIELDS,
    MARKDOWN_LENGTH,
    Article,
    File,
    LessonDraft,
    LessonInvalid,
    LessonKind,
    Link,
    Video,
    checked_lesson,
    draft_of,
)
from domain.catalog.module import ModuleInvalid, checked_title
from domain.shared.ids import CourseId, UserId
from tests.support.catalog import render
from tests.support.content import A_FILE, A_LINK, A_VIDEO, a_lesson, a_module, an_article
from tests.support.people import NOON

LATER = NOON + timedelta(hours=1)
VIDEO = {"kind": LessonKind.VIDEO, "url": "https://example.org/v", "duration_seconds": 60}
FILE = {"kind": LessonKind.FILE, "url": "https://example.org/f", "name": "f.pdf", "media_type": "application/pdf"}
LINK = {"kind": LessonKind.LINK, "url": "https://example.org/"}
ARTICLE = {"kind": LessonKind.ARTICLE, "markdown": "Isi."}


def errors_of(**given: Any) -> list[tuple[str, str]]:
    with pytest.raises(LessonInvalid) as caught:
        checked_lesson(LessonDraft(**{"title": "T", **given}), render)
    return [(error.pointer, error.code) for error in caught.value.errors]


def a_draft_lesson(**given: Any) -> Lesson:
    return a_lesson(a_module(CourseId(uuid7())), **{"status": LessonStatus.DRAFT, "published_at": None, **given})


def test_what_is_sent_is_tidied():
    title, article = checked_lesson(LessonDraft(kind=LessonKind.ARTICLE, title=" A \n B ", markdown=" x\r\ny "), render)
    _, video = checked_lesson(LessonDraft(title="T", **VIDEO), render)
    _, file = checked_lesson(LessonDraft(title="T", **{**FILE, "name": " a  b ", "media_type": "Text/HTML"}), render)
    _, link = checked_lesson(LessonDraft(title="T", **LINK), render)

    assert title == "A B"
    assert isinstance(article, Article)
    assert (article.body.markdown, article.body.html) == ("x\ny", "<p>x\ny</p>")
    assert video == Video("https://example.org/v", 60, 0.9)
    assert file == File("https://example.org/f", "a b", "text/html")
    assert link == Link("https://example.org/")


@pytest.mark.parametrize("content", [an_article(), A_VIDEO, A_FILE, A_LINK], ids=lambda content: content.kind)
def test_what_was_checked_stays_as_it_is(content: Any):
    assert checked_lesson(draft_of("T", content), render) == ("T", content)


def test_an_article_is_rendered_when_it_changes():
    def forbidden(markdown: str) -> str:
        raise AssertionError(markdown)

    former = an_article("a")
    assert checked_lesson(draft_of("T", former), forbidden, former=former)[1] == former
    with pytest.raises(AssertionError):
        checked_lesson(draft_of("T", an_article("b")), forbidden, former=former)


@pytest.mark.parametrize(
    ("given", "pointer", "code"),
    [
        ({**ARTICLE, "title": " "}, "/title", "text.empty"),
        ({**ARTICLE, "title": "x" * 201}, "/title", "text.too_long"),
        ({**ARTICLE, "markdown": "x" * (MARKDOWN_LENGTH + 1)}, "/content/markdown", "text.too_long"),
        ({**ARTICLE, "markdown": "a\0b"}, "/content/markdown", "text.character"),
        ({**ARTICLE, "markdown": "\ud800"}, "/content/markdown", "text.character"),
        ({**ARTICLE, "url": "https://example.org"}, "/content/url", "content.foreign"),
        ({**LINK, "url": None}, "/content/url", "content.missing"),
        ({**LINK, "url": "http://example.org"}, "/content/url", "url.invalid"),
        ({**LINK, "url": "javascript:alert(1)"}, "/content/url", "url.invalid"),
        ({**LINK, "url": "https://"}, "/content/url", "url.invalid"),
        ({**LINK, "url": "https://a b"}, "/content/url", "url.invalid"),
        ({**LINK, "url": "https://user@example.org"}, "/content/url", "url.invalid"),
        ({**LINK, "url": ""}, "/content/url", "url.invalid"),
        ({**VIDEO, "duration_seconds": 0}, "/content/duration_seconds", "number.range"),
        ({**VIDEO, "duration_seconds": 360_001}, "/content/duration_seconds", "number.range"),
        ({**VIDEO, "watch_share": -0.1}, "/content/watch_share", "number.range"),
        ({**VIDEO, "watch_share": 1.1}, "/content/watch_share", "number.range"),
        ({**VIDEO, "watch_share": float("nan")}, "/content/watch_share", "number.range"),
        ({**FILE, "name": " "}, "/content/name", "text.empty"),
        ({**FILE, "name": "x" * 201}, "/content/name", "text.too_long"),
        ({**FILE, "media_type": "pdf"}, "/content/media_type", "media_type.invalid"),
        ({**FILE, "media_type": "a/b; c=d"}, "/content/media_type", "media_type.invalid"),
        ({**FILE, "size_bytes": -1}, "/content/size_bytes", "number.range"),
        ({**FILE, "size_bytes": 2**53}, "/content/size_bytes", "number.range"),
    ],
)
def test_what_is_wrong_is_named(given: dict[str, Any], pointer: str, code: str):
    assert errors_of(**given) == [(pointer, code)]


def test_everything_that_is_wrong_is_found_at_once():
    found = errors_of(title="", kind=LessonKind.FILE, markdown="x", size_bytes=-1)

    assert found == [
        ("/title", "text.empty"),
        ("/content/markdown", "content.foreign"),
        ("/content/url", "content.missing"),
        ("/content/name", "content.missing"),
        ("/content/media_type", "content.missing"),
        ("/content/size_bytes", "number.range"),
    ]


values = {
    "markdown": st.text(max_size=20),
    "url": st.sampled_from(["https://example.org/", "http://x", ""]) | st.text(max_size=10),
    "duration_seconds": st.integers(),
    "watch_share": st.floats(),
    "name": st.text(max_size=20),
    "media_type": st.sampled_from(["text/plain", "TEXT/x"]) | st.text(max_size=10),
    "size_bytes": st.integers(),
    "quiz": st.just({"pass_percent": 60}),
    "banks": st.just([{"id": "b", "questions": [{"id": "q", "prompt": "*?*", "explanation": ""}]}]),
    "assignment": st.just({"pass_percent": 0}),
}
drafts = st.builds(
    LessonDraft,
    kind=st.sampled_from(LessonKind),
    title=st.text(max_size=20),
    **{name: st.none() | values[name] for name in CONTENT_FIELDS},
)


@given(drafts)
def test_any_draft_is_refused_or_checked_for_good(draft: LessonDraft):
    try:
        title, content = checked_lesson(draft, render)
    except LessonInvalid:
        return
    assert content.kind is draft.kind
    assert all(getattr(draft, name) is None for name in CONTENT_FIELDS if name not in FIELDS[draft.kind])
    assert checked_lesson(draft_of(title, content), render) == (title, content)


def test_a_published_article_says_something():
    lesson = a_draft_lesson(content=an_article(""))
    with pytest.raises(LessonIncomplete):
        lesson.change_status(LessonStatus.PUBLISHED, at=LATER)
    lesson.revise("T", an_article("x"), is_preview=False, unlock=(), at=LATER)
    assert lesson.change_status(LessonStatus.PUBLISHED, at=LATER) == "published"
    with pytest.raises(LessonIncomplete):
        lesson.revise("T", an_article(""), is_preview=False, unlock=(), at=LATER)
    assert lesson.content == an_article("x")


def test_when_it_was_first_published_stays():
    lesson = a_draft_lesson()
    lesson.change_status(LessonStatus.PUBLISHED, at=NOON)
    assert lesson.change_status(LessonStatus.DRAFT, at=LATER) == "withdrawn"
    lesson.change_status(LessonStatus.PUBLISHED, at=LATER)

    assert (lesson.published_at, lesson.updated_at, lesson.version) == (NOON, LATER, 4)
    assert lesson.change_status(LessonStatus.PUBLISHED, at=LATER) is None


def test_the_next_version_is_kept_of_what_is_published_and_new():
    user = UserId(uuid7())
    lesson = a_draft_lesson()
    assert lesson.next_version(None, by=user, at=NOON) is None
    lesson.change_status(LessonStatus.PUBLISHED, at=NOON)
    first = lesson.next_version(None, by=user, at=NOON)
    assert first is not None
    assert (first.number, first.title, first.content, first.published_by) == (1, lesson.title, lesson.content, user)
    assert lesson.next_version(first, by=user, at=LATER) is None
    second = lesson.next_version(replace(first, title="Lain"), by=None, at=LATER)
    assert second is not None
    assert (second.number, second.published_at) == (2, LATER)


def test_a_module_has_a_title_of_some_length():
    assert checked_title(" a \t b ") == "a b"
    for title in ("", " \n", "x" * 201, "a\0"):
        with pytest.raises(ModuleInvalid) as caught:
            checked_title(title)
        assert {error.pointer for error in caught.value.errors} == {"/title"}


def test_what_is_the_same_is_no_change():
    module = a_module(CourseId(uuid7()))
    assert module.revise(module.title, (), at=LATER) == ()
    assert module.revise("Lain", ({"rule": "after_previous"},), at=LATER) == ("title", "unlock")
    assert (module.version, module.updated_at) == (2, LATER)

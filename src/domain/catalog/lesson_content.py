"""What a lesson holds, by its kind: as its author sent it (`LessonDraft`), and checked and tidied."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any, ClassVar, TypeAlias

from domain.catalog.content import text_errors, title_errors
from domain.shared.errors import FieldError, Invalid
from domain.shared.rich_text import Render, RichText
from domain.shared.web_address import URL_LENGTH, is_https_url

MARKDOWN_LENGTH = 100_000
NAME_LENGTH = 200
MEDIA_TYPE_LENGTH = 127
LONGEST_VIDEO = 100 * 3600
LARGEST_FILE = 2**53 - 1
WATCH_SHARE = 0.9

# RFC 6838, 4.2, with parameters left out.
_NAME = r"[A-Za-z0-9][A-Za-z0-9!#$&^_.+-]*"
_MEDIA_TYPE = re.compile(rf"{_NAME}/{_NAME}")


class LessonKind(StrEnum):
    ARTICLE = "article"
    VIDEO = "video"
    FILE = "file"
    LINK = "link"
    QUIZ = "quiz"
    ASSIGNMENT = "assignment"


class LessonInvalid(Invalid):
    code = "lesson.invalid"


@dataclass(frozen=True, slots=True)
class Article:
    kind: ClassVar = LessonKind.ARTICLE
    body: RichText


@dataclass(frozen=True, slots=True)
class Video:
    """`watch_share` of its `duration_seconds`, from 0 to 1, has to be watched to complete it."""

    kind: ClassVar = LessonKind.VIDEO
    url: str
    duration_seconds: int
    watch_share: float = WATCH_SHARE


@dataclass(frozen=True, slots=True)
class File:
    kind: ClassVar = LessonKind.FILE
    url: str
    name: str
    media_type: str
    size_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Link:
    kind: ClassVar = LessonKind.LINK
    url: str


@dataclass(frozen=True, slots=True)
class Quiz:
    """Settings and banks of questions, as JSON that was checked elsewhere: the catalog keeps it, learning reads it.

    `html` holds what was rendered of prompt and explanation, by the question's id.
    """

    kind: ClassVar = LessonKind.QUIZ
    settings: Mapping[str, Any]
    banks: Sequence[Mapping[str, Any]]
    html: Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Assignment:
    """What is to be done, and settings as JSON that was checked elsewhere, as with a quiz."""

    kind: ClassVar = LessonKind.ASSIGNMENT
    body: RichText
    settings: Mapping[str, Any]


LessonContent: TypeAlias = Article | Video | File | Link | Quiz | Assignment


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonDraft:
    """A lesson as its author sent it. Which fields belong to its kind says `FIELDS`; None stands for not given."""

    kind: LessonKind
    title: str
    markdown: str | None = None
    url: str | None = None
    duration_seconds: int | None = None
    watch_share: float | None = None
    name: str | None = None
    media_type: str | None = None
    size_bytes: int | None = None
    quiz: Mapping[str, Any] | None = None
    banks: Sequence[Mapping[str, Any]] | None = None
    assignment: Mapping[str, Any] | None = None


FIELDS: dict[LessonKind, tuple[str, ...]] = {
    LessonKind.ARTICLE: ("markdown",),
    LessonKind.VIDEO: ("url", "duration_seconds", "watch_share"),
    LessonKind.FILE: ("url", "name", "media_type", "size_bytes"),
    LessonKind.LINK: ("url",),
    LessonKind.QUIZ: ("quiz", "banks"),
    LessonKind.ASSIGNMENT: ("markdown", "assignment"),
}
_NEEDED = {"url", "duration_seconds", "name", "media_type"}
_WITH_MARKDOWN = {LessonKind.ARTICLE, LessonKind.ASSIGNMENT}
CONTENT_FIELDS = tuple(field.name for field in fields(LessonDraft) if field.name not in {"kind", "title"})


def draft_of(title: str, content: LessonContent) -> LessonDraft:
    """The draft that would be checked into this content."""
    if isinstance(content, Article):
        return LessonDraft(kind=content.kind, title=title, markdown=content.body.markdown)
    if isinstance(content, Quiz):
        return LessonDraft(kind=content.kind, title=title, quiz=content.settings, banks=content.banks)
    if isinstance(content, Assignment):
        markdown = content.body.markdown
        return LessonDraft(kind=content.kind, title=title, markdown=markdown, assignment=content.settings)
    given: dict[str, Any] = {name: getattr(content, name) for name in FIELDS[content.kind]}
    return LessonDraft(kind=content.kind, title=title, **given)


def checked_lesson(
    draft: LessonDraft, render: Render, *, former: LessonContent | None = None
) -> tuple[str, LessonContent]:
    """Title and content, tidied; a text that is the same as in the `former` content is not rendered again.

    Of quizzes and assignments the JSON is taken as it is: see `application.catalog.lesson_check`.

    Raises:
        LessonInvalid: with one error for each thing that is wrong.
    """
    draft = _tidied(draft)
    errors = list(_errors(draft))
    if errors:
        raise LessonInvalid("The lesson breaks a rule for its fields.", errors=errors)
    return draft.title, _content(draft, render, former)


def _content(draft: LessonDraft, render: Render, former: LessonContent | None) -> LessonContent:
    given: dict[str, Any] = {name: getattr(draft, name) for name in FIELDS[draft.kind]}
    match draft.kind:
        case LessonKind.ARTICLE:
            return Article(_rendered(given["markdown"], render, former))
        case LessonKind.VIDEO:
            return Video(**given)
        case LessonKind.FILE:
            return File(**given)
        case LessonKind.LINK:
            return Link(**given)
        case LessonKind.QUIZ:
            return _quiz(given["quiz"] or {}, given["banks"] or (), render, former)
        case LessonKind.ASSIGNMENT:
            return Assignment(_rendered(given["markdown"], render, former), given["assignment"] or {})


def _rendered(markdown: str, render: Render, former: LessonContent | None) -> RichText:
    if isinstance(former, Article | Assignment) and former.body.markdown == markdown:
        return former.body
    return RichText(markdown, render(markdown))


def _quiz(
    settings: Mapping[str, Any], banks: Sequence[Mapping[str, Any]], render: Render, former: LessonContent | None
) -> Quiz:
    if isinstance(former, Quiz) and former.banks == banks:
        return Quiz(settings, banks, former.html)
    questions = (question for bank in banks for question in bank["questions"])
    html = {each["id"]: {name: render(each[name]) for name in ("prompt", "explanation")} for each in questions}
    return Quiz(settings, banks, html)


def _tidied(draft: LessonDraft) -> LessonDraft:
    given: dict[str, Any] = {name: getattr(draft, name) for name in CONTENT_FIELDS}
    if draft.kind in _WITH_MARKDOWN:
        given["markdown"] = (draft.markdown or "").replace("\r\n", "\n").strip()
    if draft.kind is LessonKind.VIDEO:
        given["watch_share"] = WATCH_SHARE if draft.watch_share is None else float(draft.watch_share)
    if draft.name is not None:
        given["name"] = " ".join(draft.name.split())
    if draft.media_type is not None:
        given["media_type"] = draft.media_type.lower()
    return LessonDraft(kind=draft.kind, title=" ".join(draft.title.split()), **given)


def _errors(draft: LessonDraft) -> Iterator[FieldError]:
    yield from title_errors(draft.title)
    own = FIELDS[draft.kind]
    for name in CONTENT_FIELDS:
        value, pointer = getattr(draft, name), f"/content/{name}"
        if name not in own:
            if value is not None:
                yield FieldError(pointer, "content.foreign", f"is no field of {draft.kind}")
        elif value is not None:
            yield from _field_errors(pointer, name, value)
        elif name in _NEEDED:
            yield FieldError(pointer, "content.missing", f"is needed for {draft.kind}")


def _field_errors(pointer: str, name: str, value: Any) -> Iterator[FieldError]:
    match name:
        case "markdown":
            yield from text_errors(pointer, value, MARKDOWN_LENGTH, several_lines=True)
        case "url" if not is_https_url(value):
            yield FieldError(pointer, "url.invalid", f"is not an https address of at most {URL_LENGTH} characters")
        case "duration_seconds" if not 0 < value <= LONGEST_VIDEO:
            yield FieldError(pointer, "number.range", f"is not between 1 and {LONGEST_VIDEO}")
        case "watch_share" if not 0 <= value <= 1:
            yield FieldError(pointer, "number.range", "is not between 0 and 1")
        case "name" if not value:
            yield FieldError(pointer, "text.empty", "is empty")
        case "name":
            yield from text_errors(pointer, value, NAME_LENGTH)
        case "media_type" if len(value) > MEDIA_TYPE_LENGTH or not _MEDIA_TYPE.fullmatch(value):
            yield FieldError(pointer, "media_type.invalid", "is not a media type such as application/pdf")
        case "size_bytes" if not 0 <= value <= LARGEST_FILE:
            yield FieldError(pointer, "number.range", f"is not between 0 and {LARGEST_FILE}")

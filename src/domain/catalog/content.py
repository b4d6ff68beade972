"""What an author says about a course: as it came (`Draft`), and checked and tidied (`CourseContent`)."""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from domain.shared.errors import FieldError, Invalid
from domain.shared.rich_text import Render, RichText
from domain.shared.web_address import URL_LENGTH, is_https_url

TITLE_LENGTH = 200
SUMMARY_LENGTH = 500
DESCRIPTION_LENGTH = 50_000
TAG_COUNT = 10
TAG_LENGTH = 40

# BCP 47 as far as a catalog needs it: language, and perhaps script and region. `und` is its word for "not determined".
_LANGUAGE = re.compile(r"(?P<language>[a-z]{2,3})(-(?P<script>[a-z]{4}))?(-(?P<region>[a-z]{2}|\d{3}))?", re.IGNORECASE)
UNDETERMINED = "und"


class Level(StrEnum):
    BEGINNER = "beginner"
    INTERMEDIATE = "intermediate"
    ADVANCED = "advanced"


class CourseInvalid(Invalid):
    code = "course.invalid"


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A course as its author typed it; nothing about it is known to be right."""

    title: str
    summary: str = ""
    description: str = ""
    language: str = UNDETERMINED
    level: str | None = None
    tags: Sequence[str] = ()
    cover_url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseContent:
    """Made by `checked` alone. `language` is a BCP 47 tag; `tags` are normalized and each is there once."""

    title: str
    summary: str
    description: RichText
    language: str
    level: Level | None
    tags: tuple[str, ...]
    cover_url: str | None

    def as_draft(self) -> Draft:
        return Draft(
            title=self.title,
            summary=self.summary,
            description=self.description.markdown,
            language=self.language,
            level=self.level,
            tags=self.tags,
            cover_url=self.cover_url,
        )


def checked(draft: Draft, render: Render, *, former: CourseContent | None = None) -> CourseContent:
    """The draft, tidied; a description that is the same as the `former` one is not rendered again.

    Raises:
        CourseInvalid: with one error for each thing that is wrong.
    """
    draft = _tidied(draft)
    errors = list(_errors(draft))
    if errors:
        raise CourseInvalid("The course breaks a rule for its fields.", errors=errors)
    description = former.description if former else RichText("", "")
    if draft.description != description.markdown:
        description = RichText(draft.description, render(draft.description))
    return CourseContent(
        title=draft.title,
        summary=draft.summary,
        description=description,
        language=draft.language,
        level=None if draft.level is None else Level(draft.level),
        tags=tuple(draft.tags),
        cover_url=draft.cover_url,
    )


def normalized_tag(tag: str) -> str:
    """One spelling for what people mean to be one tag: lower case, composed, single spaces."""
    lowered = unicodedata.normalize("NFC", tag).lower()
    return " ".join(unicodedata.normalize("NFC", lowered).split())


def normalized_language(tag: str) -> str:
    """The spelling that BCP 47 recommends (`zh-Hant-TW`); what is no such tag comes back as it was."""
    match = _LANGUAGE.fullmatch(tag.strip())
    if match is None:
        return tag
    script, region = match["script"], match["region"]
    return "-".join(
        part for part in (match["language"].lower(), script and script.title(), region and region.upper()) if part
    )


def _tidied(draft: Draft) -> Draft:
    tags = dict.fromkeys(normalized_tag(tag) for tag in draft.tags)
    return Draft(
        title=" ".join(draft.title.split()),
        summary=draft.summary.strip(),
        description=draft.description.replace("\r\n", "\n").strip(),
        language=normalized_language(draft.language),
        level=draft.level,
        tags=tuple(tag for tag in tags if tag),
        cover_url=draft.cover_url or None,
    )


def _errors(draft: Draft) -> Iterator[FieldError]:
    yield from title_errors(draft.title)
    yield from text_errors("/summary", draft.summary, SUMMARY_LENGTH, several_lines=True)
    yield from text_errors("/description", draft.description, DESCRIPTION_LENGTH, several_lines=True)
    if not _LANGUAGE.fullmatch(draft.language):
        yield FieldError("/language", "language.invalid", "is not a short BCP 47 tag such as id, en or zh-Hant")
    if draft.level is not None and draft.level not in set(Level):
        yield FieldError("/level", "level.unknown", f"is not one of {', '.join(Level)}")
    if len(draft.tags) > TAG_COUNT:
        yield FieldError("/tags", "tags.too_many", f"has more than {TAG_COUNT} tags")
    for index, tag in enumerate(draft.tags):
        yield from text_errors(f"/tags/{index}", tag, TAG_LENGTH)
    if draft.cover_url is not None and not is_https_url(draft.cover_url):
        yield FieldError("/cover_url", "url.invalid", f"is not an https address of at most {URL_LENGTH} characters")


def title_errors(title: str) -> Iterator[FieldError]:
    if not title:
        yield FieldError("/title", "text.empty", "is empty")
    yield from text_errors("/title", title, TITLE_LENGTH)


def text_errors(pointer: str, text: str, maximum: int, *, several_lines: bool = False) -> Iterator[FieldError]:
    """What is wrong with a text: more than `maximum` code points, or characters that can't be shown or stored."""
    if len(text) > maximum:
        yield FieldError(pointer, "text.too_long", f"is longer than {maximum} characters")
    allowed = "\n\t\r" if several_lines else ""
    wrong = next((c for c in text if unicodedata.category(c) in {"Cc", "Cs"} and c not in allowed), None)
    if wrong is not None:
        yield FieldError(
            pointer, "text.character", f"holds the character U+{ord(wrong):04X}, which has no place in text"
        )

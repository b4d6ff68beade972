"""From what somebody asks of the catalog to what may be looked up for them: the rules that every adapter shares."""

import unicodedata
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, Literal
from uuid import UUID

from application.shared.page import DEFAULT_LIMIT, Instant, decode_cursor, encode_cursor
from domain.catalog.content import Level, normalized_language, normalized_tag
from domain.catalog.course import CourseStatus
from domain.shared.errors import FieldError, Invalid, Unauthenticated

WORDS_LENGTH = 300
SEARCH_CANDIDATES = 1_000
"""A search ranks and sorts no more than this many matches, so that the commonest word costs no more than a rare one."""


class SignInRequired(Unauthenticated):
    code = "auth.required"


class SortNeedsSearch(Invalid):
    code = "sort.needs_search"


class CourseSort(StrEnum):
    NEWEST = "newest"
    OLDEST = "oldest"
    TITLE = "title"
    RELEVANCE = "relevance"


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseQuestion:
    """`q` are search words as people type them ("exact phrase", -without, or); blank ones are as good as none.

    `status` None asks for what is published, except with `created_by="me"`: then for all of mine.
    `sort` None is relevance where there are words, else newest.
    """

    q: str | None = None
    language: str | None = None
    level: Level | None = None
    tag: str | None = None
    status: CourseStatus | None = None
    created_by: UUID | Literal["me"] | None = None
    sort: CourseSort | None = None
    limit: int = DEFAULT_LIMIT
    cursor: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """What to look up. `status` None is any, `created_by` None is anybody; no text holds what can't be stored.

    `place` is where the last page ended: the last row's sort value and id and, in a search, the youngest creation time
    among its candidates, beyond which rows are new and left out. It is None on the first page.
    """

    words: str | None
    language: str | None
    level: Level | None
    tag: str | None
    status: CourseStatus | None
    created_by: UUID | None
    sort: CourseSort
    limit: int
    place: tuple[Any, ...] | None = None

    def cursor_after(self, *keys: object) -> str:
        """The cursor of the page that follows the row with these keys, which are shaped as `place` is."""
        return encode_cursor(_shape(self), keys)


_PLACES: dict[tuple[CourseSort, bool], type] = {
    (CourseSort.NEWEST, False): tuple[Instant, UUID],
    (CourseSort.OLDEST, False): tuple[Instant, UUID],
    (CourseSort.TITLE, False): tuple[str, UUID],
    (CourseSort.NEWEST, True): tuple[Instant, UUID, Instant],
    (CourseSort.OLDEST, True): tuple[Instant, UUID, Instant],
    (CourseSort.TITLE, True): tuple[str, UUID, Instant],
    (CourseSort.RELEVANCE, True): tuple[float, UUID, Instant],
}


def selection_for(question: CourseQuestion, *, user_id: UUID | None, is_admin: bool) -> Selection | None:
    """What to look up for this question of this reader; None where there can be nothing for them.

    Raises:
        SignInRequired: what isn't published, or mine, and nobody is signed in.
        SortNeedsSearch: relevance without words.
        CursorInvalid: not a cursor of this question.
    """
    words = _words(question.q)
    sort = question.sort or (CourseSort.RELEVANCE if words else CourseSort.NEWEST)
    if sort is CourseSort.RELEVANCE and not words:
        error = FieldError("/sort", SortNeedsSearch.code, "relevance needs search words in q")
        raise SortNeedsSearch("Only a search can be sorted by relevance.", errors=[error])
    status, created_by = _scope(question, user_id)
    if status is not CourseStatus.PUBLISHED and not is_admin:
        if created_by not in {None, user_id}:
            return None
        created_by = user_id
    selection = Selection(
        words=words,
        language=None if question.language is None else normalized_language(_plain(question.language)),
        level=question.level,
        tag=None if question.tag is None else normalized_tag(_plain(question.tag)),
        status=status,
        created_by=created_by,
        sort=sort,
        limit=question.limit,
    )
    return selection if question.cursor is None else _continued(selection, question.cursor)


def _scope(question: CourseQuestion, user_id: UUID | None) -> tuple[CourseStatus | None, UUID | None]:
    mine = question.created_by == "me"
    status = question.status or (None if mine else CourseStatus.PUBLISHED)
    if user_id is None and (mine or status is not CourseStatus.PUBLISHED):
        raise SignInRequired("Sign in to see courses that are not published.")
    return status, user_id if question.created_by == "me" else question.created_by


def _continued(selection: Selection, cursor: str) -> Selection:
    types = _PLACES[selection.sort, selection.words is not None]
    place = decode_cursor(_shape(selection), cursor, types)
    return replace(selection, place=place)


def _shape(selection: Selection) -> list[object]:
    return [
        selection.words, selection.language, selection.level, selection.tag,
        selection.status, selection.created_by, selection.sort,
    ]  # fmt: skip


def _words(q: str | None) -> str | None:
    return _plain(q)[:WORDS_LENGTH].strip() or None if q else None


def _plain(text: str) -> str:
    return "".join(" " if unicodedata.category(c) in {"Cc", "Cs"} else c for c in text)

from collections.abc import Sequence
from hashlib import blake2b
from typing import Any

import msgspec

from adapters.memory.tables import MemoryTables
from adapters.memory.user_queries import Committed
from application.catalog.ports import CourseNotFound
from application.catalog.queries import (
    CoursePage,
    CourseQueries,
    CourseSummary,
    CourseView,
    PrerequisiteView,
    RatingView,
    Reader,
)
from application.catalog.question import SEARCH_CANDIDATES, CourseQuestion, CourseSort, Selection, selection_for
from application.shared.encoded import Encoded
from domain.catalog.course import Course, CourseStatus
from domain.catalog.naming import sort_key
from domain.catalog.rating import bayesian_average
from domain.shared.ids import CourseId

_Key = tuple[Any, ...]


class MemoryCourseQueries(CourseQueries):
    """Search without stems: a word is found where it stands as it is, in whatever case, also within another one."""

    def __init__(self, committed: Committed) -> None:
        self._committed = committed

    async def detail(self, course_id: CourseId, reader: Reader) -> Encoded[CourseView]:
        return encoded_detail(self._committed(), course_id, reader)

    async def list(self, question: CourseQuestion, reader: Reader) -> Encoded[CoursePage]:
        selection = selection_for(question, user_id=reader.user_id, is_admin=reader.is_admin)
        if selection is None:
            return _encoded_page(CoursePage([], None))
        tables = self._committed()
        found = [course for course in tables.courses.values() if _is_selected(course, selection)]
        if selection.words is not None:
            found = _candidates(found, selection)
        is_falling = selection.sort in {CourseSort.NEWEST, CourseSort.RELEVANCE}
        found.sort(key=lambda course: _key(course, selection), reverse=is_falling)
        if selection.place is not None:
            place = selection.place[:2]
            found = [c for c in found if (_key(c, selection) < place if is_falling else _key(c, selection) > place)]
        shown = found[: selection.limit]
        cursor = _cursor(shown[-1], found, selection) if len(found) > len(shown) else None
        return _encoded_page(CoursePage([CourseSummary(**_summary(course, tables)) for course in shown], cursor))


def encoded_detail(tables: MemoryTables, course_id: CourseId, reader: Reader) -> Encoded[CourseView]:
    """As `CourseQueries.detail`."""
    course = tables.courses.get(course_id)
    if course is None or not _is_visible(course, reader):
        raise CourseNotFound("There is no such course.")
    first = [tables.courses[prerequisite] for prerequisite in course.prerequisites]
    view = CourseView(
        **_summary(course, tables),
        external_id=course.external_id,
        capacity=course.capacity,
        description=course.content.description.markdown,
        description_html=course.content.description.html,
        prerequisites=[PrerequisiteView(c.id, c.slug, c.content.title) for c in first if _is_visible(c, reader)],
    )
    body = msgspec.json.encode(view)
    return Encoded(body, f"{course.version}-{_digest(body)}")


def _is_visible(course: Course, reader: Reader) -> bool:
    is_own = reader.user_id is not None and course.created_by == reader.user_id
    return course.status is CourseStatus.PUBLISHED or reader.is_admin or is_own


def _summary(course: Course, tables: MemoryTables) -> dict[str, Any]:
    author = None if course.created_by is None else tables.users.get(course.created_by)
    content = course.content
    return {
        "id": course.id,
        "slug": course.slug,
        "title": content.title,
        "summary": content.summary,
        "language": content.language,
        "level": content.level,
        "tags": content.tags,
        "cover_url": content.cover_url,
        "status": course.status,
        "created_by": course.created_by,
        "rating": _rating(course.id, tables),
        "author": None if author is None else author.display_name or author.name,
        "created_at": course.created_at,
        "updated_at": course.updated_at,
        "published_at": course.published_at,
        "version": course.version,
    }


def _rating(course_id: CourseId, tables: MemoryTables) -> RatingView:
    ratings = [review.rating for review in tables.reviews.values() if review.course_id == course_id]
    return RatingView(bayesian_average(sum(ratings), len(ratings)), len(ratings))


def _is_selected(course: Course, selection: Selection) -> bool:
    content = course.content
    return (
        selection.status in {None, course.status}
        and selection.created_by in {None, course.created_by}
        and selection.language in {None, content.language}
        and selection.level in {None, content.level}
        and (selection.tag is None or selection.tag in content.tags)
        and (selection.words is None or _rank(course, selection.words) > 0)
    )


def _candidates(found: Sequence[Course], selection: Selection) -> list[Course]:
    youngest = None if selection.place is None else selection.place[2]
    return [c for c in found if youngest is None or c.created_at <= youngest][:SEARCH_CANDIDATES]


def _key(course: Course, selection: Selection) -> _Key:
    match selection.sort:
        case CourseSort.TITLE:
            return (sort_key(course.content.title), course.id)
        case CourseSort.RELEVANCE:
            assert selection.words is not None
            return (_rank(course, selection.words), course.id)
        case _:
            return (course.created_at, course.id)


def _cursor(last: Course, found: Sequence[Course], selection: Selection) -> str:
    keys = _key(last, selection)
    if selection.words is None:
        return selection.cursor_after(*keys)
    youngest = max(c.created_at for c in found) if selection.place is None else selection.place[2]
    return selection.cursor_after(*keys, youngest)


def _rank(course: Course, words: str) -> float:
    """More for a word in the title than elsewhere; 0 where one is missing, or one to be left out is there."""
    title = course.content.title.lower()
    text = " ".join((title, course.content.summary, *course.content.tags, course.content.description.markdown)).lower()
    asked = words.lower().replace('"', " ").split()
    wanted = [word for word in asked if not word.startswith("-")]
    unwanted = [word.removeprefix("-") for word in asked if word.startswith("-")]
    if not all(word in text for word in wanted) or any(word in text for word in unwanted):
        return 0.0
    return float(sum(2 if word in title else 1 for word in wanted))


def _encoded_page(page: CoursePage) -> Encoded[CoursePage]:
    body = msgspec.json.encode(page)
    return Encoded(body, _digest(body))


def _digest(body: bytes) -> str:
    return blake2b(body, digest_size=9).hexdigest()

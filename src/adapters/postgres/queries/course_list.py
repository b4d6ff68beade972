"""The statements behind the course list: one for each combination of filters and sort, compiled when first met."""

from collections.abc import Iterator
from functools import cache, reduce
from itertools import combinations
from typing import Any, NamedTuple

from sqlalchemy import REAL, Integer, Select, Text, bindparam, func, literal_column, select, tuple_
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.selectable import CTE

from adapters.postgres.queries.course_views import SUMMARY
from adapters.postgres.search_terms import asked_terms
from adapters.postgres.statement import Statement
from adapters.postgres.tables.catalog import course_tags, courses
from application.catalog.question import SEARCH_CANDIDATES, CourseSort, Selection
from domain.catalog.course import CourseStatus

FILTERS = ("created_by", "language", "level", "tag")
_CONFIGURATIONS = ("indonesian", "english", "simple")


class Shape(NamedTuple):
    """What a statement depends on; everything else is an argument of it."""

    sort: CourseSort
    status: CourseStatus | None
    filters: frozenset[str]
    is_search: bool
    is_continued: bool


def shape_of(selection: Selection) -> Shape:
    filters = frozenset(name for name in FILTERS if getattr(selection, name) is not None)
    return Shape(selection.sort, selection.status, filters, selection.words is not None, selection.place is not None)


def arguments_of(selection: Selection) -> dict[str, Any]:
    """One row more than the page shows is asked for: whether there is a next page."""
    values = {name: getattr(selection, name) for name in FILTERS} | {"rows": selection.limit + 1}
    if selection.words is not None:
        values["words"] = asked_terms(selection.words)
    if selection.place is not None:
        values |= dict(zip(("after_key", "after_id", "youngest"), selection.place, strict=False))
    return values


def shapes() -> Iterator[Shape]:
    """Every shape there is; only an author's own courses are listed in any status."""
    filters = [frozenset(names) for size in range(len(FILTERS) + 1) for names in combinations(FILTERS, size)]
    for sort in CourseSort:
        for status in (None, *CourseStatus):
            for names in filters:
                if status is None and "created_by" not in names:
                    continue
                for is_search in (True,) if sort is CourseSort.RELEVANCE else (False, True):
                    yield from (Shape(sort, status, names, is_search, continued) for continued in (False, True))


@cache
def list_statement(shape: Shape) -> Statement:
    """Rows of `view` (JSON), `key` (what is sorted by) and `id`; in a search also `youngest`, see `Selection.place`."""
    return Statement(_search(shape) if shape.is_search else _browse(shape))


def _browse(shape: Shape) -> Select[Any]:
    if "tag" in shape.filters and shape.status is CourseStatus.PUBLISHED:
        key, place = _sorted_column(shape.sort, course_tags), course_tags.c.course_id
        statement = (
            select(SUMMARY, key.label("key"), place.label("id"))
            .join_from(course_tags, courses, courses.c.id == course_tags.c.course_id)
            .where(course_tags.c.tag == bindparam("tag", type_=Text), course_tags.c.is_published)
        )
        shape = shape._replace(filters=shape.filters - {"tag"}, status=None)
    else:
        key, place = _sorted_column(shape.sort, courses), courses.c.id
        statement = select(SUMMARY, key.label("key"), place)
    return _paged(statement.where(*_conditions(shape)), shape, key, place)


def _search(shape: Shape) -> Select[Any]:
    found = _candidates(shape)
    key = _sorted_column(shape.sort, found)
    page = _paged(select(key.label("key"), found.c.id), shape, key, found.c.id).subquery("page")
    youngest = select(func.max(found.c.created_at)).scalar_subquery()
    statement = select(SUMMARY, page.c.key, page.c.id, youngest.label("youngest"))
    statement = statement.join_from(page, courses, courses.c.id == page.c.id)
    return statement.order_by(*_ordered(shape.sort, page.c.key, page.c.id))


def _candidates(shape: Shape) -> CTE:
    """The matches that are looked at: as many as there may be, and on a later page none that came after the first."""
    # On its own and first, so that the words are parsed once and not for each row.
    asked = select(_query().label("query")).cte("asked").prefix_with("MATERIALIZED")
    rank = func.ts_rank(courses.c.search, asked.c.query, type_=REAL).label("rank")
    found = select(courses.c.id, courses.c.created_at, courses.c.title_key, rank).where(
        courses.c.search.op("@@")(asked.c.query),
        # Nothing but words to leave out (`-this`) matches nearly everything, and no index helps: it finds nothing.
        func.querytree(asked.c.query) != literal_column("'T'"),
        *_conditions(shape),
    )
    if shape.is_continued:
        found = found.where(courses.c.created_at <= bindparam("youngest", type_=courses.c.created_at.type))
    return found.limit(literal_column(str(SEARCH_CANDIDATES))).cte("found")


def _query() -> ColumnElement[Any]:
    words = bindparam("words", type_=Text)
    queries = [func.websearch_to_tsquery(literal_column(f"'{name}'::regconfig"), words) for name in _CONFIGURATIONS]
    return reduce(lambda one, other: one.op("||")(other), queries)


def _conditions(shape: Shape) -> Iterator[ColumnElement[bool]]:
    if shape.status is not None:
        yield courses.c.status == shape.status.value
    for name in sorted(shape.filters - {"tag"}):
        yield courses.c[name] == bindparam(name)
    if "tag" in shape.filters:
        yield bindparam("tag", type_=Text) == func.any(courses.c.tags)


def _paged(statement: Select[Any], shape: Shape, key: ColumnElement[Any], place: ColumnElement[Any]) -> Select[Any]:
    if shape.is_continued:
        after = tuple_(bindparam("after_key", type_=key.type), bindparam("after_id", type_=place.type))
        row = tuple_(key, place)
        statement = statement.where(row < after if _is_falling(shape.sort) else row > after)
    return statement.order_by(*_ordered(shape.sort, key, place)).limit(bindparam("rows", type_=Integer))


def _sorted_column(sort: CourseSort, source: Any) -> ColumnElement[Any]:
    names = {CourseSort.TITLE: "title_key", CourseSort.RELEVANCE: "rank"}
    column: ColumnElement[Any] = source.c[names.get(sort, "created_at")]
    return column


def _ordered(sort: CourseSort, *columns: ColumnElement[Any]) -> list[ColumnElement[Any]]:
    return [column.desc() if _is_falling(sort) else column.asc() for column in columns]


def _is_falling(sort: CourseSort) -> bool:
    return sort in {CourseSort.NEWEST, CourseSort.RELEVANCE}

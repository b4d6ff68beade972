"""How any number of courses is stored, with tags, prerequisites and what search needs, in one statement."""

from functools import reduce
from typing import Any

from sqlalchemy import Text, bindparam, column, delete, func, literal_column, select, tuple_
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.selectable import TableValuedAlias

from adapters.postgres.statement import Statement
from adapters.postgres.tables.catalog import course_prerequisites, course_tags, courses

# What identifies a course never changes; an update that leaves it out lets others refer to the row at the same time.
_FIXED = {"id", "slug", "external_id", "created_at"}
# What reviews add up to is theirs alone to change.
_COUNTED = {"rating_sum", "rating_count"}
_TERMS = ("title_terms", "summary_terms", "description_terms")
_CONFIGURATIONS = ("indonesian", "english", "simple")


def _given() -> TableValuedAlias:
    """The rows to store, one array a column."""
    types: dict[str, Any] = {name: Text() for name in _TERMS}
    # An array of arrays would have to be a rectangle, so tags come as one text.
    types |= {
        c.name: Text() if c.name == "tags" else c.type for c in courses.columns if c.name not in {"search", *_COUNTED}
    }
    return _unnested("given", types)


def _unnested(name: str, types: dict[str, Any], prefix: str = "") -> TableValuedAlias:
    arrays = [bindparam(prefix + key, type_=ARRAY(type_)) for key, type_ in types.items()]
    columns = [column(key, type_) for key, type_ in types.items()]
    return func.unnest(*arrays).table_valued(*columns, name=name).render_derived()


def _search_vector(given: TableValuedAlias) -> ColumnElement[Any]:
    """Titles weigh most, then summary and tags, then the description; each as Indonesian, English, and as it stands."""
    vectors = [
        func.setweight(func.to_tsvector(literal_column(f"'{name}'::regconfig"), given.c[terms]), literal_column(weight))
        for terms, weight in zip(_TERMS, ("'A'", "'B'", "'C'"), strict=True)
        for name in _CONFIGURATIONS
    ]
    return reduce(lambda one, other: one.op("||")(other), vectors)


def _save_courses() -> Statement:
    given = _given()
    tags = func.string_to_array(given.c.tags, literal_column("chr(31)"))
    derived = {"tags": tags, "search": _search_vector(given)}
    names = [column.name for column in courses.columns if column.name not in _COUNTED]
    values = (derived[name] if name in derived else given.c[name] for name in names)
    stored = insert(courses).from_select(names, select(*values))
    stored = stored.on_conflict_do_update(
        index_elements=["id"], set_={name: stored.excluded[name] for name in names if name not in _FIXED}
    )

    wanted_tags = select(
        given.c.id.label("course_id"),
        func.unnest(tags).label("tag"),
        given.c.created_at,
        given.c.title_key,
        (given.c.status == "published").label("is_published"),
    ).cte("wanted_tags")
    gone_tags = delete(course_tags).where(
        course_tags.c.course_id == func.any(bindparam("id", type_=ARRAY(courses.c.id.type))),
        tuple_(course_tags.c.course_id, course_tags.c.tag).not_in(select(wanted_tags.c.course_id, wanted_tags.c.tag)),
    )
    kept_tags = insert(course_tags).from_select([c.name for c in course_tags.columns], select(wanted_tags))
    kept_tags = kept_tags.on_conflict_do_update(
        index_elements=["course_id", "tag"],
        set_={name: kept_tags.excluded[name] for name in ("title_key", "is_published")},
    )

    edges = course_prerequisites
    ids = {name: edges.c[name].type for name in ("course_id", "prerequisite_id")}
    wanted_edges = select(_unnested("edges", ids, prefix="edge_")).cte("wanted_edges")
    gone_edges = delete(edges).where(
        edges.c.course_id == func.any(bindparam("id", type_=ARRAY(courses.c.id.type))),
        tuple_(edges.c.course_id, edges.c.prerequisite_id).not_in(select(wanted_edges)),
    )
    kept_edges = insert(edges).from_select(list(ids), select(wanted_edges)).on_conflict_do_nothing()
    return Statement(
        kept_edges.add_cte(
            stored.cte("stored"), gone_tags.cte("gone_tags"), kept_tags.cte("kept_tags"), gone_edges.cte("gone_edges")
        )
    )


save_courses = _save_courses()

"""The views of courses as JSON that PostgreSQL builds, and who sees what."""

from typing import Any

from sqlalchemy import BigInteger, Boolean, Double, Integer, Uuid, bindparam, case, func, literal_column, or_, select
from sqlalchemy.dialects.postgresql import JSON, aggregate_order_by
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.selectable import FromClause

from adapters.postgres.queries.json import json_object
from adapters.postgres.tables.catalog import course_prerequisites, courses
from adapters.postgres.tables.identity import users
from application.catalog.queries import CourseSummary, CourseView, PrerequisiteView
from domain.catalog.rating import PRIOR_RATINGS, PRIOR_SUM

_author = (
    select(func.coalesce(users.c.display_name, users.c.name))
    .where(users.c.id == courses.c.created_by)
    .correlate(courses)
    .scalar_subquery()
)


def visible(table: FromClause) -> ColumnElement[bool]:
    """Which rows of `courses`, or of an alias of it, the reader may see; takes `is_admin` and `reader_id`."""
    return or_(
        table.c.status == "published",
        bindparam("is_admin", type_=Boolean),
        table.c.created_by == bindparam("reader_id", type_=Uuid),
    )


def _visible_prerequisites() -> ColumnElement[Any]:
    first = courses.alias("first")
    item = json_object({name: first.c[name] for name in PrerequisiteView.__struct_fields__})
    found = (
        select(func.json_agg(aggregate_order_by(item, first.c.id)))
        .select_from(course_prerequisites.join(first, first.c.id == course_prerequisites.c.prerequisite_id))
        .where(course_prerequisites.c.course_id == courses.c.id, visible(first))
        .correlate(courses)
        .scalar_subquery()
    )
    return func.coalesce(found, literal_column("'[]'::json", JSON))


def _view(names: tuple[str, ...], derived: dict[str, ColumnElement[Any]]) -> ColumnElement[Any]:
    return json_object({name: derived[name] if name in derived else courses.c[name] for name in names})


def _rating() -> ColumnElement[Any]:
    """As `bayesian_average` has it, in whole numbers like there: decimals would take three times as long."""
    total, count = courses.c.rating_sum, courses.c.rating_count
    weight = literal_column(str(PRIOR_RATINGS), Integer) + count
    doubled = literal_column(str(round(200 * PRIOR_SUM)), Integer) + literal_column("200::bigint", BigInteger) * total
    hundredths = (doubled + weight) // (literal_column("2", Integer) * weight)
    average = hundredths.cast(Double) / literal_column("100", Double)
    return json_object({"average": case((count > literal_column("0"), average)), "count": count})


_DERIVED = {"author": _author, "rating": _rating()}
SUMMARY = _view(CourseSummary.__struct_fields__, _DERIVED).label("view")
DETAIL = _view(CourseView.__struct_fields__, {**_DERIVED, "prerequisites": _visible_prerequisites()}).label("view")

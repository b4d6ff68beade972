"""What learners do, as JSON that PostgreSQL builds: a course's structure with one learner's state, and their lists."""

from typing import Any

from sqlalchemy import Float, Integer, and_, case, func, literal_column, select
from sqlalchemy.dialects.postgresql import JSON, aggregate_order_by
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.selectable import FromClause

from adapters.postgres.queries.json import json_object
from adapters.postgres.tables.content import lessons, modules
from adapters.postgres.tables.identity import users
from adapters.postgres.tables.learning import enrollments, lesson_progress
from application.learning.structure import StoredLesson, StoredModule

_NOTHING = literal_column("'[]'::json", JSON)
_IS_VIDEO = lessons.c.kind == "video"

# Only of videos: to look into the content of an article means to read all of it.
DURATION = case((_IS_VIDEO, lessons.c.content["duration_seconds"].as_string().cast(Integer)))
WATCH_SHARE = case((_IS_VIDEO, lessons.c.content["watch_share"].as_string().cast(Float)))


def structure(course_id: ColumnElement[Any], enrollment_id: ColumnElement[Any], *outer: FromClause) -> Any:
    """A JSON list of `StoredModule`; the ids are columns of the outer tables."""
    progress = lesson_progress.alias("progress")
    lesson = json_object(
        {name: lessons.c[name] for name in StoredLesson.__struct_fields__ if name in lessons.c}
        | {"duration_seconds": DURATION, "watch_share": WATCH_SHARE}
        | {
            "watched_seconds": func.coalesce(progress.c.watched_seconds, literal_column("0")),
            "completed_at": progress.c.completed_at,
            "score": progress.c.score,
        }
    )
    is_theirs = and_(progress.c.lesson_id == lessons.c.id, progress.c.enrollment_id == enrollment_id)
    published = (
        select(func.json_agg(aggregate_order_by(lesson, lessons.c.position)))
        .select_from(lessons.outerjoin(progress, is_theirs))
        .where(lessons.c.module_id == modules.c.id, lessons.c.status == "published")
        .correlate(modules, *outer)
        .scalar_subquery()
    )
    module = json_object(
        {name: modules.c[name] for name in StoredModule.__struct_fields__ if name in modules.c}
        | {"lessons": func.coalesce(published, _NOTHING)}
    )
    found = (
        select(func.json_agg(aggregate_order_by(module, modules.c.position)))
        .select_from(modules)
        .where(modules.c.course_id == course_id)
        .correlate(*outer)
        .scalar_subquery()
    )
    return func.coalesce(found, _NOTHING)


def lesson_count(course_id: ColumnElement[Any], *outer: FromClause) -> ColumnElement[int]:
    """How many lessons of a course are published."""
    each = lessons.alias("each_lesson")
    return (
        select(func.count())
        .select_from(each)
        .where(each.c.course_id == course_id, each.c.status == "published")
        .correlate(*outer)
        .scalar_subquery()
    )


def completed_count(enrollment_id: ColumnElement[Any], *outer: FromClause) -> ColumnElement[int]:
    """How many of the published lessons of its course were completed in an enrollment."""
    done, each = lesson_progress.alias("done"), lessons.alias("done_lesson")
    return (
        select(func.count())
        .select_from(done.join(each, each.c.id == done.c.lesson_id))
        .where(done.c.enrollment_id == enrollment_id, done.c.completed_at.is_not(None), each.c.status == "published")
        .correlate(*outer)
        .scalar_subquery()
    )


def percent(completed: ColumnElement[int], all_lessons: ColumnElement[int]) -> ColumnElement[int]:
    """As `percent_of` has it."""
    hundred = literal_column("100", Integer)
    return func.coalesce(completed * hundred // func.nullif(all_lessons, literal_column("0")), literal_column("0"))


LEARNER_NAME = (
    select(func.coalesce(users.c.display_name, users.c.name))
    .where(users.c.id == enrollments.c.user_id)
    .correlate(enrollments)
    .scalar_subquery()
)

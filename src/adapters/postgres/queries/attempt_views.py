"""What attempts are made of, and how they are listed, as JSON that PostgreSQL builds."""

from typing import Any

from sqlalchemy import Numeric, Select, case, func, literal_column, select
from sqlalchemy.dialects.postgresql import JSON, aggregate_order_by
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.selectable import FromClause

from adapters.postgres.queries.json import json_object
from adapters.postgres.repositories.attempt_rows import ATTEMPT
from adapters.postgres.tables.content import lesson_versions
from adapters.postgres.tables.learning import enrollments
from adapters.postgres.tables.quizzes import answers, attempts
from application.learning.quiz_content import StoredAnswer

NOTHING = literal_column("'[]'::json", JSON)


def content_of(lesson_id: ColumnElement[Any], number: ColumnElement[Any], *outer: FromClause) -> ColumnElement[Any]:
    """A version of a quiz."""
    version = lesson_versions.alias()
    return (
        select(version.c.content.cast(JSON))
        .where(version.c.lesson_id == lesson_id, version.c.number == number)
        .correlate(*outer)
        .scalar_subquery()
    )


def answers_of(attempt_id: ColumnElement[Any], *outer: FromClause) -> ColumnElement[Any]:
    """A JSON list of `StoredAnswer`."""
    answer = json_object({name: answers.c[name] for name in StoredAnswer.__struct_fields__})
    found = select(func.json_agg(answer)).where(answers.c.attempt_id == attempt_id).correlate(*outer).scalar_subquery()
    return func.coalesce(found, NOTHING)


def attempts_of(enrollment_id: ColumnElement[Any], lesson_id: ColumnElement[Any], *outer: FromClause) -> Any:
    """A JSON list of `AttemptRow`, in the order of their numbers."""
    found = (
        select(func.json_agg(aggregate_order_by(ATTEMPT, attempts.c.number)))
        .where(attempts.c.enrollment_id == enrollment_id, attempts.c.lesson_id == lesson_id)
        .correlate(*outer)
        .scalar_subquery()
    )
    return func.coalesce(found, NOTHING)


def summaries() -> Select[Any]:
    """The columns of an `AttemptSummary`, of attempts with their enrollments."""
    hundred = literal_column("100.0", Numeric)
    score = json_object(
        {
            "earned": func.round(attempts.c.earned / hundred, 2),
            "possible": func.round(attempts.c.possible / hundred, 2),
            "percent": func.coalesce(
                func.div(
                    attempts.c.earned * literal_column("100"), func.nullif(attempts.c.possible, literal_column("0"))
                ),
                literal_column("0"),
            ),
        }
    )
    is_open = attempts.c.handed_in_at.is_(None)
    names = ("id", "lesson_id", "number", "started_at", "deadline", "handed_in_at", "is_timed_out")
    return select(
        *(attempts.c[name] for name in names),
        enrollments.c.user_id,
        case((is_open, literal_column("'open'")), else_=literal_column("'handed_in'")).label("status"),
        case((is_open, None), else_=score).label("score"),
    ).join_from(attempts, enrollments, enrollments.c.id == attempts.c.enrollment_id)

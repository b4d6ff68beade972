"""Submissions as JSON that PostgreSQL builds."""

from typing import Any

from sqlalchemy import Numeric, Select, case, func, literal_column, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.sql.elements import ColumnElement

from adapters.postgres.queries.json import json_object
from adapters.postgres.queries.learning_views import LEARNER_NAME
from adapters.postgres.tables.learning import enrollments
from adapters.postgres.tables.submissions import submissions


def points(hundredths: ColumnElement[Any]) -> ColumnElement[Any]:
    """With two decimals."""
    return func.round(hundredths / literal_column("100.0", Numeric), 2)


def _rubric() -> ColumnElement[Any]:
    entry = func.jsonb_each_text(submissions.c.rubric).table_valued("key", "value", name="entry")
    given = func.jsonb_object_agg(entry.c.key, func.round(entry.c.value.cast(Numeric) / literal_column("100.0"), 2))
    found = select(given).select_from(entry).correlate(submissions).scalar_subquery()
    return func.coalesce(found, literal_column("'{}'::jsonb", JSONB))


def summaries() -> Select[Any]:
    """The columns of a `SubmissionView`, of submissions with their enrollments."""
    grade = json_object(
        {
            "points": points(submissions.c.earned),
            "deducted": points(submissions.c.deducted),
            "percent": submissions.c.percent,
            "comment": submissions.c.comment,
            "rubric": _rubric(),
            "graded_at": submissions.c.graded_at,
            "graded_by": submissions.c.graded_by,
        }
    )
    names = ("id", "lesson_id", "number", "text", "link", "submitted_at", "late_seconds", "version")
    return select(
        *(submissions.c[name] for name in names),
        enrollments.c.course_id,
        enrollments.c.user_id,
        LEARNER_NAME.label("learner"),
        case((submissions.c.graded_at.is_(None), None), else_=grade).label("grade"),
    ).join_from(submissions, enrollments, enrollments.c.id == submissions.c.enrollment_id)

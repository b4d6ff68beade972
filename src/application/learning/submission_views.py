"""Submissions and grades as they are shown."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

import msgspec


class GradeView(msgspec.Struct, frozen=True, kw_only=True):
    """Points with at most two decimals, `points` before `deducted` for coming late; `percent` is rounded down."""

    points: float
    deducted: float
    percent: int
    comment: str
    rubric: Mapping[str, float]
    graded_at: datetime
    graded_by: UUID | None


class SubmissionView(msgspec.Struct, frozen=True, kw_only=True):
    """`late_seconds` after the due time; `grade` is null until somebody has given one."""

    id: UUID
    lesson_id: UUID
    course_id: UUID
    user_id: UUID
    learner: str | None
    number: int
    text: str | None
    link: str | None
    submitted_at: datetime
    late_seconds: int
    grade: GradeView | None
    version: int


class SubmissionPage(msgspec.Struct, frozen=True):
    items: Sequence[SubmissionView]
    next_cursor: str | None


class GradeRow(msgspec.Struct, frozen=True, kw_only=True):
    """A learner of the course with their newest submission, in the table of grades; nulls where there is none."""

    user_id: UUID
    email: str | None
    learner: str | None
    number: int | None
    submitted_at: datetime | None
    late_seconds: int | None
    points: float | None
    deducted: float | None
    percent: int | None
    comment: str | None


class GradeImportReport(msgspec.Struct, frozen=True, kw_only=True):
    """Numbers of submissions: graded by this table, and those that had this very grade."""

    graded: int
    unchanged: int
    ignored_columns: Sequence[str]

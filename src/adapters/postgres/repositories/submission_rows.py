"""Between submissions and the rows that hold them."""

from datetime import timedelta
from typing import Any

from adapters.postgres.statement import Row
from domain.learning.submission import Grade, Submission, Work
from domain.shared.ids import EnrollmentId, LessonId, SubmissionId, UserId

GRADE = ("earned", "deducted", "percent", "comment", "rubric", "graded_at", "graded_by")
"""The columns of a grade, null before there is one."""


def submission_of(row: Row, *, prefix: str = "") -> Submission:
    return Submission(
        id=SubmissionId(row[f"{prefix}id"]),
        enrollment_id=EnrollmentId(row[f"{prefix}enrollment_id"]),
        lesson_id=LessonId(row[f"{prefix}lesson_id"]),
        number=row[f"{prefix}number"],
        work=Work(row[f"{prefix}text"], row[f"{prefix}link"]),
        submitted_at=row[f"{prefix}submitted_at"],
        lateness=timedelta(seconds=row[f"{prefix}late_seconds"]),
        grade=_grade_of(row, prefix),
        version=row[f"{prefix}version"],
    )


def row_of(submission: Submission) -> dict[str, Any]:
    grade = submission.grade
    return {
        "id": submission.id,
        "enrollment_id": submission.enrollment_id,
        "lesson_id": submission.lesson_id,
        "number": submission.number,
        "text": submission.work.text,
        "link": submission.work.link,
        "submitted_at": submission.submitted_at,
        "late_seconds": int(submission.lateness.total_seconds()),
        "version": submission.version,
    } | {name: None if grade is None else getattr(grade, name) for name in GRADE}


def _grade_of(row: Row, prefix: str) -> Grade | None:
    if row[f"{prefix}graded_at"] is None:
        return None
    fields: dict[str, Any] = {name: row[prefix + name] for name in GRADE}
    by = fields["graded_by"]
    return Grade(**{**fields, "graded_by": None if by is None else UserId(by)})

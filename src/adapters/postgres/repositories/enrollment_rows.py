"""Between enrollments and the rows that hold them."""

from collections.abc import Iterable
from dataclasses import fields
from typing import Any

from adapters.postgres.statement import Row
from domain.learning.enrollment import Enrollment, EnrollmentStatus, Offer
from domain.shared.ids import CourseId, EnrollmentId, UserId

CHANGING = ("status", "withdrawn_at", "completed_at", "version")
"""What is different once an enrollment was saved; the rest is as it began."""

_FIELDS = tuple(field.name for field in fields(Enrollment))


def enrollment_of(row: Row, *, prefix: str = "") -> Enrollment:
    return Enrollment(
        id=EnrollmentId(row[prefix + "id"]),
        course_id=CourseId(row[prefix + "course_id"]),
        user_id=UserId(row[prefix + "user_id"]),
        status=EnrollmentStatus(row[prefix + "status"]),
        enrolled_at=row[prefix + "enrolled_at"],
        withdrawn_at=row[prefix + "withdrawn_at"],
        completed_at=row[prefix + "completed_at"],
        version=row[prefix + "version"],
    )


def values_of(enrollments: Iterable[Enrollment], *, prefix: str) -> dict[str, list[Any]]:
    """Columns of the rows by name with the prefix, each a list with one value an enrollment."""
    rows = list(enrollments)
    return {prefix + name: [getattr(row, name) for row in rows] for name in _FIELDS}


def offer_of(row: Row) -> Offer:
    owner = row["created_by"]
    return Offer(
        course_id=CourseId(row["course_id"]),
        is_published=row["status"] == "published",
        owner_id=None if owner is None else UserId(owner),
        capacity=row["capacity"],
    )

"""How a deed on a course is written into the audit."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from application.audit.ports import AuditLog
from application.audit.record import record
from application.shared.actor import Actor
from application.shared.clock import NewId
from domain.catalog.course import Course

ABBREVIATED_LENGTH = 200


async def record_course(
    log: AuditLog,
    actor: Actor,
    verb: str,
    course: Course,
    *,
    fields: Iterable[str],
    new_id: NewId,
    at: datetime,
) -> None:
    """Writes `course.<verb>` with the present values of these fields; a long text is abbreviated."""
    changes = {name: _value(course, name) for name in fields}
    await record(log, actor, f"course.{verb}", course.id, changes=changes, new_id=new_id, at=at)


def _value(course: Course, name: str) -> Any:
    """JSON of one field."""
    match name:
        case "description":
            return abbreviated(course.content.description.markdown)
        case "prerequisites":
            return [str(course_id) for course_id in course.prerequisites]
        case "tags":
            return list(course.content.tags)
        case "status" | "external_id" | "slug" | "capacity":
            return getattr(course, name)
        case _:
            return getattr(course.content, name)


def abbreviated(text: str) -> str:
    return text if len(text) <= ABBREVIATED_LENGTH else text[: ABBREVIATED_LENGTH - 1] + "…"

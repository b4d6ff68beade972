"""How a deed on a module or a lesson is written into the audit."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from application.audit.ports import AuditLog
from application.audit.record import record
from application.catalog.trail import abbreviated
from application.shared.actor import Actor
from application.shared.clock import NewId
from domain.catalog.lesson import Lesson
from domain.catalog.lesson_content import CONTENT_FIELDS, draft_of
from domain.catalog.module import Module


async def record_module(
    log: AuditLog, actor: Actor, verb: str, module: Module, *, fields: Iterable[str], new_id: NewId, at: datetime
) -> None:
    """Writes `module.<verb>` with its course and the present values of these fields."""
    changes = {"course_id": str(module.course_id), **{name: _plain(getattr(module, name)) for name in fields}}
    await record(log, actor, f"module.{verb}", module.id, changes=changes, new_id=new_id, at=at)


async def record_lesson(
    log: AuditLog, actor: Actor, verb: str, lesson: Lesson, *, fields: Iterable[str], new_id: NewId, at: datetime
) -> None:
    """Writes `lesson.<verb>` with its course and the present values of these fields; a long text is abbreviated."""
    changes = {"course_id": str(lesson.course_id), **{name: _value(lesson, name) for name in fields}}
    await record(log, actor, f"lesson.{verb}", lesson.id, changes=changes, new_id=new_id, at=at)


def _value(lesson: Lesson, name: str) -> Any:
    """JSON of one field."""
    match name:
        case "content":
            draft = draft_of(lesson.title, lesson.content)
            given = {field: getattr(draft, field) for field in CONTENT_FIELDS}
            shown = {field: _plain(value) for field, value in given.items() if value is not None}
            return shown | ({} if draft.banks is None else {"banks": [bank["id"] for bank in draft.banks]})
        case "module_id":
            return str(lesson.module_id)
        case _:
            return _plain(getattr(lesson, name))


def _plain(value: Any) -> Any:
    if isinstance(value, str):
        return abbreviated(value)
    return list(value) if isinstance(value, tuple) else value

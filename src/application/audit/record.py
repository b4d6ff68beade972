from datetime import datetime
from typing import Any
from uuid import UUID

from application.audit.ports import AuditLog
from application.shared.actor import Actor
from application.shared.clock import NewId
from domain.audit.entry import AuditEntry


def entry_of(
    actor: Actor,
    action: str,
    subject_id: UUID | None,
    *,
    changes: dict[str, Any] | None = None,
    new_id: NewId,
    at: datetime,
) -> AuditEntry:
    """What is written of a deed; the subject's type is the action's first word (`user.deleted` speaks of a `user`)."""
    return AuditEntry(
        id=new_id(),
        at=at,
        actor_id=actor.user_id,
        source=actor.source,
        action=action,
        subject_type=action.partition(".")[0],
        subject_id=subject_id,
        changes=changes or {},
        address=actor.address,
        request_id=actor.request_id,
    )


async def record(
    log: AuditLog,
    actor: Actor,
    action: str,
    subject_id: UUID | None,
    *,
    changes: dict[str, Any] | None = None,
    new_id: NewId,
    at: datetime,
) -> None:
    """Writes one entry, as `entry_of` makes it."""
    await log.record(entry_of(actor, action, subject_id, changes=changes, new_id=new_id, at=at))

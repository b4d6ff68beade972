"""Who changed what, when, from where: written once, never changed."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from domain.shared.ids import UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """`actor_id` is None for what Clerk or a command did; `source` says which (`http`, `clerk`, `command`).

    `action` is `<thing>.<verb in the past>`, `changes` the new values by field: never a secret.
    """

    id: UUID
    at: datetime
    actor_id: UserId | None
    source: str
    action: str
    subject_type: str
    subject_id: UUID | None
    changes: dict[str, Any] = field(default_factory=dict)
    address: str | None = None
    request_id: str | None = None

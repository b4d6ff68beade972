from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

import msgspec

from application.shared.encoded import Encoded
from application.shared.page import DEFAULT_LIMIT


class AuditEntryView(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    at: datetime
    actor_id: UUID | None
    source: str
    action: str
    subject_type: str
    subject_id: UUID | None
    changes: dict[str, Any]
    address: str | None
    request_id: str | None


class AuditPage(msgspec.Struct, frozen=True):
    items: list[AuditEntryView]
    next_cursor: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditQuestion:
    """Which entries, newest first."""

    actor_id: UUID | None = None
    subject_id: UUID | None = None
    action: str | None = None
    limit: int = DEFAULT_LIMIT
    cursor: str | None = None


class AuditQueries(Protocol):
    async def list(self, question: AuditQuestion) -> Encoded[AuditPage]:
        """Raises CursorInvalid."""
        ...

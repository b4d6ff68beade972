from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from application.identity.ports import DeliveryState


@dataclass(frozen=True, slots=True)
class DeliverySummary:
    """A delivery in a list, without its payload."""

    id: str
    type: str
    state: DeliveryState
    received_at: datetime
    attempts: int
    next_attempt_at: datetime | None
    error: str | None


class WebhookQueries(Protocol):
    async def list(self, *, state: DeliveryState | None, limit: int) -> Sequence[DeliverySummary]:
        """The newest first."""
        ...

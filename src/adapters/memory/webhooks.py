from dataclasses import replace
from datetime import datetime

from adapters.memory.tables import MemoryTables
from application.identity.ports import (
    DeliveryState,
    SessionDenyList,
    WebhookDelivery,
    WebhookDeliveryNotFound,
    WebhookInbox,
)

_DONE = (DeliveryState.APPLIED, DeliveryState.IGNORED, DeliveryState.DEAD)


class MemoryWebhookInbox(WebhookInbox):
    def __init__(self, tables: MemoryTables) -> None:
        self._deliveries = tables.deliveries

    async def receive(self, delivery: WebhookDelivery) -> bool:
        if delivery.id in self._deliveries:
            return False
        self._deliveries[delivery.id] = replace(delivery)
        return True

    async def get(self, delivery_id: str) -> WebhookDelivery:
        if delivery_id not in self._deliveries:
            raise WebhookDeliveryNotFound("There is no such delivery.")
        return replace(self._deliveries[delivery_id])

    async def next_due(self, now: datetime) -> WebhookDelivery | None:
        due = [
            (delivery.next_attempt_at, delivery.id)
            for delivery in self._deliveries.values()
            if delivery.state is DeliveryState.FAILED and delivery.next_attempt_at and delivery.next_attempt_at <= now
        ]
        return replace(self._deliveries[min(due)[1]]) if due else None

    async def save(self, delivery: WebhookDelivery) -> None:
        if delivery.id in self._deliveries:
            self._deliveries[delivery.id] = replace(
                self._deliveries[delivery.id],
                state=delivery.state,
                attempts=delivery.attempts,
                next_attempt_at=delivery.next_attempt_at,
                error=delivery.error,
            )

    async def forget_before(self, instant: datetime) -> int:
        old = [
            delivery.id
            for delivery in self._deliveries.values()
            if delivery.received_at < instant and delivery.state in _DONE
        ]
        for delivery_id in old:
            del self._deliveries[delivery_id]
        return len(old)


class MemorySessionDenyList(SessionDenyList):
    def __init__(self, tables: MemoryTables) -> None:
        self._denied = tables.denied_sessions

    async def deny(self, session_id: str, *, until: datetime) -> None:
        self._denied[session_id] = max(until, self._denied.get(session_id, until))

    async def forget_before(self, instant: datetime) -> int:
        over = [session_id for session_id, until in self._denied.items() if until < instant]
        for session_id in over:
            del self._denied[session_id]
        return len(over)

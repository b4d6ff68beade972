"""Deliveries that could not be applied are tried again when they are due, and by hand."""

from application.identity.apply_delivery import ApplyDelivery
from application.identity.ports import DeliveryState, IdentityUnit, WebhookDelivery
from application.shared.clock import Clock
from application.shared.unit import Begin
from domain.shared.errors import Refusal, Unavailable

AT_MOST_A_RUN = 500


class RetryWebhooksHandler:
    def __init__(self, begin: Begin[IdentityUnit], apply: ApplyDelivery, clock: Clock) -> None:
        self._begin = begin
        self._apply = apply
        self._clock = clock

    async def __call__(self) -> int:
        """Tries what is due, each in a transaction of its own; returns how many. Several workers may run at once."""
        for tried in range(AT_MOST_A_RUN):
            if not await self._try_next():
                return tried
        return AT_MOST_A_RUN

    async def _try_next(self) -> bool:
        delivery: WebhookDelivery | None = None
        try:
            async with self._begin() as unit:
                delivery = await unit.inbox.next_due(self._clock())
                if delivery is None:
                    return False
                await self._apply(unit, delivery)
                await unit.commit()
                return True
        except Unavailable:
            raise
        except Refusal as refusal:
            assert delivery is not None
            await keep_failure(self._begin, self._apply, delivery.id, refusal)
        return True


class ReplayWebhookHandler:
    def __init__(self, begin: Begin[IdentityUnit], apply: ApplyDelivery) -> None:
        self._begin = begin
        self._apply = apply

    async def __call__(self, delivery_id: str) -> WebhookDelivery:
        """Applies a stored delivery again, whatever its state; order-proof like the first time.

        Raises:
            WebhookDeliveryNotFound
        """
        try:
            async with self._begin() as unit:
                delivery = await unit.inbox.get(delivery_id)
                await self._apply(unit, delivery)
                await unit.commit()
                return delivery
        except Unavailable:
            raise
        except Refusal as refusal:
            return await keep_failure(self._begin, self._apply, delivery_id, refusal)


async def keep_failure(
    begin: Begin[IdentityUnit], apply: ApplyDelivery, delivery_id: str, cause: Refusal
) -> WebhookDelivery:
    async with begin() as unit:
        delivery = await unit.inbox.get(delivery_id)
        # Another worker, or a hand, may have got it through in the meantime.
        if delivery.state not in (DeliveryState.APPLIED, DeliveryState.IGNORED):
            apply.note_failure(delivery, cause)
            await unit.inbox.save(delivery)
            await unit.commit()
    return delivery

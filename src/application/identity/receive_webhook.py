"""A message of Clerk's: kept once, applied once, in one transaction."""

from collections.abc import Mapping
from dataclasses import dataclass

from application.identity.apply_delivery import ApplyDelivery
from application.identity.ports import DeliveryState, IdentityUnit, WebhookDelivery, WebhookVerifier
from application.shared.clock import Clock
from application.shared.unit import Begin
from domain.shared.errors import Refusal, Unavailable


@dataclass(frozen=True, slots=True)
class ReceiveWebhook:
    """Header names in lower case; `body` is the raw bytes, which the signature covers."""

    headers: Mapping[str, str]
    body: bytes


class ReceiveWebhookHandler:
    def __init__(
        self, begin: Begin[IdentityUnit], verifier: WebhookVerifier, apply: ApplyDelivery, clock: Clock
    ) -> None:
        self._begin = begin
        self._verifier = verifier
        self._apply = apply
        self._clock = clock

    async def __call__(self, command: ReceiveWebhook) -> DeliveryState | None:
        """The state in which the message was left; None for one that was received before.

        Raises:
            SignatureInvalid: nothing is stored.
        """
        self._verifier.verify(command.headers, command.body)
        delivery = WebhookDelivery(
            id=command.headers["svix-id"],
            type=self._apply.type_of(command.body),
            payload=command.body,
            received_at=self._clock(),
        )
        try:
            async with self._begin() as unit:
                if not await unit.inbox.receive(delivery):
                    return None
                await self._apply(unit, delivery)
                await unit.commit()
                return delivery.state
        except Unavailable:
            raise
        except Refusal as refusal:
            self._apply.note_failure(delivery, refusal)
        # What was refused has undone its transaction; that it was refused is kept in one of its own.
        async with self._begin() as unit:
            await unit.inbox.receive(delivery)
            await unit.commit()
        return delivery.state

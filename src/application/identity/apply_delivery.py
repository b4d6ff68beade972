"""Applying what a stored delivery tells: shared by reception, retry and replay."""

import random
from datetime import timedelta

from application.identity.events import (
    Event,
    EventReader,
    Ignored,
    PayloadUnusable,
    SessionEnded,
    UserChanged,
    UserDeleted,
)
from application.identity.follow_profile import bury_user, follow_profile
from application.identity.ports import DeliveryState, IdentityUnit, WebhookDelivery
from application.shared.actor import CLERK
from application.shared.clock import Clock, NewId
from domain.shared.errors import Invalid, Refusal

BASE = timedelta(seconds=1)
CAP = timedelta(hours=1)
MAXIMUM_ATTEMPTS = 8
# Longer than any session token lives: after that the session's tokens are refused by their own account.
DENIED_FOR = timedelta(hours=25)


class ApplyDelivery:
    def __init__(self, reader: EventReader, clock: Clock, new_id: NewId, randomness: random.Random) -> None:
        self._reader = reader
        self._clock = clock
        self._new_id = new_id
        self._randomness = randomness

    def type_of(self, body: bytes) -> str:
        """What the message calls itself, `unknown` where that can't be read."""
        try:
            return self._reader.read(body).type
        except PayloadUnusable as unusable:
            return unusable.type

    async def __call__(self, unit: IdentityUnit, delivery: WebhookDelivery) -> None:
        """Applies and saves the delivery as applied or ignored.

        Raises:
            Refusal: it can't be applied (now); the unit is to be given up.
        """
        event = self._reader.read(delivery.payload)
        await self._take(unit, event)
        delivery.attempts += 1
        delivery.next_attempt_at = None
        delivery.error = event.reason if isinstance(event, Ignored) else None
        delivery.state = DeliveryState.IGNORED if isinstance(event, Ignored) else DeliveryState.APPLIED
        await unit.inbox.save(delivery)

    async def _take(self, unit: IdentityUnit, event: Event) -> None:
        now = self._clock()
        match event:
            case UserChanged(profile=profile):
                await follow_profile(unit, profile, actor=CLERK, new_id=self._new_id, at=now)
            case UserDeleted(clerk_id=clerk_id):
                await bury_user(unit, clerk_id, actor=CLERK, new_id=self._new_id, at=now)
            case SessionEnded(session_id=session_id, until=until):
                await unit.denied_sessions.deny(session_id, until=max(until, now + DENIED_FOR))
            case Ignored():
                pass

    def note_failure(self, delivery: WebhookDelivery, cause: Refusal) -> None:
        """Counts the attempt and sets the next; the eighth is the last, and what can't be read is not tried again."""
        delivery.attempts += 1
        delivery.error = f"{cause.code}: {cause.detail}"
        if isinstance(cause, Invalid) or delivery.attempts >= MAXIMUM_ATTEMPTS:
            delivery.state = DeliveryState.DEAD
            delivery.next_attempt_at = None
        else:
            delivery.state = DeliveryState.FAILED
            delivery.next_attempt_at = self._clock() + backoff(delivery.attempts, self._randomness.random())


def backoff(attempts: int, chance: float) -> timedelta:
    """Exponential backoff with full jitter: a share `chance` (0 to 1) of base 1 s times two a try, capped at one hour.

    Source: Brooker, "Exponential Backoff And Jitter", AWS Architecture Blog, 2015.
    """
    return min(CAP, BASE * 2.0**attempts) * chance

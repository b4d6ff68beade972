"""A request that is sent twice makes one thing.

The key is claimed and the answer kept in the transaction of the deed itself, so there is no moment in which the deed is
done and the key unknown, and nothing to expire after a crash.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Generic, Protocol, TypeVar
from uuid import UUID

from application.shared.encoded import Encoded
from domain.shared.errors import Conflict, Invalid
from domain.shared.ids import UserId

View = TypeVar("View")

KEPT_FOR = timedelta(hours=24)


class IdempotencyKeyReused(Invalid):
    code = "idempotency.key_reused"


class IdempotencyKeyInFlight(Conflict):
    code = "idempotency.in_flight"


@dataclass(frozen=True, slots=True)
class IdempotencyKey:
    """A client's key, of whom it is, and the fingerprint of the request that it stands for."""

    user_id: UserId
    key: str
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Created(Generic[View]):
    """What was made: its id, and its view as of then."""

    id: UUID
    view: Encoded[View]


class IdempotencyKeys(Protocol):
    async def find(self, key: IdempotencyKey | None) -> Created[Any] | None:
        """The answer kept for this key; None for no key, and for a new one, which is claimed until the unit ends.

        Raises:
            IdempotencyKeyReused: the key stands for another request.
            IdempotencyKeyInFlight: the same request is being worked on at this moment.
        """
        ...

    async def keep(self, key: IdempotencyKey | None, answer: Created[Any], *, at: datetime) -> None:
        """Keeps the answer for `KEPT_FOR`; nothing for no key."""
        ...

    async def forget_before(self, instant: datetime) -> int:
        """Deletes what was kept before; returns how many."""
        ...

"""The identity use cases around a store, with everything outside of it in the test's hand."""

import random
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any

from uuid_utils.compat import uuid7

from adapters.memory.directory import InMemoryUserDirectory
from adapters.memory.unit import MemoryStore
from application.identity.apply_delivery import ApplyDelivery
from application.identity.events import Event, EventReader, PayloadUnusable
from application.identity.ports import (
    DeliveryState,
    DirectoryUnavailable,
    IdentityUnit,
    SessionClaims,
    SignatureInvalid,
    TokenRejected,
    TokenVerifier,
    WebhookVerifier,
)
from application.identity.receive_webhook import ReceiveWebhook, ReceiveWebhookHandler
from application.identity.retry_webhooks import ReplayWebhookHandler, RetryWebhooksHandler
from application.shared.unit import Begin
from domain.identity.profile import Profile
from domain.identity.user import User
from tests.support.clock import SettableClock
from tests.support.people import NOON


class TellingReader(EventReader):
    """Reads the bodies that it was given an event for; anything else is unusable."""

    def __init__(self) -> None:
        self._events: dict[bytes, Event] = {}
        self._number = count(1)

    def body_of(self, event: Event) -> bytes:
        body = f"{event.type} {next(self._number)}".encode()
        self._events[body] = event
        return body

    def read(self, body: bytes) -> Event:
        if body not in self._events:
            raise PayloadUnusable("It makes no sense.", type="user.created")
        return self._events[body]


class TrustingVerifier(WebhookVerifier):
    """Takes every message for genuine but those whose signature is `forged`."""

    def verify(self, headers: Mapping[str, str], body: bytes) -> None:  # noqa: ARG002 # the port's
        if headers.get("svix-signature") == "forged":
            raise SignatureInvalid("Not from Clerk.")


class KnownTokens(TokenVerifier):
    def __init__(self, **claims: SessionClaims) -> None:
        self.claims = claims

    async def verify(self, token: str) -> SessionClaims:
        if token not in self.claims:
            raise TokenRejected("unknown")
        return self.claims[token]


class FaultyDirectory(InMemoryUserDirectory):
    """Fails where it is told to: every call, or a scan after so many pages."""

    is_away = False
    pages_before_fault: int | None = None

    async def scan(self) -> AsyncIterator[Sequence[Profile]]:
        pages = 0
        async for page in super().scan():
            if pages == self.pages_before_fault:
                raise DirectoryUnavailable("Clerk is away.")
            pages += 1
            yield page

    async def fetch(self, clerk_id: str) -> Profile | None:
        self._assert_not_away()
        return await super().fetch(clerk_id)

    async def delete(self, clerk_id: str) -> None:
        self._assert_not_away()
        await super().delete(clerk_id)

    async def invite(self, email: str, role: Any) -> None:
        self._assert_not_away()
        await super().invite(email, role)

    async def revoke_session(self, session_id: str) -> None:
        self._assert_not_away()
        await super().revoke_session(session_id)

    def _known(self, clerk_id: str) -> Profile:
        self._assert_not_away()
        return super()._known(clerk_id)

    def _assert_not_away(self) -> None:
        if self.is_away:
            raise DirectoryUnavailable("Clerk is away.")


@dataclass
class Webhooks:
    """Reception, retry and replay over one store."""

    begin: Begin[IdentityUnit]
    clock: SettableClock = field(default_factory=lambda: SettableClock(NOON))
    reader: EventReader = field(default_factory=TellingReader)

    def __post_init__(self) -> None:
        self.apply = ApplyDelivery(self.reader, self.clock, uuid7, random.Random(1))  # noqa: S311 # jitter, not a secret
        self.retry = RetryWebhooksHandler(self.begin, self.apply, self.clock)
        self.replay = ReplayWebhookHandler(self.begin, self.apply)
        self._receive = ReceiveWebhookHandler(self.begin, TrustingVerifier(), self.apply, self.clock)
        self._number = count(1)

    async def receive(
        self,
        event: Event | bytes,
        *,
        id: str | None = None,  # noqa: A002 # the sender's own word
        signature: str = "genuine",
    ) -> DeliveryState | None:
        body = event if isinstance(event, bytes) else self.body_of(event)
        headers = {"svix-id": id or f"auto_{next(self._number)}", "svix-signature": signature}
        return await self._receive(ReceiveWebhook(headers, body))

    def body_of(self, event: Event) -> bytes:
        assert isinstance(self.reader, TellingReader)
        return self.reader.body_of(event)

    async def retry_until_done(self) -> None:
        """Lets an hour go by before each of ten runs: more than any backoff, more runs than any delivery has tries."""
        for _ in range(10):
            self.clock.advance(hours=1)
            await self.retry()


def users_of(store: MemoryStore) -> list[User]:
    return sorted(store.tables.users.values(), key=lambda user: (user.created_at, user.id))


def user_of(store: MemoryStore, clerk_id: str) -> User:
    return {user.clerk_id: user for user in store.tables.users.values()}[clerk_id]


def actions_of(store: MemoryStore) -> list[str]:
    return [entry.action for entry in store.tables.audit_entries]


async def add(begin: Begin[IdentityUnit], *users: User) -> None:
    async with begin() as unit:
        for user in users:
            await unit.users.add(user)
        await unit.commit()

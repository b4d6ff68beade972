"""Messages in any order, each any number of times, must end in the same users."""

import json
import random
from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

from adapters.clerk.payloads import ClerkEventReader
from application.identity.ports import DeliveryState, IdentityUnit
from application.shared.unit import Begin
from domain.identity.user import User
from tests.support.clerk_payloads import user_payload
from tests.support.clock import SettableClock
from tests.support.identity import Webhooks
from tests.support.people import NOON

MINUTE = 60_000
START = 1_744_276_400_000
BUDI, SITI, WAYAN = (f"user_{name}" for name in ("budi", "siti", "wayan"))

# Ties in time with different content, an address handed from one to the next, a ban, a deletion among late updates,
# and a message without effect.
STORY = {
    "budi joins": user_payload("user.created", BUDI, START, email="budi@example.ac.id", first_name="Budi"),
    "budi at once again": user_payload("user.updated", BUDI, START, email="budi@example.ac.id", first_name="Bud"),
    "budi with a role": user_payload(
        "user.updated", BUDI, START, email="budi@example.ac.id", public_metadata={"role": "dosen"}
    ),
    "budi moves": user_payload("user.updated", BUDI, START + 2 * MINUTE, email="budi@new.example"),
    "siti takes the address": user_payload("user.created", SITI, START + 3 * MINUTE, email="Budi@example.ac.id"),
    "siti is banned": user_payload("user.updated", SITI, START + 4 * MINUTE, email="Budi@example.ac.id", banned=True),
    "wayan joins": user_payload("user.created", WAYAN, START, email="wayan@example.ac.id"),
    "wayan goes": b'{"type": "user.deleted", "data": {"id": "user_wayan", "deleted": true}}',
    "wayan long ago": user_payload("user.updated", WAYAN, START + 9 * MINUTE, email="wayan@example.ac.id"),
    "unverified": user_payload("user.created", "user_x", START, email="x@example.ac.id", is_verified=False),
    "somebody goes": b'{"type": "user.deleted", "data": {"deleted": true}}',
    "sms": b'{"type": "sms.created", "data": {}}',
}


def twice(bodies: Mapping[str, bytes], *, seed: int) -> list[tuple[str, bytes]]:
    """Every message twice, in an order that follows from the seed."""
    return random.Random(seed).sample(  # noqa: S311 # an order, not a secret
        [*bodies.items()] * 2, 2 * len(bodies)
    )


async def outcome(begin: Begin[IdentityUnit], messages: Sequence[tuple[str, bytes]]) -> list[dict[str, Any]]:
    """The users after these messages (ids and bodies), and after everything that was due was tried again.

    It holds all that Clerk's messages decide: not our ids, not our clock, and not how many steps it took.
    """
    clock = SettableClock(NOON)
    webhooks = Webhooks(begin, clock, ClerkEventReader(clock=clock))
    await deliver(webhooks, messages)
    await webhooks.retry_until_done()
    for message_id, _ in messages:
        async with begin() as unit:
            assert (await unit.inbox.get(message_id)).state in (DeliveryState.APPLIED, DeliveryState.IGNORED)
    async with begin() as unit:
        found = [await unit.users.find_by_clerk_id(clerk_id) for clerk_id in _people_in(messages)]
    return [_state(user) for user in found if user is not None]


async def deliver(webhooks: Webhooks, messages: Sequence[tuple[str, bytes]]) -> None:
    for message_id, body in messages:
        assert await webhooks.receive(body, id=message_id) is not DeliveryState.DEAD


def _people_in(messages: Sequence[tuple[str, bytes]]) -> list[str]:
    ids = {json.loads(body)["data"].get("id") for _, body in messages}
    return sorted(clerk_id for clerk_id in ids if clerk_id and clerk_id.startswith("user_"))


def _state(user: User) -> dict[str, Any]:
    ours = {"id", "updated_at", "version"} | (set() if user.is_live else {"created_at", "deleted_at"})
    state = {field.name: getattr(user, field.name) for field in fields(user) if field.name not in ours}
    return {**state, "is_live": user.is_live}

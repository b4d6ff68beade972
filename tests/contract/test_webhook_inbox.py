from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from application.identity.ports import DeliveryState, WebhookDelivery, WebhookDeliveryNotFound
from tests.contract.conftest import Persistence
from tests.support.people import NOON


def a_delivery(id: str = "msg_1", **given: Any) -> WebhookDelivery:  # noqa: A002 # a field's name
    return WebhookDelivery(id=id, type="user.created", payload=b'{"a":1}', received_at=NOON, **given)


async def receive(persistence: Persistence, *deliveries: WebhookDelivery) -> list[bool]:
    async with persistence.begin() as unit:
        outcome = [await unit.inbox.receive(delivery) for delivery in deliveries]
        await unit.commit()
    return outcome


async def stored(persistence: Persistence, delivery_id: str) -> WebhookDelivery:
    async with persistence.begin() as unit:
        return await unit.inbox.get(delivery_id)


async def next_due(persistence: Persistence, now: datetime) -> str | None:
    async with persistence.begin() as unit:
        delivery = await unit.inbox.next_due(now)
    return delivery and delivery.id


@pytest.mark.parametrize("payload", [b"", b"\x00\xff\xfe not text", b"{}" * 50_000])
async def test_a_delivery_is_kept_byte_for_byte(persistence: Persistence, payload: bytes):
    delivery = replace(a_delivery(), payload=payload)

    assert await receive(persistence, delivery) == [True]
    assert await stored(persistence, "msg_1") == delivery


async def test_the_same_id_again_changes_nothing(persistence: Persistence):
    assert await receive(persistence, a_delivery()) == [True]
    assert await receive(persistence, replace(a_delivery(), type="user.deleted", payload=b"other")) == [False]
    assert await stored(persistence, "msg_1") == a_delivery()


async def test_what_was_not_committed_was_not_received(persistence: Persistence):
    async with persistence.begin() as unit:
        assert await unit.inbox.receive(a_delivery())

    assert await receive(persistence, a_delivery()) == [True]


async def test_a_delivery_that_never_came_is_not_found(persistence: Persistence):
    with pytest.raises(WebhookDeliveryNotFound):
        await stored(persistence, "msg_1")


async def test_save_keeps_what_became_of_it_and_leaves_the_message(persistence: Persistence):
    await receive(persistence, a_delivery())
    fate = {
        "state": DeliveryState.FAILED,
        "attempts": 3,
        "next_attempt_at": NOON + timedelta(minutes=1),
        "error": "user.email_taken: Another user has this email address.",
    }
    async with persistence.begin() as unit:
        await unit.inbox.save(replace(a_delivery(**fate), type="other", payload=b"other"))
        await unit.commit()

    assert await stored(persistence, "msg_1") == a_delivery(**fate)


async def test_the_longest_due_comes_first_and_only_what_failed_is_due(persistence: Persistence):
    failed, minute = DeliveryState.FAILED, timedelta(minutes=1)
    await receive(
        persistence,
        a_delivery("msg_late", state=failed, next_attempt_at=NOON + 2 * minute),
        a_delivery("msg_early", state=failed, next_attempt_at=NOON + minute),
        a_delivery("msg_dead", state=DeliveryState.DEAD),
        a_delivery("msg_applied", state=DeliveryState.APPLIED),
    )

    assert await next_due(persistence, NOON) is None
    assert await next_due(persistence, NOON + minute) == "msg_early"
    assert await next_due(persistence, NOON + 5 * minute) == "msg_early"


async def test_old_deliveries_are_forgotten_unless_they_still_wait(persistence: Persistence):
    await receive(
        persistence,
        *(a_delivery(f"msg_{state}", state=state, next_attempt_at=NOON) for state in DeliveryState),
        replace(a_delivery("msg_new", state=DeliveryState.APPLIED), received_at=NOON + timedelta(days=1)),
    )
    async with persistence.begin() as unit:
        assert await unit.inbox.forget_before(NOON) == 0
        assert await unit.inbox.forget_before(NOON + timedelta(hours=1)) == 3
        await unit.commit()

    for kept in ("msg_received", "msg_failed", "msg_new"):
        await stored(persistence, kept)
    for forgotten in ("msg_applied", "msg_ignored", "msg_dead"):
        with pytest.raises(WebhookDeliveryNotFound):
            await stored(persistence, forgotten)

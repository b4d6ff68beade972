from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.memory.unit import MemoryStore
from application.identity.apply_delivery import CAP, DENIED_FOR, MAXIMUM_ATTEMPTS, backoff
from application.identity.events import Ignored, SessionEnded, UserChanged, UserDeleted
from application.identity.ports import DeliveryState, SignatureInvalid, WebhookDelivery, WebhookDeliveryNotFound
from domain.identity.profile import Role
from domain.identity.user import Status
from tests.support.identity import Webhooks, actions_of, add, user_of, users_of
from tests.support.people import NOON, a_profile, a_user


def changed(clerk_id: str = "user_1", **given: object) -> UserChanged:
    return UserChanged("user.updated", a_profile(clerk_id, **given))


def delivery(store: MemoryStore, delivery_id: str) -> WebhookDelivery:
    return store.tables.deliveries[delivery_id]


async def test_a_description_makes_the_user_and_is_kept_as_applied(webhooks: Webhooks, store: MemoryStore):
    assert await webhooks.receive(changed(role=Role.DOSEN), id="msg_1") is DeliveryState.APPLIED

    [user] = users_of(store)
    assert (user.clerk_id, user.role, user.status) == ("user_1", Role.DOSEN, Status.ACTIVE)
    kept = delivery(store, "msg_1")
    assert (kept.state, kept.attempts, kept.error, kept.next_attempt_at) == (DeliveryState.APPLIED, 1, None, None)
    assert (kept.received_at, kept.type) == (NOON, "user.updated")


async def test_the_same_message_again_is_not_applied_again(webhooks: Webhooks, store: MemoryStore):
    body = webhooks.body_of(changed())
    await webhooks.receive(body, id="msg_1")
    before = store.tables

    assert await webhooks.receive(body, id="msg_1") is None
    assert store.tables == before


async def test_a_forged_message_leaves_no_trace(webhooks: Webhooks, store: MemoryStore):
    with pytest.raises(SignatureInvalid):
        await webhooks.receive(changed(), signature="forged")

    assert store.tables == MemoryStore().tables


async def test_what_has_no_effect_is_kept_with_its_reason(webhooks: Webhooks, store: MemoryStore):
    assert await webhooks.receive(Ignored("sms.created", "No effect."), id="msg_1") is DeliveryState.IGNORED
    assert delivery(store, "msg_1").error == "No effect."


async def test_what_cannot_be_read_is_kept_dead_and_never_tried_again(webhooks: Webhooks, store: MemoryStore):
    assert await webhooks.receive(b"\xff", id="msg_1") is DeliveryState.DEAD

    kept = delivery(store, "msg_1")
    assert (kept.type, kept.payload, kept.next_attempt_at) == ("user.created", b"\xff", None)
    assert kept.error == "webhook.payload_unusable: It makes no sense."
    webhooks.clock.advance(days=30)
    assert await webhooks.retry() == 0


async def test_a_deletion_leaves_a_tombstone_that_nothing_late_revives(webhooks: Webhooks, store: MemoryStore):
    await webhooks.receive(changed())
    await webhooks.receive(UserDeleted("user.deleted", "user_1"))
    await webhooks.receive(changed(updated_at=NOON + timedelta(days=1)))

    [user] = users_of(store)
    assert (user.is_live, user.email) == (False, None)
    assert actions_of(store) == ["user.followed", "user.deleted"]


async def test_a_deletion_before_anything_else_is_remembered(webhooks: Webhooks, store: MemoryStore):
    await webhooks.receive(UserDeleted("user.deleted", "user_1"))
    await webhooks.receive(changed())

    assert not user_of(store, "user_1").is_live


async def test_an_ended_session_is_denied_for_longer_than_any_token_lives(webhooks: Webhooks, store: MemoryStore):
    await webhooks.receive(SessionEnded("session.ended", "sess_1", NOON))
    await webhooks.receive(SessionEnded("session.ended", "sess_2", NOON + timedelta(days=9)))

    assert store.tables.denied_sessions == {"sess_1": NOON + DENIED_FOR, "sess_2": NOON + timedelta(days=9)}


async def test_a_taken_address_is_kept_as_failed_with_the_reason_and_nothing_else(
    webhooks: Webhooks, store: MemoryStore
):
    await add(store.begin, a_user(email="budi@example.ac.id"))

    assert await webhooks.receive(changed(email="BUDI@example.ac.id"), id="msg_1") is DeliveryState.FAILED

    kept = delivery(store, "msg_1")
    assert kept.error == "user.email_taken: Another user has this email address."
    assert kept.next_attempt_at is not None
    assert NOON <= kept.next_attempt_at <= NOON + timedelta(seconds=2)
    assert len(users_of(store)) == 1
    assert actions_of(store) == []


async def test_a_failed_delivery_is_applied_once_the_address_is_free(webhooks: Webhooks, store: MemoryStore):
    await webhooks.receive(changed("user_1", email="x@example.ac.id"))
    await webhooks.receive(changed("user_2", email="x@example.ac.id"), id="msg_2")
    await webhooks.receive(changed("user_1", email="y@example.ac.id", updated_at=NOON + timedelta(hours=1)))

    webhooks.clock.advance(hours=1)
    assert await webhooks.retry() == 1
    assert await webhooks.retry() == 0

    assert user_of(store, "user_2").email == "x@example.ac.id"
    kept = delivery(store, "msg_2")
    assert (kept.state, kept.attempts, kept.error, kept.next_attempt_at) == (DeliveryState.APPLIED, 2, None, None)


async def test_nothing_is_tried_before_it_is_due(webhooks: Webhooks, store: MemoryStore):
    await add(store.begin, a_user(email="x@example.ac.id"))
    await webhooks.receive(changed(email="x@example.ac.id"), id="msg_1")
    due = delivery(store, "msg_1").next_attempt_at
    assert due is not None

    webhooks.clock.now = due - timedelta(microseconds=1)
    assert await webhooks.retry() == 0
    webhooks.clock.now = due
    assert await webhooks.retry() >= 1


async def test_the_eighth_attempt_is_the_last(webhooks: Webhooks, store: MemoryStore):
    await add(store.begin, a_user(email="x@example.ac.id"))
    await webhooks.receive(changed(email="x@example.ac.id"), id="msg_1")
    await webhooks.retry_until_done()

    kept = delivery(store, "msg_1")
    assert (kept.state, kept.attempts, kept.next_attempt_at) == (DeliveryState.DEAD, MAXIMUM_ATTEMPTS, None)


async def test_one_that_fails_does_not_keep_the_others_waiting(webhooks: Webhooks, store: MemoryStore):
    holder = a_user(email="x@example.ac.id")
    await add(store.begin, holder, a_user(email="z@example.ac.id"))
    for number, email in enumerate(["z@example.ac.id", "x@example.ac.id", "z@example.ac.id"]):
        await webhooks.receive(changed(f"user_{number}", email=email), id=f"msg_{number}")
    async with store.begin() as unit:
        holder.bury(at=NOON)
        await unit.users.save(holder)
        await unit.commit()

    webhooks.clock.advance(hours=1)
    await webhooks.retry()

    states = [delivery(store, f"msg_{number}").state for number in range(3)]
    assert states == [DeliveryState.FAILED, DeliveryState.APPLIED, DeliveryState.FAILED]


async def test_a_dead_delivery_can_be_replayed_by_hand(webhooks: Webhooks, store: MemoryStore):
    holder = a_user(email="x@example.ac.id")
    await add(store.begin, holder)
    await webhooks.receive(changed(email="x@example.ac.id"), id="msg_1")
    await webhooks.retry_until_done()

    assert (await webhooks.replay("msg_1")).state is DeliveryState.DEAD

    async with store.begin() as unit:
        holder.bury(at=NOON)
        await unit.users.save(holder)
        await unit.commit()
    assert (await webhooks.replay("msg_1")).state is DeliveryState.APPLIED
    assert user_of(store, "user_1").email == "x@example.ac.id"
    assert delivery(store, "msg_1").error is None


async def test_replaying_what_was_applied_changes_no_user(webhooks: Webhooks, store: MemoryStore):
    await webhooks.receive(changed(name="Old"), id="msg_1")
    await webhooks.receive(changed(name="New", updated_at=NOON + timedelta(hours=1)))
    before = users_of(store)

    assert (await webhooks.replay("msg_1")).state is DeliveryState.APPLIED
    assert users_of(store) == before


async def test_a_delivery_that_never_came_cannot_be_replayed(webhooks: Webhooks):
    with pytest.raises(WebhookDeliveryNotFound):
        await webhooks.replay("msg_1")


@given(st.integers(1, MAXIMUM_ATTEMPTS), st.floats(0, 1))
def test_backoff_has_full_jitter_below_a_doubling_limit(attempts: int, chance: float):
    assert timedelta(0) <= backoff(attempts, chance) <= min(CAP, timedelta(seconds=2**attempts))
    assert backoff(attempts, 1.0) == timedelta(seconds=2**attempts)
    assert backoff(attempts, 0.0) == timedelta(0)


def test_backoff_is_capped_at_an_hour():
    assert backoff(12, 1.0) == backoff(40, 1.0) == CAP == timedelta(hours=1)

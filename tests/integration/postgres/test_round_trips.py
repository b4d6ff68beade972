"""Whatever is valid is loaded as it was saved: a forgotten column can't hide."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.postgres.repositories.audit import PostgresAuditLog
from adapters.postgres.repositories.idempotency import PostgresIdempotencyKeys
from adapters.postgres.repositories.users import PostgresUserRepository
from adapters.postgres.repositories.webhooks import PostgresWebhookInbox
from adapters.postgres.statement import Connection
from adapters.postgres.tables.audit import audit_entries
from application.identity.ports import DeliveryState, WebhookDelivery
from application.shared.encoded import Encoded
from application.shared.idempotency import Created, IdempotencyKey
from domain.audit.entry import AuditEntry
from domain.identity.user import User
from domain.shared.ids import UserId
from tests.support.people import instants, storable_text, users

# The connection is one for all examples; each example undoes what it did.
one_connection = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

# JSON has one kind of number, and PostgreSQL keeps its digits: a whole float comes back as an integer.
numbers = st.integers(-(2**53), 2**53) | st.floats(-1e6, 1e6)
json_values = st.recursive(
    st.none() | st.booleans() | numbers | storable_text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(storable_text, inner, max_size=3),
    max_leaves=6,
)
deliveries = st.builds(
    WebhookDelivery,
    id=storable_text,
    type=storable_text,
    payload=st.binary(),
    received_at=instants,
    state=st.sampled_from(DeliveryState),
    attempts=st.integers(0, 2**31 - 1),
    next_attempt_at=st.none() | instants,
    error=st.none() | storable_text,
)
entries = st.builds(
    AuditEntry,
    id=st.uuids(),
    at=instants,
    actor_id=st.none() | st.uuids(),
    source=storable_text,
    action=storable_text,
    subject_type=storable_text,
    subject_id=st.none() | st.uuids(),
    changes=st.dictionaries(storable_text, json_values, max_size=4),
    address=st.none() | storable_text,
    request_id=st.none() | storable_text,
)
keys = st.builds(IdempotencyKey, st.uuids().map(UserId), storable_text, storable_text)
answers: st.SearchStrategy[Created[Any]] = st.builds(
    Created, st.uuids(), st.builds(Encoded, st.binary(max_size=200), storable_text)
)


@asynccontextmanager
async def undone(connection: Connection) -> AsyncIterator[None]:
    savepoint = connection.transaction()
    await savepoint.start()
    try:
        yield
    finally:
        await savepoint.rollback()


@one_connection
@given(users)
async def test_a_user(connection: Connection, user: User):
    async with undone(connection):
        repository = PostgresUserRepository(connection)
        await repository.add(user)
        assert await repository.get(user.id) == user


@one_connection
@given(users, users)
async def test_a_user_that_becomes_quite_another(connection: Connection, before: User, after: User):
    after.id = before.id
    async with undone(connection):
        repository = PostgresUserRepository(connection)
        await repository.add(before)
        await repository.save(after)
        assert await repository.get(before.id) == after


@one_connection
@given(deliveries)
async def test_a_delivery(connection: Connection, delivery: WebhookDelivery):
    async with undone(connection):
        inbox = PostgresWebhookInbox(connection)
        assert await inbox.receive(delivery)
        assert await inbox.get(delivery.id) == delivery


@one_connection
@given(entries)
async def test_an_audit_entry(connection: Connection, entry: AuditEntry):
    async with undone(connection):
        await PostgresAuditLog(connection).record(entry)
        row = await connection.fetchrow(f"SELECT * FROM {audit_entries.name}")
        assert row is not None
        assert AuditEntry(**dict(row)) == entry


@one_connection
@given(keys, answers, instants)
async def test_a_kept_answer(connection: Connection, key: IdempotencyKey, answer: Created[Any], at: datetime):
    async with undone(connection):
        kept = PostgresIdempotencyKeys(connection)
        await kept.keep(key, answer, at=at)
        assert await kept.find(key) == answer

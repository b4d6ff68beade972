"""What must hold when several ask at once. Negative controls show that the tests would see it if it didn't."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial
from typing import Any

import asyncpg
import pytest
from uuid_utils.compat import uuid7

from adapters.memory.directory import InMemoryUserDirectory
from adapters.postgres.pool import Pool
from adapters.postgres.queries.users import PostgresPrincipals
from adapters.postgres.repositories.users import PostgresUserRepository
from adapters.postgres.statement import Connection
from adapters.postgres.unit import PostgresUnit, begin_unit
from application.identity.authenticate import Authenticate
from application.identity.change_user import ChangeUser, ChangeUserHandler, LastAdmin
from application.identity.events import UserChanged
from application.identity.invite_user import InviteUser, InviteUserHandler
from application.identity.ports import DeliveryState, SessionClaims
from application.shared.actor import OPERATOR, Actor
from application.shared.idempotency import IdempotencyKey, IdempotencyKeyInFlight
from domain.identity.profile import Role
from domain.identity.user import User
from domain.shared.ids import UserId
from tests.support.clock import SettableClock
from tests.support.identity import KnownTokens, Webhooks, add
from tests.support.meeting import Meeting
from tests.support.people import NOON, a_profile, a_user, an_admin

CLOCK = SettableClock(NOON)
Users = Callable[[Connection], PostgresUserRepository]


async def all_at_once(*calls: Any) -> list[Any]:
    return list(await asyncio.gather(*calls, return_exceptions=True))


async def count(pool: Pool, what: str) -> int:
    async with pool.connection() as connection:
        return int(await connection.fetchval(f"SELECT count(*) FROM {what}"))


class GetThenAdd(PostgresUserRepository):
    """Negative control: what `obtain` must not be. Two have looked before anybody adds."""

    def __init__(self, connection: Connection, meeting: Meeting) -> None:
        super().__init__(connection)
        self._meeting = meeting

    async def obtain(self, user: User) -> User:
        assert user.clerk_id is not None
        stored = await self.find_by_clerk_id(user.clerk_id)
        await self._meeting.join()
        if stored is None:
            await self.add(user)
        return stored or user


@asynccontextmanager
async def begin_with(pool: Pool, users: Users) -> AsyncIterator[PostgresUnit]:
    async with begin_unit(pool) as unit:
        unit.users = users(unit._connection)
        yield unit


def first_requests(pool: Pool, users: Users, *, email: str | None) -> list[Any]:
    claims = SessionClaims("user_1", "sess_1", NOON, name="Budi", email=email)
    begin = partial(begin_with, pool, users)
    authenticate = Authenticate(KnownTokens(good=claims), PostgresPrincipals(pool), begin, CLOCK, uuid7)
    return [authenticate("good") for _ in range(20)]


@pytest.mark.parametrize("email", [None, "budi@example.ac.id"])
async def test_twenty_first_requests_make_one_row(empty_database: Pool, email: str | None):
    principals = await all_at_once(*first_requests(empty_database, PostgresUserRepository, email=email))

    assert len({principal.user_id for principal in principals}) == 1
    assert await count(empty_database, "users") == 1
    assert await count(empty_database, "audit_entries") == 1


async def test_get_then_add_would_answer_some_of_them_with_an_error(empty_database: Pool):
    outcomes = await all_at_once(*first_requests(empty_database, partial(GetThenAdd, meeting=Meeting(2)), email=None))

    assert any(isinstance(outcome, Exception) for outcome in outcomes)


class WithoutLock(PostgresUserRepository):
    """Negative control: reads the admins but doesn't hold them; two have read before either goes on."""

    def __init__(self, connection: Connection, meeting: Meeting) -> None:
        super().__init__(connection)
        self._meeting = meeting

    async def lock_active_admins(self) -> list[UserId]:
        rows = await self._connection.fetch("SELECT id FROM users WHERE role = 'admin' ORDER BY id")
        await self._meeting.join()
        return [UserId(row["id"]) for row in rows]


async def demote_each_other(pool: Pool, users: Users) -> list[Any]:
    first, second = an_admin(), an_admin()
    await add(partial(begin_unit, pool), first, second)
    change = ChangeUserHandler(partial(begin_with, pool, users), None, CLOCK, uuid7)
    return await all_at_once(
        *(
            change(
                ChangeUser(
                    actor=Actor(user_id=actor.id, is_admin=True, source="http"),
                    user_id=subject.id,
                    expected_version=None,
                    role=Role.DOSEN,
                )
            )
            for actor, subject in ((first, second), (second, first))
        )
    )


async def test_of_two_admins_who_demote_each_other_one_stays(empty_database: Pool):
    for _ in range(5):
        outcomes = await demote_each_other(empty_database, PostgresUserRepository)
        assert [type(outcome) for outcome in outcomes].count(LastAdmin) == 1
        assert await count(empty_database, "users WHERE role = 'admin'") == 1
        async with empty_database.connection() as connection:
            await connection.execute("TRUNCATE users CASCADE")


async def test_without_the_lock_both_would_go(empty_database: Pool):
    await demote_each_other(empty_database, partial(WithoutLock, meeting=Meeting(2)))

    assert await count(empty_database, "users WHERE role = 'admin'") == 0


async def test_the_same_key_at_once_makes_one_thing(empty_database: Pool):
    directory = InMemoryUserDirectory(clock=CLOCK)
    invite = InviteUserHandler(partial(begin_unit, empty_database), directory, CLOCK, uuid7)
    key = IdempotencyKey(UserId(uuid7()), "key-1", "fingerprint")
    command = InviteUser(actor=OPERATOR, email="siti@example.ac.id", role=Role.DOSEN, idempotency=key)

    outcomes = await all_at_once(*(invite(command) for _ in range(20)))

    in_flight = [outcome for outcome in outcomes if isinstance(outcome, IdempotencyKeyInFlight)]
    answers = [outcome for outcome in outcomes if not isinstance(outcome, IdempotencyKeyInFlight)]
    assert in_flight, "nobody met anybody: the test proves nothing"
    assert all(answer == answers[0] for answer in answers)
    assert await count(empty_database, "users") == 1
    assert await invite(command) == answers[0]


async def test_the_same_message_at_once_is_applied_once(empty_database: Pool):
    webhooks = Webhooks(partial(begin_unit, empty_database))
    body = webhooks.body_of(UserChanged("user.created", a_profile()))

    outcomes = await all_at_once(*(webhooks.receive(body, id="msg_1") for _ in range(20)))

    assert sorted(outcomes, key=str) == [None] * 19 + [DeliveryState.APPLIED]
    assert await count(empty_database, "audit_entries") == 1


async def test_all_messages_of_one_person_at_once_end_in_the_newest(empty_database: Pool):
    webhooks = Webhooks(partial(begin_unit, empty_database))
    profiles = [a_profile(name=f"Name {hour}", updated_at=NOON + timedelta(hours=hour)) for hour in range(20)]

    outcomes = await all_at_once(*(webhooks.receive(UserChanged("user.updated", profile)) for profile in profiles))

    assert set(outcomes) == {DeliveryState.APPLIED}
    async with begin_unit(empty_database) as unit:
        user = await unit.users.find_by_clerk_id("user_1")
    assert user is not None
    assert user.name == "Name 19"
    assert await count(empty_database, "users") == 1


async def test_two_retry_workers_share_the_work_and_apply_nothing_twice(empty_database: Pool):
    begin = partial(begin_unit, empty_database)
    holder = a_user(email="x@example.ac.id")
    await add(begin, holder)
    webhooks = Webhooks(begin)
    for number in range(10):
        profile = a_profile(f"user_{number}", email="x@example.ac.id", updated_at=NOON)
        await webhooks.receive(UserChanged("user.created", profile), id=f"msg_{number}")
    async with empty_database.connection() as connection:
        # Each has an address of its own now.
        await connection.execute("DELETE FROM users")
    # What could not be applied can be now: each has an address of its own.
    for number in range(10):
        event = UserChanged("user.created", a_profile(f"user_{number}", email=f"{number}@example.ac.id"))
        webhooks.reader._events[f"user.created {number + 1}".encode()] = event
    webhooks.clock.advance(hours=2)

    tried = await all_at_once(webhooks.retry(), webhooks.retry(), webhooks.retry())

    assert sum(tried) == 10
    assert await count(empty_database, "users") == 10
    assert await count(empty_database, "audit_entries") == 10
    assert await count(empty_database, "webhook_deliveries WHERE state = 'applied' AND attempts = 2") == 10


async def test_an_invitation_and_a_first_request_at_once_end_in_one_live_user(empty_database: Pool):
    begin = partial(begin_unit, empty_database)
    for number in range(8):
        email, clerk_id = f"{number}@example.ac.id", f"user_{number}"
        await add(begin, User.invited(UserId(uuid7()), email=email, role=Role.DOSEN, at=NOON))
        webhooks = Webhooks(begin)
        claims = SessionClaims(clerk_id, "sess_1", NOON)
        principals = PostgresPrincipals(empty_database)
        authenticate = Authenticate(KnownTokens(good=claims), principals, begin, CLOCK, uuid7)
        event = UserChanged("user.created", a_profile(clerk_id, email=email, role=Role.DOSEN))

        outcomes = await all_at_once(
            authenticate("good"), webhooks.receive(event, id=f"msg_{number}"), authenticate("good")
        )
        assert not any(isinstance(outcome, asyncpg.PostgresError) for outcome in outcomes)
        await webhooks.retry_until_done()

        assert await count(empty_database, f"users WHERE deleted_at IS NULL AND clerk_id = '{clerk_id}'") == 1
        assert await count(empty_database, f"users WHERE deleted_at IS NULL AND email = '{email}'") == 1
        assert await count(empty_database, "users WHERE deleted_at IS NULL") == number + 1

import asyncio
from datetime import timedelta

import pytest
from uuid_utils.compat import uuid7

from adapters.memory.unit import MemoryStore
from adapters.memory.user_queries import MemoryPrincipals
from application.identity.authenticate import Authenticate, UserInactive
from application.identity.ports import SessionClaims, TokenRejected
from domain.identity.profile import Role
from domain.identity.user import Status
from tests.support.clock import SettableClock
from tests.support.identity import KnownTokens, actions_of, add, user_of, users_of
from tests.support.people import NOON, a_user


def claims(**given: str) -> SessionClaims:
    return SessionClaims("user_1", "sess_1", NOON + timedelta(minutes=1), **given)


def around(store: MemoryStore, clock: SettableClock, **tokens: SessionClaims) -> Authenticate:
    return Authenticate(KnownTokens(**tokens), MemoryPrincipals(store.committed), store.begin, clock, uuid7)


async def test_a_known_person_comes_in_as_the_database_has_them(store: MemoryStore, clock: SettableClock):
    user = a_user(clerk_id="user_1", role=Role.DOSEN)
    await add(store.begin, user)

    principal = await around(store, clock, good=claims(name="Somebody Else"))("good")

    assert (principal.user_id, principal.role, principal.session_id) == (user.id, Role.DOSEN, "sess_1")
    assert users_of(store) == [user]


async def test_a_bad_token_makes_nobody(store: MemoryStore, clock: SettableClock):
    with pytest.raises(TokenRejected):
        await around(store, clock)("bad")

    assert users_of(store) == []


async def test_the_first_request_makes_the_person_without_any_right(store: MemoryStore, clock: SettableClock):
    authenticate = around(store, clock, good=claims(name="Budi", email="budi@example.ac.id"))

    principal = await authenticate("good")

    user = user_of(store, "user_1")
    assert principal.user_id == user.id
    assert (principal.role, principal.status) == (Role.MAHASISWA, Status.PENDING)
    assert (user.name, user.email, user.email_verified, user.mark) == ("Budi", "budi@example.ac.id", False, None)
    assert actions_of(store) == ["user.provisioned"]


async def test_many_first_requests_at_once_make_one_person(store: MemoryStore, clock: SettableClock):
    authenticate = around(store, clock, good=claims(email="budi@example.ac.id"))

    principals = await asyncio.gather(*(authenticate("good") for _ in range(20)))

    assert {principal.user_id for principal in principals} == {user_of(store, "user_1").id}
    assert actions_of(store) == ["user.provisioned"]


async def test_an_address_that_is_anothers_is_not_taken_from_them(store: MemoryStore, clock: SettableClock):
    owner = a_user(email="budi@example.ac.id")
    await add(store.begin, owner)

    await around(store, clock, good=claims(email="Budi@example.ac.id"))("good")

    assert user_of(store, "user_1").email is None
    assert owner in users_of(store)


@pytest.mark.parametrize("status", [Status.INACTIVE])
async def test_who_is_inactive_stays_outside(store: MemoryStore, clock: SettableClock, status: Status):
    await add(store.begin, a_user(clerk_id="user_1", status=status))

    with pytest.raises(UserInactive):
        await around(store, clock, good=claims())("good")


async def test_who_was_deleted_stays_outside_and_is_not_made_anew(store: MemoryStore, clock: SettableClock):
    user = a_user(clerk_id="user_1")
    user.bury(at=NOON)
    await add(store.begin, user)

    with pytest.raises(UserInactive):
        await around(store, clock, good=claims(email="budi@example.ac.id"))("good")
    assert users_of(store) == [user]


@pytest.mark.parametrize("is_known", [True, False])
async def test_a_denied_session_is_over_whatever_its_token_says(
    store: MemoryStore, clock: SettableClock, *, is_known: bool
):
    if is_known:
        await add(store.begin, a_user(clerk_id="user_1"))
    async with store.begin() as unit:
        await unit.denied_sessions.deny("sess_1", until=NOON)
        await unit.commit()

    with pytest.raises(TokenRejected) as caught:
        await around(store, clock, good=claims())("good")
    assert caught.value.reason == "session_denied"

from datetime import timedelta

import pytest
from uuid_utils.compat import uuid7

from adapters.memory.unit import MemoryStore
from application.identity.complete_newcomers import CompleteNewcomersHandler
from application.identity.ports import DirectoryUnavailable
from domain.identity.profile import Role
from domain.identity.user import Status, User
from domain.shared.ids import UserId
from tests.support.clock import SettableClock
from tests.support.identity import FaultyDirectory, add, user_of
from tests.support.people import NOON, a_profile, a_user


@pytest.fixture
def complete(store: MemoryStore, directory: FaultyDirectory, clock: SettableClock) -> CompleteNewcomersHandler:
    return CompleteNewcomersHandler(store.begin, directory, clock, uuid7)


def newcomer(clerk_id: str) -> User:
    return User.provisioned(UserId(uuid7()), clerk_id=clerk_id, at=NOON)


async def test_a_newcomer_gets_name_address_and_role(
    complete: CompleteNewcomersHandler, store: MemoryStore, directory: FaultyDirectory
):
    await add(store.begin, newcomer("user_1"))
    directory.put(a_profile("user_1", name="Siti", role=Role.DOSEN))

    assert await complete() == 1
    user = user_of(store, "user_1")
    assert (user.name, user.role, user.status) == ("Siti", Role.DOSEN, Status.ACTIVE)
    assert await complete() == 0


async def test_whom_clerk_does_not_know_is_left_alone(complete: CompleteNewcomersHandler, store: MemoryStore):
    """A key of another instance knows nobody, and must not cost anybody their account."""
    await add(store.begin, newcomer("user_1"))

    assert await complete() == 0
    assert user_of(store, "user_1").is_live


async def test_a_taken_address_holds_up_nobody_else(
    complete: CompleteNewcomersHandler, store: MemoryStore, directory: FaultyDirectory
):
    await add(store.begin, a_user(email="same@example.ac.id", mark=a_profile().mark))
    await add(store.begin, newcomer("user_1"), newcomer("user_2"))
    directory.put(a_profile("user_1", email="same@example.ac.id"))
    directory.put(a_profile("user_2", name="Siti"))

    assert await complete() == 1
    assert user_of(store, "user_1").name is None
    assert user_of(store, "user_2").name == "Siti"


async def test_with_clerk_away_nothing_changes(
    complete: CompleteNewcomersHandler, store: MemoryStore, directory: FaultyDirectory
):
    await add(store.begin, newcomer("user_1"))
    directory.is_away = True

    with pytest.raises(DirectoryUnavailable):
        await complete()
    assert user_of(store, "user_1").is_live


async def test_after_an_hour_it_is_the_reconciliations(
    complete: CompleteNewcomersHandler, store: MemoryStore, directory: FaultyDirectory, clock: SettableClock
):
    await add(store.begin, newcomer("user_1"))
    directory.put(a_profile("user_1"))
    clock.now = NOON + timedelta(hours=1, seconds=1)

    assert await complete() == 0

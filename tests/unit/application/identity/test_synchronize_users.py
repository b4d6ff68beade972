from datetime import timedelta
from typing import Any

import pytest
from uuid_utils.compat import uuid7

from adapters.memory.unit import MemoryStore
from application.identity.ports import DirectoryUnavailable
from application.identity.synchronize_users import PLAUSIBLE_DELETIONS, Drift, SynchronizeUsersHandler, TooManyAbsent
from domain.identity.profile import Profile
from domain.identity.user import Status, User
from tests.support.clock import SettableClock
from tests.support.identity import FaultyDirectory, actions_of, add, user_of, users_of
from tests.support.people import NOON, a_profile, a_user


@pytest.fixture
def synchronize(store: MemoryStore, directory: FaultyDirectory, clock: SettableClock) -> SynchronizeUsersHandler:
    return SynchronizeUsersHandler(store.begin, directory, clock, uuid7)


def known(clerk_id: str, **given: Any) -> tuple[User, Profile]:
    profile = a_profile(clerk_id, **given)
    user = User.provisioned(a_user().id, clerk_id=clerk_id, at=NOON)
    user.follow(profile, at=NOON)
    return user, profile


def live_of(store: MemoryStore) -> set[str | None]:
    return {user.clerk_id for user in users_of(store) if user.is_live}


async def test_nobody_anywhere_is_no_drift(synchronize: SynchronizeUsersHandler):
    assert await synchronize() == Drift()


async def test_who_is_missing_here_is_made(
    synchronize: SynchronizeUsersHandler, store: MemoryStore, directory: FaultyDirectory
):
    for number in range(5):
        directory.put(a_profile(f"user_{number}"))

    assert await synchronize() == Drift(scanned=5, created=5)
    assert live_of(store) == {f"user_{number}" for number in range(5)}
    assert await synchronize() == Drift(scanned=5)


async def test_who_is_behind_catches_up_and_who_is_ahead_stays(
    synchronize: SynchronizeUsersHandler, store: MemoryStore, directory: FaultyDirectory
):
    behind, _ = known("user_1")
    ahead, _ = known("user_2", suspended=True, updated_at=NOON + timedelta(hours=2))
    await add(store.begin, behind, ahead, a_user(clerk_id="user_3", name=None))
    directory.put(a_profile("user_1", name="New", updated_at=NOON + timedelta(hours=1)))
    directory.put(a_profile("user_2", name="Old"))
    directory.put(a_profile("user_3", name="Filled in"))

    assert await synchronize() == Drift(scanned=3, changed=2)
    assert user_of(store, "user_1").name == "New"
    assert user_of(store, "user_2").status is Status.INACTIVE
    assert user_of(store, "user_3").name == "Filled in"


async def test_who_is_absent_there_is_buried_here(
    synchronize: SynchronizeUsersHandler, store: MemoryStore, directory: FaultyDirectory
):
    gone, _ = known("user_1")
    stays, profile = known("user_2")
    invited = a_user(clerk_id=None, status=Status.PENDING)
    await add(store.begin, gone, stays, invited)
    directory.put(profile)

    assert await synchronize() == Drift(scanned=1, deleted=1)
    assert live_of(store) == {"user_2", None}
    assert actions_of(store) == ["user.deleted"]


async def test_a_tombstone_stays_one_though_clerk_lists_it_and_is_no_drift(
    synchronize: SynchronizeUsersHandler, store: MemoryStore, directory: FaultyDirectory
):
    gone, profile = known("user_1")
    gone.bury(at=NOON)
    await add(store.begin, gone)
    directory.put(profile)

    assert await synchronize() == Drift(scanned=1)
    assert live_of(store) == set()


@pytest.mark.parametrize("pages", [0, 1, 2])
async def test_a_scan_that_breaks_off_deletes_nobody(
    synchronize: SynchronizeUsersHandler, store: MemoryStore, directory: FaultyDirectory, pages: int
):
    people = [known(f"user_{number}") for number in range(6)]
    await add(store.begin, *(user for user, _ in people[:3]), a_user(clerk_id="user_gone"))
    for _, profile in people:
        directory.put(profile)
    directory.pages_before_fault = pages

    with pytest.raises(DirectoryUnavailable):
        await synchronize()
    assert {"user_0", "user_1", "user_2", "user_gone"} <= live_of(store)


async def test_absence_in_a_scan_alone_is_no_proof(store: MemoryStore, clock: SettableClock):
    class Forgetful(FaultyDirectory):
        """Its scan leaves out somebody whom it knows by id: who signed up while it ran."""

        async def scan(self):
            yield [other]

    directory = Forgetful(clock=clock)
    user, _ = known("user_1")
    another, other = known("user_2")
    await add(store.begin, user, another)
    directory.put(a_profile("user_1", name="New", updated_at=NOON + timedelta(hours=1)))

    assert await SynchronizeUsersHandler(store.begin, directory, clock, uuid7)() == Drift(scanned=1, changed=1)
    assert user_of(store, "user_1").name == "New"


@pytest.mark.parametrize(("present", "absent", "is_too_many"), [
    (0, 1, True),
    (1, PLAUSIBLE_DELETIONS, False),
    (1, PLAUSIBLE_DELETIONS + 1, True),
    (84, 21, False),
    (83, 21, True),
])  # fmt: skip
async def test_so_many_absent_look_like_the_wrong_instance(
    synchronize: SynchronizeUsersHandler,
    store: MemoryStore,
    directory: FaultyDirectory,
    *,
    present: int,
    absent: int,
    is_too_many: bool,
):
    people = [known(f"user_{number}") for number in range(present)]
    for _, profile in people:
        directory.put(profile)
    await add(store.begin, *(user for user, _ in people), *(a_user() for _ in range(absent)))

    if is_too_many:
        with pytest.raises(TooManyAbsent):
            await synchronize()
        assert len(live_of(store)) == present + absent
    else:
        assert (await synchronize()).deleted == absent


async def test_two_who_really_share_an_address_are_a_conflict_and_the_others_go_on(
    synchronize: SynchronizeUsersHandler, store: MemoryStore, directory: FaultyDirectory
):
    directory.put(a_profile("user_1", email="x@example.ac.id"))
    directory.put(a_profile("user_2", email="X@example.ac.id", created_at=NOON + timedelta(hours=1)))
    directory.put(a_profile("user_3"))

    drift = await synchronize()

    assert drift == Drift(scanned=3, created=2, conflicts=["user_1"])
    assert live_of(store) == {"user_2", "user_3"}


async def test_an_address_handed_on_is_no_conflict_whatever_the_order(
    synchronize: SynchronizeUsersHandler, store: MemoryStore, directory: FaultyDirectory
):
    former, _ = known("user_1", email="x@example.ac.id")
    await add(store.begin, former)
    directory.put(a_profile("user_1", email="y@example.ac.id", updated_at=NOON + timedelta(hours=1)))
    directory.put(a_profile("user_2", email="x@example.ac.id", created_at=NOON + timedelta(hours=2)))

    assert await synchronize() == Drift(scanned=2, created=1, changed=1)
    assert user_of(store, "user_2").email == "x@example.ac.id"


async def test_the_address_of_who_was_deleted_at_clerk_is_free_in_the_same_run(
    synchronize: SynchronizeUsersHandler, store: MemoryStore, directory: FaultyDirectory
):
    former, _ = known("user_1", email="x@example.ac.id")
    another, profile = known("user_3")
    await add(store.begin, former, another)
    directory.put(profile)
    directory.put(a_profile("user_2", email="x@example.ac.id"))

    assert await synchronize() == Drift(scanned=2, created=1, deleted=1)
    assert live_of(store) == {"user_2", "user_3"}

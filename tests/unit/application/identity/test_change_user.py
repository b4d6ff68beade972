from typing import Any

import msgspec
import pytest
from uuid_utils.compat import uuid7

from adapters.memory.unit import MemoryStore
from application.identity.change_user import ChangeUser, ChangeUserHandler, LastAdmin
from application.identity.delete_user import DeleteUser, DeleteUserHandler
from application.identity.ports import DirectoryUnavailable, UserNotFound
from application.identity.queries import UserView
from application.shared.actor import Actor
from application.shared.version import VersionStale
from domain.identity.profile import Role
from domain.identity.user import Status, User, UserDeleted
from tests.support.clock import SettableClock
from tests.support.identity import FaultyDirectory, actions_of, add, user_of, users_of
from tests.support.people import NOON, a_profile, a_user, an_admin

ACTOR = Actor(user_id=a_user().id, is_admin=True, source="http", request_id="req-1")


class House:
    """The two handlers around one store, with or without Clerk."""

    def __init__(self, store: MemoryStore, clock: SettableClock, directory: FaultyDirectory | None) -> None:
        self._change = ChangeUserHandler(store.begin, directory, clock, uuid7)
        self._delete = DeleteUserHandler(store.begin, directory, clock, uuid7)

    async def change(self, user: User, *, version: int | None = None, **changes: Any) -> UserView:
        command = ChangeUser(actor=ACTOR, user_id=user.id, expected_version=version, **changes)
        return msgspec.json.decode((await self._change(command)).body, type=UserView)

    async def delete(self, user: User, *, version: int | None = None) -> None:
        await self._delete(DeleteUser(actor=ACTOR, user_id=user.id, expected_version=version))


@pytest.fixture
def alone(store: MemoryStore, clock: SettableClock) -> House:
    return House(store, clock, None)


@pytest.fixture
def house(store: MemoryStore, clock: SettableClock, directory: FaultyDirectory) -> House:
    return House(store, clock, directory)


async def settle(store: MemoryStore, directory: FaultyDirectory, **given: Any) -> User:
    """Somebody whom Clerk and we know alike."""
    profile = a_profile(**given)
    directory.put(profile)
    async with store.begin() as unit:
        user = User.provisioned(a_user().id, clerk_id=profile.clerk_id, at=NOON)
        user.follow(profile, at=NOON)
        await unit.users.add(user)
        await unit.commit()
    return user


async def test_a_role_and_a_status_are_changed_and_written_down(store: MemoryStore, alone: House):
    user = a_user()
    await add(store.begin, user, an_admin())

    view = await alone.change(user, role=Role.DOSEN, status=Status.INACTIVE)

    assert (view.role, view.status) == (Role.DOSEN, Status.INACTIVE)
    [entry] = store.tables.audit_entries
    assert (entry.action, entry.subject_id, entry.actor_id) == ("user.changed", user.id, ACTOR.user_id)
    assert entry.changes == {
        "role": {"from": "mahasiswa", "to": "dosen"},
        "status": {"from": "active", "to": "inactive"},
    }


async def test_no_change_is_no_entry_and_no_version(store: MemoryStore, alone: House):
    user = a_user()
    await add(store.begin, user)

    assert (await alone.change(user, role=user.role)).version == 1
    assert (await alone.change(user)).version == 1
    assert actions_of(store) == []


async def test_a_stale_version_changes_nothing(store: MemoryStore, alone: House):
    user = a_user(version=2)
    await add(store.begin, user)

    with pytest.raises(VersionStale):
        await alone.change(user, version=1, role=Role.DOSEN)
    with pytest.raises(VersionStale):
        await alone.delete(user, version=1)
    assert users_of(store) == [user]


@pytest.mark.parametrize("changes", [{"role": Role.DOSEN}, {"status": Status.INACTIVE}])
async def test_the_last_admin_stays(store: MemoryStore, alone: House, changes: dict[str, Any]):
    admin = an_admin()
    await add(store.begin, admin, an_admin(status=Status.INACTIVE), a_user())

    with pytest.raises(LastAdmin):
        await alone.change(admin, **changes)
    with pytest.raises(LastAdmin):
        await alone.delete(admin)
    assert admin in users_of(store)


async def test_one_of_two_admins_may_go(store: MemoryStore, alone: House):
    first, second = an_admin(), an_admin()
    await add(store.begin, first, second)

    await alone.change(first, role=Role.DOSEN)
    with pytest.raises(LastAdmin):
        await alone.delete(second)


async def test_with_one_admin_others_are_still_changed_and_deleted(store: MemoryStore, alone: House):
    user = a_user()
    await add(store.begin, an_admin(), user)

    await alone.change(user, role=Role.ADMIN)
    await alone.delete(user)


async def test_a_change_reaches_clerk_and_its_answer_is_newest_here(
    store: MemoryStore, house: House, directory: FaultyDirectory
):
    user = await settle(store, directory)

    view = await house.change(user, role=Role.DOSEN, status=Status.INACTIVE)

    at_clerk = await directory.fetch("user_1")
    assert at_clerk is not None
    assert (at_clerk.role, at_clerk.suspended) == (Role.DOSEN, True)
    assert (view.role, view.status) == (Role.DOSEN, Status.INACTIVE)
    assert user_of(store, "user_1").mark == at_clerk.mark


async def test_who_was_suspended_is_let_in_again(store: MemoryStore, house: House, directory: FaultyDirectory):
    user = await settle(store, directory, suspended=True)

    assert (await house.change(user, status=Status.ACTIVE)).status is Status.ACTIVE
    at_clerk = await directory.fetch("user_1")
    assert at_clerk is not None
    assert not at_clerk.suspended


async def test_what_clerk_does_not_take_does_not_happen_here(
    store: MemoryStore, house: House, directory: FaultyDirectory
):
    user = await settle(store, directory)
    directory.is_away = True

    with pytest.raises(DirectoryUnavailable):
        await house.change(user, role=Role.DOSEN)
    with pytest.raises(DirectoryUnavailable):
        await house.delete(user)
    assert users_of(store) == [user]
    assert actions_of(store) == []


async def test_a_late_description_from_before_the_change_does_not_undo_it(
    store: MemoryStore, house: House, directory: FaultyDirectory
):
    user = await settle(store, directory)
    await house.change(user, role=Role.DOSEN)
    async with store.begin() as unit:
        loaded = await unit.users.get(user.id)

    assert not loaded.follow(a_profile(), at=NOON)


async def test_a_deleted_user_is_a_tombstone_here_and_nobody_at_clerk(
    store: MemoryStore, house: House, directory: FaultyDirectory
):
    user = await settle(store, directory)

    await house.delete(user, version=user.version)

    assert await directory.fetch("user_1") is None
    assert not user_of(store, "user_1").is_live
    assert actions_of(store) == ["user.deleted"]


async def test_who_is_deleted_can_be_neither_changed_nor_deleted(store: MemoryStore, alone: House):
    user = a_user()
    await add(store.begin, user, an_admin())
    await alone.delete(user)

    with pytest.raises(UserDeleted):
        await alone.change(user, role=Role.DOSEN)
    with pytest.raises(UserNotFound):
        await alone.delete(user)


async def test_nobody_can_be_neither_changed_nor_deleted(alone: House):
    with pytest.raises(UserNotFound):
        await alone.change(a_user(), role=Role.DOSEN)
    with pytest.raises(UserNotFound):
        await alone.delete(a_user())


def invited_as(role: Role) -> User:
    return User.invited(a_user().id, email="siti@example.ac.id", role=role, at=NOON)


async def test_another_role_for_who_is_invited_is_another_invitation(
    house: House, store: MemoryStore, directory: FaultyDirectory
):
    invited = invited_as(Role.ADMIN)
    await add(store.begin, invited)
    await directory.invite("siti@example.ac.id", Role.ADMIN)

    assert (await house.change(invited, role=Role.DOSEN)).role is Role.DOSEN
    assert directory.invitations == {"siti@example.ac.id": Role.DOSEN}


async def test_deleting_who_is_invited_takes_the_invitation_back(
    house: House, store: MemoryStore, directory: FaultyDirectory
):
    invited = invited_as(Role.ADMIN)
    await add(store.begin, invited)
    await directory.invite("siti@example.ac.id", Role.ADMIN)

    await house.delete(invited)
    assert directory.invitations == {}

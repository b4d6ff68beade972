import contextlib
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import asyncpg
import msgspec
import pytest
from uuid_utils.compat import uuid7

from application.identity.ports import EmailTaken, UserNotFound
from application.identity.queries import UserView
from domain.identity.profile import Role, SourceMark
from domain.identity.user import Status, User
from domain.shared.ids import UserId
from tests.contract.conftest import Persistence
from tests.support.people import NOON, a_profile, a_user, an_admin

Begin = Callable[[], Any]


async def stored(begin: Begin, user_id: UserId) -> User:
    async with begin() as unit:
        return await unit.users.get(user_id)


async def test_what_was_added_is_there_after_the_commit(begin: Begin):
    user = a_user(mark=SourceMark(NOON, "0a"), display_name="Bud")
    async with begin() as unit:
        await unit.users.add(user)
        assert await unit.users.get(user.id) == user
        await unit.commit()

    assert await stored(begin, user.id) == user


async def test_without_a_commit_nothing_was(begin: Begin):
    user = a_user()
    async with begin() as unit:
        await unit.users.add(user)

    with pytest.raises(UserNotFound):
        await stored(begin, user.id)


async def test_an_error_in_the_middle_leaves_nothing(begin: Begin):
    user = a_user()

    async def fail() -> None:
        async with begin() as unit:
            await unit.users.add(user)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    with pytest.raises(UserNotFound):
        await stored(begin, user.id)


async def test_what_was_loaded_is_a_copy(persistence: Persistence):
    user = a_user()
    await persistence.add_users(user)
    loaded = await stored(persistence.begin, user.id)
    loaded.adjust(display_name="Bud", time_zone="Asia/Makassar", locale="en", at=NOON)

    assert (await stored(persistence.begin, user.id)).display_name is None


async def test_save_replaces_the_whole_user(persistence: Persistence):
    user = a_user()
    await persistence.add_users(user)
    async with persistence.begin() as unit:
        loaded = await unit.users.get(user.id)
        loaded.follow(a_profile(loaded.clerk_id, role=Role.DOSEN, email=None), at=NOON + timedelta(hours=1))
        loaded.adjust(display_name="Bud", time_zone="Asia/Makassar", locale="en", at=NOON + timedelta(hours=1))
        await unit.users.save(loaded)
        await unit.commit()

    assert await stored(persistence.begin, user.id) == loaded


async def test_two_live_users_cannot_have_one_address_whatever_its_case(persistence: Persistence):
    await persistence.add_users(a_user(email="budi@example.ac.id"))

    with pytest.raises(EmailTaken):
        await persistence.add_users(a_user(email="Budi@Example.AC.ID"))


async def test_save_refuses_a_taken_address_as_well(persistence: Persistence):
    first, second = a_user(email="budi@example.ac.id"), a_user(email="siti@example.ac.id")
    await persistence.add_users(first, second)
    second.email = "BUDI@example.ac.id"

    async def save() -> None:
        async with persistence.begin() as unit:
            await unit.users.save(second)
            await unit.commit()

    with pytest.raises(EmailTaken):
        await save()
    assert (await stored(persistence.begin, second.id)).email == "siti@example.ac.id"


async def test_an_address_is_free_again_after_its_owner_was_deleted(persistence: Persistence):
    first = a_user(email="budi@example.ac.id")
    await persistence.add_users(first)
    async with persistence.begin() as unit:
        owner = await unit.users.get(first.id)
        owner.bury(at=NOON)
        await unit.users.save(owner)
        await unit.users.add(a_user(email="budi@example.ac.id"))
        await unit.commit()


async def test_any_number_of_users_may_have_no_address(persistence: Persistence):
    await persistence.add_users(a_user(email=None), a_user(email=None))


async def test_a_unit_that_was_refused_something_cannot_be_committed(persistence: Persistence):
    await persistence.add_users(a_user(email="budi@example.ac.id"))
    newcomer = a_user()

    async def go_on() -> None:
        async with persistence.begin() as unit:
            await unit.users.add(newcomer)
            # Which error it is in here is the adapter's business; past the unit's end it is EmailTaken.
            with contextlib.suppress(EmailTaken, asyncpg.UniqueViolationError):
                await unit.users.add(a_user(email="budi@example.ac.id"))
            await unit.commit()

    with pytest.raises(RuntimeError, match="given up"):
        await go_on()
    with pytest.raises(UserNotFound):
        await stored(persistence.begin, newcomer.id)


async def test_who_is_not_there_is_not_found(begin: Begin):
    async with begin() as unit:
        assert await unit.users.find_by_clerk_id("user_nobody") is None
        assert await unit.users.find_invited("nobody@example.ac.id") is None
        with pytest.raises(UserNotFound):
            await unit.users.get(UserId(uuid7()))


async def test_obtain_stores_the_first_and_gives_it_to_everybody_after(begin: Begin):
    first = User.provisioned(UserId(uuid7()), clerk_id="user_1", at=NOON)
    again = User.provisioned(UserId(uuid7()), clerk_id="user_1", at=NOON + timedelta(hours=1))
    async with begin() as unit:
        assert await unit.users.obtain(first) == first
        assert await unit.users.obtain(again) == first
        await unit.commit()

    async with begin() as unit:
        assert await unit.users.find_by_clerk_id("user_1") == first


async def test_obtain_refuses_a_taken_address(persistence: Persistence):
    await persistence.add_users(a_user(email="budi@example.ac.id"))
    newcomer = a_user(email="budi@example.ac.id")

    with pytest.raises(EmailTaken):
        async with persistence.begin() as unit:
            await unit.users.obtain(newcomer)


async def test_an_invitation_is_found_by_its_address_without_case_until_it_was_taken(persistence: Persistence):
    invited = User.invited(UserId(uuid7()), email="Siti@Example.ac.id", role=Role.DOSEN, at=NOON)
    await persistence.add_users(invited, a_user(email="budi@example.ac.id"))
    async with persistence.begin() as unit:
        assert await unit.users.find_invited("siti@example.ac.id") == invited
        assert await unit.users.find_invited("budi@example.ac.id") is None
        invited.bury(at=NOON)
        await unit.users.save(invited)
        assert await unit.users.find_invited("siti@example.ac.id") is None


async def test_the_view_shows_what_this_unit_saved(persistence: Persistence):
    user = a_user()
    await persistence.add_users(user)
    async with persistence.begin() as unit:
        user.change_role(Role.DOSEN, at=NOON)
        await unit.users.save(user)
        view = await unit.users.view(user.id)

    decoded = msgspec.json.decode(view.body, type=UserView)
    assert decoded == UserView(**{name: getattr(user, name) for name in UserView.__struct_fields__})
    assert view.tag == str(user.version)


async def test_a_tombstone_has_no_view(persistence: Persistence):
    user = a_user()
    user.bury(at=NOON)
    await persistence.add_users(user)
    async with persistence.begin() as unit:
        with pytest.raises(UserNotFound):
            await unit.users.view(user.id)


async def test_marks_tell_who_is_known_and_how_new(persistence: Persistence):
    await persistence.add_users(a_user(clerk_id="user_1", mark=SourceMark(NOON, "0a")), a_user(clerk_id="user_2"))
    async with persistence.begin() as unit:
        marks = await unit.users.marks(["user_2", "user_1", "user_3"])

    assert marks == {"user_1": SourceMark(NOON, "0a"), "user_2": None}


async def test_live_clerk_ids_come_in_order_and_in_parts(persistence: Persistence):
    gone, invited = a_user(clerk_id="user_b"), a_user(clerk_id=None)
    gone.bury(at=NOON)
    await persistence.add_users(gone, invited, *(a_user(clerk_id=f"user_{letter}") for letter in "dacB"))
    async with persistence.begin() as unit:
        first = await unit.users.live_clerk_ids(after="", limit=3)
        rest = await unit.users.live_clerk_ids(after=first[-1], limit=3)

    assert len(first) == 3
    assert sorted([*first, *rest]) == ["user_B", "user_a", "user_c", "user_d"]


async def test_newcomers_are_those_of_whom_clerk_has_told_nothing(persistence: Persistence):
    gone = a_user(clerk_id="user_gone")
    gone.bury(at=NOON)
    first = a_user(clerk_id="user_first")
    later = a_user(clerk_id="user_later", created_at=NOON + timedelta(hours=1))
    old = a_user(clerk_id="user_old", created_at=NOON - timedelta(hours=1))
    told = a_user(clerk_id="user_told", mark=SourceMark(NOON, "0a"))
    await persistence.add_users(gone, first, later, old, told, a_user(clerk_id=None))
    async with persistence.begin() as unit:
        assert await unit.users.newcomers(since=NOON, limit=5) == ["user_later", "user_first"]
        assert await unit.users.newcomers(since=NOON, limit=1) == ["user_later"]


async def test_only_active_admins_keep_the_house(persistence: Persistence):
    gone = an_admin()
    gone.bury(at=NOON)
    admins = [an_admin(), an_admin()]
    await persistence.add_users(*admins, gone, an_admin(status=Status.INACTIVE), an_admin(status=Status.PENDING))
    await persistence.add_users(a_user(), a_user(role=Role.DOSEN))
    async with persistence.begin() as unit:
        assert await unit.users.lock_active_admins() == sorted(admin.id for admin in admins)

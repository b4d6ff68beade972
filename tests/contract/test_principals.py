import pytest

from application.identity.ports import Principal
from domain.identity.profile import Role
from domain.identity.user import Status
from tests.contract.conftest import Persistence
from tests.support.people import NOON, a_user


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("status", list(Status))
async def test_a_principal_is_the_user_as_they_are_now(persistence: Persistence, role: Role, status: Status):
    user = a_user(clerk_id="user_1", role=role, status=status)
    await persistence.add_users(a_user(), user)

    assert await persistence.principals.find("user_1", "sess_1") == Principal(
        user_id=user.id,
        clerk_id="user_1",
        session_id="sess_1",
        role=role,
        status=status,
        is_deleted=False,
        is_session_denied=False,
    )


async def test_who_was_deleted_is_still_a_principal_and_told_apart(persistence: Persistence):
    user = a_user(clerk_id="user_1")
    user.bury(at=NOON)
    await persistence.add_users(user)

    principal = await persistence.principals.find("user_1", "sess_1")

    assert principal is not None
    assert principal.is_deleted


async def test_nobody_is_no_principal(persistence: Persistence):
    await persistence.add_users(a_user(clerk_id="user_1"), a_user(clerk_id=None))

    assert await persistence.principals.find("user_2", "sess_1") is None
    assert await persistence.principals.find("", "sess_1") is None


async def test_a_change_counts_from_its_commit_on(persistence: Persistence):
    user = a_user(clerk_id="user_1")
    await persistence.add_users(user)
    async with persistence.begin() as unit:
        user.change_status(Status.INACTIVE, at=NOON)
        await unit.users.save(user)
        during = await persistence.principals.find("user_1", "sess_1")
        await unit.commit()
    after = await persistence.principals.find("user_1", "sess_1")

    assert during is not None
    assert during.status is Status.ACTIVE
    assert after is not None
    assert after.status is Status.INACTIVE

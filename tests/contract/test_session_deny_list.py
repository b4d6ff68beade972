from datetime import timedelta

from tests.contract.conftest import Persistence
from tests.support.people import NOON, a_user


async def is_denied(persistence: Persistence, session_id: str) -> bool:
    principal = await persistence.principals.find("user_1", session_id)
    assert principal is not None
    return principal.is_session_denied


async def deny(persistence: Persistence, session_id: str, *, hours: int) -> None:
    async with persistence.begin() as unit:
        await unit.denied_sessions.deny(session_id, until=NOON + timedelta(hours=hours))
        await unit.commit()


async def forget(persistence: Persistence, *, hours: int) -> int:
    async with persistence.begin() as unit:
        forgotten = await unit.denied_sessions.forget_before(NOON + timedelta(hours=hours))
        await unit.commit()
    return forgotten


async def test_a_session_is_denied_from_the_commit_on(persistence: Persistence):
    await persistence.add_users(a_user(clerk_id="user_1"))
    async with persistence.begin() as unit:
        await unit.denied_sessions.deny("sess_1", until=NOON)
        assert not await is_denied(persistence, "sess_1")
        await unit.commit()

    assert await is_denied(persistence, "sess_1")
    assert not await is_denied(persistence, "sess_2")


async def test_without_a_commit_nothing_is_denied(persistence: Persistence):
    await persistence.add_users(a_user(clerk_id="user_1"))
    async with persistence.begin() as unit:
        await unit.denied_sessions.deny("sess_1", until=NOON)

    assert not await is_denied(persistence, "sess_1")


async def test_what_is_over_is_forgotten_and_nothing_else(persistence: Persistence):
    await persistence.add_users(a_user(clerk_id="user_1"))
    await deny(persistence, "sess_1", hours=1)
    await deny(persistence, "sess_2", hours=3)

    assert await forget(persistence, hours=2) == 1
    assert not await is_denied(persistence, "sess_1")
    assert await is_denied(persistence, "sess_2")


async def test_denying_again_makes_it_last_longer_and_never_shorter(persistence: Persistence):
    await persistence.add_users(a_user(clerk_id="user_1"))
    await deny(persistence, "sess_1", hours=1)
    await deny(persistence, "sess_1", hours=5)
    await deny(persistence, "sess_1", hours=2)

    assert await forget(persistence, hours=4) == 0
    assert await is_denied(persistence, "sess_1")

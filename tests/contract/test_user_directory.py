"""What every directory of users does, in memory and over HTTP alike."""

import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

import httpx
import pytest

from adapters.clerk.backend_api import ClerkUserDirectory
from adapters.memory.directory import InMemoryUserDirectory
from application.identity.ports import DirectoryRefused, UserDirectory
from domain.identity.profile import Profile, Role, SourceMark
from tests.support.clerk_stub import ClerkStub
from tests.support.clock import SettableClock

NOW = datetime(2026, 5, 20, 8, 0, tzinfo=UTC)
NOBODY = "user_nobody"


class World(Protocol):
    """A directory, and the other side of it: what happens at Clerk without us."""

    directory: UserDirectory

    def sign_up(self, clerk_id: str, email: str | None = None) -> None: ...
    def sign_in(self, clerk_id: str, session_id: str) -> None: ...
    def lock(self, clerk_id: str) -> None: ...
    def invited(self) -> dict[str, str]: ...


class MemoryWorld(World):
    def __init__(self) -> None:
        self.clock = SettableClock(NOW)
        self.memory = InMemoryUserDirectory(clock=self.clock)
        self.directory = self.memory

    def sign_up(self, clerk_id: str, email: str | None = None) -> None:
        self.clock.advance(milliseconds=1)
        mark = SourceMark(self.clock.now, "0" * 64)
        self.memory.put(
            Profile(
                clerk_id, None, email, email is not None, Role.MAHASISWA, suspended=False, created_at=NOW, mark=mark
            )
        )

    def sign_in(self, clerk_id: str, session_id: str) -> None:
        pass  # sessions are Clerk's; the directory in memory only notes what was revoked

    def lock(self, clerk_id: str) -> None:
        profile = self.memory._profiles[clerk_id]
        self.memory._change(Profile(**{**_fields(profile), "suspended": True}))

    def invited(self) -> dict[str, str]:
        return {email: role.value for email, role in self.memory.invitations.items()}


@dataclass
class HttpWorld(World):
    stub: ClerkStub
    directory: UserDirectory

    def sign_up(self, clerk_id: str, email: str | None = None) -> None:
        self.stub.instance.add_user(clerk_id, email=email)

    def sign_in(self, clerk_id: str, session_id: str) -> None:
        self.stub.instance.sign_in(clerk_id, session_id)

    def lock(self, clerk_id: str) -> None:
        self.stub.instance.change_user(clerk_id, locked=True)

    def invited(self) -> dict[str, str]:
        pending = [one for one in self.stub.instance.invitations.values() if one["status"] == "pending"]
        return {invitation["email_address"]: invitation["public_metadata"]["role"] for invitation in pending}


def _fields(profile: Profile) -> dict[str, object]:
    return {name: getattr(profile, name) for name in Profile.__dataclass_fields__}


@pytest.fixture(scope="module")
def stub() -> Iterator[ClerkStub]:
    with ClerkStub() as stub:
        yield stub


@pytest.fixture(params=["memory", "http"])
async def world(request: pytest.FixtureRequest, stub: ClerkStub) -> AsyncIterator[World]:
    if request.param == "memory":
        yield MemoryWorld()
        return
    stub.reset()
    async with httpx.AsyncClient() as client:
        yield HttpWorld(stub, ClerkUserDirectory(client, url=stub.url, secret_key=stub.instance.secret_key))


async def everybody(directory: UserDirectory) -> list[Profile]:
    return [profile async for page in directory.scan() for profile in page]


async def test_fetches_whom_it_knows(world: World) -> None:
    world.sign_up("user_a", "a@tekun.example")
    got = await world.directory.fetch("user_a")
    assert got is not None
    assert (got.clerk_id, got.email, got.email_verified, got.role) == (
        "user_a",
        "a@tekun.example",
        True,
        Role.MAHASISWA,
    )


async def test_knows_nothing_of_nobody(world: World) -> None:
    assert await world.directory.fetch(NOBODY) is None


async def test_scan_of_nobody(world: World) -> None:
    assert await everybody(world.directory) == []


@pytest.mark.parametrize("count", [1, 499, 500, 501, 1000, 1203])
async def test_scan_meets_everybody_once(world: World, count: int) -> None:
    for number in range(count):
        world.sign_up(f"user_{number}")
    got = [profile.clerk_id for profile in await everybody(world.directory)]
    assert len(got) == count
    assert set(got) == {f"user_{number}" for number in range(count)}


async def test_scan_and_fetch_agree(world: World) -> None:
    world.sign_up("user_a", "a@tekun.example")
    assert await everybody(world.directory) == [await world.directory.fetch("user_a")]


@pytest.mark.parametrize("role", list(Role))
async def test_role_is_set(world: World, role: Role) -> None:
    world.sign_up("user_a")
    before = await world.directory.fetch("user_a")
    changed = await world.directory.set_role("user_a", role)
    assert changed.role is role
    assert before is not None
    assert changed.mark > before.mark
    assert await world.directory.fetch("user_a") == changed


async def test_suspension_and_its_end(world: World) -> None:
    world.sign_up("user_a")
    suspended = await world.directory.suspend("user_a")
    assert suspended.suspended
    assert await world.directory.fetch("user_a") == suspended
    reinstated = await world.directory.reinstate("user_a")
    assert not reinstated.suspended
    assert reinstated.mark > suspended.mark
    assert await world.directory.fetch("user_a") == reinstated


async def test_reinstating_lifts_a_lock_too(world: World) -> None:
    world.sign_up("user_a")
    world.lock("user_a")
    await world.directory.suspend("user_a")
    assert not (await world.directory.reinstate("user_a")).suspended


async def test_suspending_twice_is_suspending_once(world: World) -> None:
    world.sign_up("user_a")
    await world.directory.suspend("user_a")
    assert (await world.directory.suspend("user_a")).suspended


async def test_changes_of_nobody_are_refused(world: World) -> None:
    for change in (
        world.directory.set_role(NOBODY, Role.ADMIN),
        world.directory.suspend(NOBODY),
        world.directory.reinstate(NOBODY),
    ):
        with pytest.raises(DirectoryRefused):
            await change


async def test_deleting_is_final_and_may_be_repeated(world: World) -> None:
    world.sign_up("user_a")
    await world.directory.delete("user_a")
    assert await world.directory.fetch("user_a") is None
    await world.directory.delete("user_a")
    await world.directory.delete(NOBODY)


async def test_invitation_carries_the_role(world: World) -> None:
    await world.directory.invite("new@tekun.example", Role.DOSEN)
    assert world.invited() == {"new@tekun.example": "dosen"}


async def test_second_invitation_is_refused(world: World) -> None:
    await world.directory.invite("new@tekun.example", Role.DOSEN)
    with pytest.raises(DirectoryRefused, match=re.compile("invit", re.IGNORECASE)):
        await world.directory.invite("new@tekun.example", Role.ADMIN)
    assert world.invited() == {"new@tekun.example": "dosen"}


async def test_a_revoked_invitation_is_gone_and_no_other(world: World) -> None:
    await world.directory.invite("new@tekun.example", Role.DOSEN)
    await world.directory.invite("anew@tekun.example", Role.DOSEN)
    await world.directory.revoke_invitation("New@tekun.example".lower())
    assert world.invited() == {"anew@tekun.example": "dosen"}
    await world.directory.revoke_invitation("new@tekun.example")
    await world.directory.invite("new@tekun.example", Role.ADMIN)
    assert world.invited() == {"anew@tekun.example": "dosen", "new@tekun.example": "admin"}


async def test_who_is_there_can_not_be_invited(world: World) -> None:
    world.sign_up("user_a", "a@tekun.example")
    with pytest.raises(DirectoryRefused):
        await world.directory.invite("a@tekun.example", Role.ADMIN)


async def test_session_is_revoked_once_or_more(world: World) -> None:
    world.sign_up("user_a")
    world.sign_in("user_a", "sess_a")
    await world.directory.revoke_session("sess_a")
    await world.directory.revoke_session("sess_a")
    await world.directory.revoke_session("sess_unknown")

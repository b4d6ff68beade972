"""Everybody who may knock: each kind of principal, and each thing that they may ask for."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from uuid_utils.compat import uuid7

from domain.identity.profile import Role
from domain.identity.user import Status
from tests.support.platform import Person, Platform, bearer


class Kind(StrEnum):
    NOBODY = "no token"
    EXPIRED = "expired token"
    GARBAGE = "garbage for a token"
    DENIED = "admin whose session was ended"
    INACTIVE = "admin who was locked out"
    ERASED = "admin who was erased"
    PENDING = "mahasiswa without a verified address"
    MAHASISWA = "mahasiswa"
    DOSEN = "dosen"
    ADMIN = "admin"


ROLES = {
    Kind.PENDING: Role.MAHASISWA,
    Kind.MAHASISWA: Role.MAHASISWA,
    Kind.DOSEN: Role.DOSEN,
}
REFUSED_TOKENS = {Kind.EXPIRED, Kind.GARBAGE, Kind.DENIED}
SHUT_OUT = {Kind.INACTIVE, Kind.ERASED}


@dataclass(frozen=True)
class Caller:
    """`person` is who the token speaks of, also where it is no good; None for nobody."""

    kind: Kind
    person: Person | None
    headers: dict[str, str]

    @property
    def role(self) -> Role | None:
        return None if self.kind is Kind.NOBODY else ROLES.get(self.kind, Role.ADMIN)


async def caller(platform: Platform, kind: Kind) -> Caller:
    """Somebody new of that kind."""
    if kind is Kind.NOBODY:
        return Caller(kind, None, {})
    person = await platform.person(ROLES.get(kind, Role.ADMIN))
    headers = await _SPOILED[kind](platform, person) if kind in _SPOILED else person.headers
    return Caller(kind, person, headers)


async def _expired(platform: Platform, person: Person) -> dict[str, str]:
    return bearer(platform.token(person.clerk_id, ago=timedelta(hours=2)))


async def _garbage(_: Platform, person: Person) -> dict[str, str]:
    token = person.headers["Authorization"]
    return {"Authorization": token[:-8] + ("A" * 8 if not token.endswith("A" * 8) else "B" * 8)}


async def _denied(platform: Platform, person: Person) -> dict[str, str]:
    async with platform.client(headers=person.headers) as client:
        assert (await client.post("/v1/auth/logout")).status_code == 204
    return person.headers


async def _inactive(platform: Platform, person: Person) -> dict[str, str]:
    return await _changed(platform, person, lambda user, at: user.change_status(Status.INACTIVE, at=at))


async def _erased(platform: Platform, person: Person) -> dict[str, str]:
    return await _changed(platform, person, lambda user, at: user.bury(at=at))


async def _pending(platform: Platform, person: Person) -> dict[str, str]:
    """As their first request makes them: nothing but the token is known."""
    return bearer(platform.token(f"{person.clerk_id}new"))


async def _changed(platform: Platform, person: Person, change: Callable[..., bool]) -> dict[str, str]:
    async with platform.container.begin()() as unit:
        user = await unit.users.get(person.user.id)
        assert change(user, platform.container.clock()())
        await unit.users.save(user)
        await unit.commit()
    return person.headers


_SPOILED: dict[Kind, Callable[[Platform, Person], Awaitable[dict[str, str]]]] = {
    Kind.EXPIRED: _expired,
    Kind.GARBAGE: _garbage,
    Kind.DENIED: _denied,
    Kind.INACTIVE: _inactive,
    Kind.ERASED: _erased,
    Kind.PENDING: _pending,
}


@dataclass(frozen=True)
class Thing:
    """What a path points at: `is_mine` is the caller's own, `is_public` is for everyone to see."""

    name: str
    id: str = ""
    exists: bool = True
    is_mine: bool = False
    is_public: bool = False


Make = Callable[[Platform, Caller, Person], Awaitable[Thing | None]]
"""A new thing for a request of this caller; the other person owns what is foreign. None where they have none."""


async def _missing(_: Platform, __: Caller, ___: Person) -> Thing | None:
    return Thing("missing", str(uuid7()), exists=False)


async def _foreign_draft(platform: Platform, _: Caller, owner: Person) -> Thing | None:
    return Thing("foreign draft", (await platform.make_course(owner))["id"])


async def _foreign_published(platform: Platform, _: Caller, owner: Person) -> Thing | None:
    course = await platform.publish(owner, await platform.make_course(owner))
    return Thing("foreign published", course["id"], is_public=True)


async def _own_draft(platform: Platform, who: Caller, _: Person) -> Thing | None:
    if who.person is None or who.kind is not Kind.DOSEN:
        return None
    return Thing("own draft", (await platform.make_course(who.person))["id"], is_mine=True)


async def _own_published(platform: Platform, who: Caller, _: Person) -> Thing | None:
    if who.person is None or who.kind is not Kind.DOSEN:
        return None
    course = await platform.publish(who.person, await platform.make_course(who.person))
    return Thing("own published", course["id"], is_mine=True, is_public=True)


async def _foreign_user(platform: Platform, _: Caller, __: Person) -> Thing | None:
    return Thing("foreign", (await platform.person(Role.MAHASISWA)).id)


async def _themselves(_: Platform, who: Caller, __: Person) -> Thing | None:
    return None if who.person is None else Thing("themselves", who.person.id, is_mine=True)


async def _nothing(_: Platform, __: Caller, ___: Person) -> Thing | None:
    return Thing("-")


async def _asset(_: Platform, __: Caller, ___: Person) -> Thing | None:
    return Thing("asset", "start.js", is_public=True)


THINGS: dict[str, list[Make]] = {
    "course_id": [_missing, _foreign_draft, _foreign_published, _own_draft, _own_published],
    "user_id": [_missing, _foreign_user, _themselves],
    "name": [_missing, _asset],
    "": [_nothing],
}
"""By the name of the path's parameter; a path with another one is an error until it is said what it may point at."""

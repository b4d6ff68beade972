"""People for tests: profiles and users with everything that a test doesn't care about filled in."""

from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

from hypothesis import strategies as st
from uuid_utils.compat import uuid7

from domain.identity.profile import Profile, Role, SourceMark
from domain.identity.user import LeaderboardChoice, Status, User
from domain.shared.ids import UserId

NOON = datetime(2025, 4, 10, 12, 0, tzinfo=UTC)


def a_profile(clerk_id: str = "user_1", **given: Any) -> Profile:
    """`updated_at` is the mark's; the digest is made of the rest, as the Clerk adapter makes it."""
    updated_at = given.pop("updated_at", NOON)
    content = {
        "name": "Budi Santoso",
        "email": f"{clerk_id}@example.ac.id",
        "email_verified": True,
        "role": Role.MAHASISWA,
        "suspended": False,
        "created_at": NOON,
        **given,
    }
    digest = sha256(repr((clerk_id, sorted(content.items()))).encode()).hexdigest()
    return Profile(clerk_id=clerk_id, mark=SourceMark(updated_at, digest), **content)


def a_user(**given: Any) -> User:
    """An active learner who has signed up."""
    user_id = given.pop("id", None) or UserId(uuid7())
    fields = {
        "clerk_id": f"user_{user_id.hex}",
        "name": "Budi Santoso",
        "email": f"{user_id.hex}@example.ac.id",
        "email_verified": True,
        "role": Role.MAHASISWA,
        "status": Status.ACTIVE,
        "created_at": NOON,
        "updated_at": NOON,
        **given,
    }
    return User(id=user_id, **fields)


def an_admin(**given: Any) -> User:
    return a_user(role=Role.ADMIN, **given)


instants = st.datetimes(datetime(2000, 1, 1), datetime(2099, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 # the zone comes by `timezones`
storable_text = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=40)
marks = st.builds(SourceMark, instants, st.sampled_from(["0a", "7f", "ff"]) | storable_text)
profiles = st.builds(
    Profile,
    clerk_id=st.just("user_1"),
    name=st.none() | storable_text,
    email=st.none() | st.emails(),
    email_verified=st.booleans(),
    role=st.sampled_from(Role),
    suspended=st.booleans(),
    created_at=instants,
    mark=marks,
)
users = st.builds(
    User,
    id=st.uuids().map(UserId),
    clerk_id=st.none() | storable_text,
    name=st.none() | storable_text,
    email=st.none() | storable_text,
    email_verified=st.booleans(),
    role=st.sampled_from(Role),
    status=st.sampled_from(Status),
    display_name=st.none() | storable_text,
    time_zone=st.sampled_from(["Asia/Jakarta", "Asia/Jayapura", "America/Argentina/ComodRivadavia"]),
    locale=st.sampled_from(["id", "en"]),
    leaderboard=st.sampled_from([LeaderboardChoice.NAME, LeaderboardChoice.HIDDEN]),
    # Nobody has another's.
    pseudonym=st.none() | st.uuids().map(str),
    created_at=instants,
    updated_at=instants,
    version=st.integers(1, 2**31 - 1),
    mark=st.none() | marks,
    deleted_at=st.none() | instants,
)

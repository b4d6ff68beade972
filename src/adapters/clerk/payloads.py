"""Clerk's own shapes, read leniently: what we don't need may be missing, null, of another type, or new.

Clerk's published examples don't all satisfy Clerk's published schema. A description is unusable only without an id and
an instant of its last change, because then it can't be put in its place.
"""

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Annotated, Any, NoReturn

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, ValidationError

from adapters.clerk.claims import LEEWAY, LONGEST_LIFETIME, SESSION_ID, USER_ID
from adapters.clerk.text import clean_name, usable_email, without_lone_surrogates
from application.identity.events import (
    Event,
    EventReader,
    Ignored,
    PayloadUnusable,
    SessionEnded,
    UserChanged,
    UserDeleted,
)
from application.shared.clock import Clock
from domain.identity.profile import Profile, Role, SourceMark

_EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)  # what lies before is a value in seconds, not milliseconds
_LATEST = datetime(2100, 1, 1, tzinfo=UTC)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LONGEST_TYPE = 100


def _text_or_none(value: object) -> str | None:
    return without_lone_surrogates(value) if isinstance(value, str) else None


def _object_or_none(value: object) -> Mapping[str, Any] | None:
    return value if isinstance(value, dict) else None


def _objects(value: object) -> list[Mapping[str, Any]]:
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def _instant_or_none(value: object) -> datetime | None:
    if not (type(value) is int or type(value) is float) or not 0 <= value < _LATEST.timestamp() * 1000:
        return None
    instant = _EPOCH + timedelta(milliseconds=int(value))
    return instant if _EARLIEST <= instant < _LATEST else None


def _is_set(value: object) -> bool:
    """A ban of an unexpected form is still a ban."""
    return value is not None and value is not False


def _user_id(value: str) -> str:
    if not USER_ID.fullmatch(value):
        raise ValueError("not a user id")
    return value


_Text = Annotated[str | None, BeforeValidator(_text_or_none)]
_Instant = Annotated[datetime | None, BeforeValidator(_instant_or_none)]
_Flag = Annotated[bool, BeforeValidator(_is_set)]


class _Lenient(BaseModel):
    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)


class ClerkVerification(_Lenient):
    status: _Text = None


class ClerkEmailAddress(_Lenient):
    id: _Text = None
    email_address: _Text = None
    verification: Annotated[ClerkVerification | None, BeforeValidator(_object_or_none)] = None


class ClerkUser(_Lenient):
    """A user object, of a webhook or of the Backend API."""

    id: Annotated[str, AfterValidator(_user_id)]
    username: _Text = None
    first_name: _Text = None
    last_name: _Text = None
    primary_email_address_id: _Text = None
    email_addresses: Annotated[list[ClerkEmailAddress], BeforeValidator(_objects)] = []
    public_metadata: Annotated[Mapping[str, Any] | None, BeforeValidator(_object_or_none)] = None
    banned: _Flag = False
    locked: _Flag = False
    created_at: _Instant = None
    updated_at: _Instant = None

    @property
    def name(self) -> str | None:
        parts = (clean_name(part) for part in (self.first_name, self.last_name))
        return clean_name(" ".join(part for part in parts if part)) or clean_name(self.username)

    @property
    def primary_email(self) -> ClerkEmailAddress | None:
        wanted = self.primary_email_address_id
        return next((entry for entry in self.email_addresses if wanted and entry.id == wanted), None)

    @property
    def role(self) -> Role:
        """From the public metadata, which only the Backend API can write; users write `unsafe_metadata` themselves."""
        claimed = (self.public_metadata or {}).get("role")
        return next((role for role in Role if role == claimed), Role.MAHASISWA)


def read_user(data: object) -> ClerkUser:
    """Raises PayloadUnusable, naming the fields at fault but none of their values."""
    try:
        return ClerkUser.model_validate(data)
    except ValidationError as error:
        faults = (f"{'.'.join(map(str, fault['loc'])) or 'user'}: {fault['type']}" for fault in error.errors())
        raise PayloadUnusable(f"The user can't be read: {', '.join(faults)}.") from error


def profile_of(user: ClerkUser) -> Profile:
    """Raises PayloadUnusable: it isn't known when the user was last changed."""
    updated_at = user.updated_at or user.created_at
    if updated_at is None:
        raise PayloadUnusable(
            "The user can't be read: neither updated_at nor created_at is a sane time in milliseconds."
        )
    entry = user.primary_email
    email = usable_email(entry.email_address) if entry else None
    is_verified = bool(email and entry and entry.verification and entry.verification.status == "verified")
    is_suspended = user.banned or user.locked
    created_at = user.created_at or updated_at
    content = (user.id, user.name, email, is_verified, user.role, is_suspended, created_at.isoformat())
    mark = SourceMark(updated_at, sha256(json.dumps(content).encode()).hexdigest())
    return Profile(user.id, user.name, email, is_verified, user.role, is_suspended, created_at, mark)


class ClerkEventReader(EventReader):
    def __init__(self, *, clock: Clock) -> None:
        self._clock = clock

    def read(self, body: bytes) -> Event:
        type_, data = _read_envelope(body)
        try:
            return self._translate(type_, data)
        except PayloadUnusable as error:
            raise PayloadUnusable(error.detail, type=type_) from error

    def _translate(self, type_: str, data: Mapping[str, Any]) -> Event:
        match type_:
            case "user.created" | "user.updated":
                return UserChanged(type_, profile_of(read_user(data)))
            case "user.deleted" if data.get("id") is None:
                return Ignored(type_, "It doesn't say who was deleted.")
            case "user.deleted":
                return UserDeleted(type_, read_user({"id": data["id"]}).id)
            case "session.ended" | "session.removed" | "session.revoked":
                # Whatever the payload's own times say: no token issued by now lives longer.
                return SessionEnded(type_, _session_id(data), self._clock() + LONGEST_LIFETIME + LEEWAY)
            case _:
                return Ignored(type_, "Events of this type have no effect here.")


def _read_envelope(body: bytes) -> tuple[str, Mapping[str, Any]]:
    try:
        envelope = json.loads(body.decode(), parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise PayloadUnusable("The body isn't JSON in UTF-8.") from error
    if not isinstance(envelope, dict):
        raise PayloadUnusable("The body isn't an object.")
    type_, data = envelope.get("type"), envelope.get("data")
    if not isinstance(type_, str) or not 0 < len(type_) <= _LONGEST_TYPE or not type_.isprintable():
        raise PayloadUnusable("The event has no usable type.")
    if not isinstance(data, dict):
        raise PayloadUnusable("The event's data isn't an object.", type=type_)
    return type_, data


def _session_id(data: Mapping[str, Any]) -> str:
    session_id = data.get("id")
    if isinstance(session_id, str) and SESSION_ID.fullmatch(session_id):
        return session_id
    raise PayloadUnusable("The session has no usable id.")


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)

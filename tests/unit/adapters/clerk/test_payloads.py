import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.clerk.payloads import ClerkEventReader, profile_of, read_user
from application.identity.events import Event, Ignored, PayloadUnusable, SessionEnded, UserChanged, UserDeleted
from domain.identity.profile import Profile, Role
from tests.support.clerk_keys import NOW
from tests.support.clerk_shapes import user_object
from tests.support.clock import SettableClock

CLERK_ID = "user_2vX11zP5ojq7cTRY58xT6oJqmRG"
AT = 1_744_276_393_626
EXAMPLES = Path(__file__).parents[5] / "shared/clerk/webhooks"


def read(envelope: Any) -> Event:
    body = envelope if isinstance(envelope, bytes) else json.dumps(envelope).encode()
    return ClerkEventReader(clock=SettableClock(NOW)).read(body)


def profile(**fields: Any) -> Profile:
    user = user_object(CLERK_ID, at=AT, email="asha@example.com", first_name="Asha", last_name="Rao")
    return profile_of(read_user(user | fields))


def test_user_becomes_a_profile() -> None:
    got = profile()
    instant = datetime(2025, 4, 10, 9, 13, 13, 626000, tzinfo=UTC)
    assert (got.clerk_id, got.name, got.email, got.email_verified) == (CLERK_ID, "Asha Rao", "asha@example.com", True)
    assert (got.role, got.suspended, got.created_at, got.mark.updated_at) == (Role.MAHASISWA, False, instant, instant)


@pytest.mark.parametrize(
    ("first", "last", "username", "name"),
    [
        ("Asha", "Rao", "asharao", "Asha Rao"),
        (" Asha ", None, None, "Asha"),
        (None, "Rao", None, "Rao"),
        ("", " ", "asharao", "asharao"),
        ("\0", "\0", "asha\0rao", "asharao"),
        (None, None, None, None),
        (7, ["x"], "asharao", "asharao"),
        ("A" * 150, "B" * 150, None, "A" * 150 + " " + "B" * 49),
        ("A" * 199, "B", None, "A" * 199),
        ("\ud800Asha", "\U0001f393", None, "\ufffdAsha \U0001f393"),
    ],
)
def test_name(first: Any, last: Any, username: Any, name: str | None) -> None:
    assert profile(first_name=first, last_name=last, username=username).name == name


def address(text: Any, address_id: Any = "idn_1", status: Any = "verified") -> dict[str, Any]:
    return {"id": address_id, "email_address": text, "verification": {"status": status}}


@pytest.mark.parametrize(
    ("primary", "entries", "expected"),
    [
        ("idn_1", [address("a@b.example")], ("a@b.example", True)),
        ("idn_2", [address("old@b.example"), address("a@b.example", "idn_2")], ("a@b.example", True)),
        ("idn_1", [address("a@b.example", status="unverified")], ("a@b.example", False)),
        ("idn_1", [address("a@b.example", status=None)], ("a@b.example", False)),
        ("idn_1", [address("a@b.example") | {"verification": None}], ("a@b.example", False)),
        ("idn_1", [address("a@b.example") | {"verification": "verified"}], ("a@b.example", False)),
        ("idn_1", [None, 7, address(" a@b.example ")], ("a@b.example", True)),
        (None, [address("a@b.example")], (None, False)),
        (None, [address("a@b.example", None)], (None, False)),
        ("", [address("a@b.example", "")], (None, False)),
        ("idn_9", [address("a@b.example")], (None, False)),
        ("idn_1", [], (None, False)),
        ("idn_1", None, (None, False)),
        ("idn_1", {"idn_1": "a@b.example"}, (None, False)),
        ("idn_1", [address("a\0@b.example")], (None, False)),
        ("idn_1", [address("a\ud800@b.example")], (None, False)),
        ("idn_1", [address("a@b.example\nBcc: x@y")], (None, False)),
        ("idn_1", [address("+15555550100")], (None, False)),
        ("idn_1", [address("a" * 320 + "@b.example")], (None, False)),
        ("idn_1", [address(5)], (None, False)),
    ],
)
def test_primary_email(primary: Any, entries: Any, expected: tuple[str | None, bool]) -> None:
    got = profile(primary_email_address_id=primary, email_addresses=entries)
    assert (got.email, got.email_verified) == expected


@pytest.mark.parametrize(
    ("metadata", "role"),
    [
        ({"role": "admin"}, Role.ADMIN),
        ({"role": "dosen", "other": 1}, Role.DOSEN),
        ({"role": "mahasiswa"}, Role.MAHASISWA),
        ({"role": "Admin"}, Role.MAHASISWA),
        ({"role": "owner"}, Role.MAHASISWA),
        ({"role": ["admin"]}, Role.MAHASISWA),
        ({"role": None}, Role.MAHASISWA),
        ({}, Role.MAHASISWA),
        (None, Role.MAHASISWA),
        ("admin", Role.MAHASISWA),
        ([{"role": "admin"}], Role.MAHASISWA),
    ],
)
def test_role_is_from_public_metadata_alone(metadata: Any, role: Role) -> None:
    others = {"unsafe_metadata": {"role": "admin"}, "private_metadata": {"role": "admin"}}
    assert profile(public_metadata=metadata, **others).role is role


@pytest.mark.parametrize(
    ("fields", "is_suspended"),
    [
        ({}, False),
        ({"banned": None, "locked": None}, False),
        ({"banned": True}, True),
        ({"locked": True, "lockout_expires_in_seconds": 3600}, True),
        ({"locked": True, "lockout_expires_in_seconds": None}, True),
        ({"banned": "yes"}, True),
    ],
)
def test_ban_and_lock_suspend(fields: dict[str, Any], *, is_suspended: bool) -> None:
    assert profile(**fields).suspended is is_suspended


@pytest.mark.parametrize("value", [None, "1744276393626", True, -1, 0, AT // 1000, AT * 1000, 10**400, 1e999, [AT]])
def test_insane_instants(value: Any) -> None:
    assert profile(created_at=value).created_at == profile().mark.updated_at
    assert profile(updated_at=value).mark.updated_at == profile().created_at
    with pytest.raises(PayloadUnusable):
        profile(created_at=value, updated_at=value)


@pytest.mark.parametrize("clerk_id", [None, "", 5, "asha", "user_", "user_1\n", "user_\0", "user_" + "x" * 101])
def test_user_without_a_usable_id(clerk_id: Any) -> None:
    with pytest.raises(PayloadUnusable, match="id"):
        profile(id=clerk_id)


@pytest.mark.parametrize("data", [None, [], "user", 5])
def test_what_is_no_user(data: Any) -> None:
    with pytest.raises(PayloadUnusable):
        read_user(data)


def test_personal_data_stays_out_of_the_error() -> None:
    with pytest.raises(PayloadUnusable) as refusal:
        profile(id="asha@example.com")
    assert "asha" not in f"{refusal.value} {refusal.value.__cause__}"


@pytest.mark.parametrize(
    "fields",
    [
        {"first_name": "Dewi"},
        {"email_addresses": []},
        {"public_metadata": {"role": "dosen"}},
        {"banned": True},
        {"created_at": AT + 1},
    ],
)
def test_mark_tells_contents_of_one_instant_apart(fields: dict[str, Any]) -> None:
    assert profile(**fields).mark.updated_at == profile().mark.updated_at
    assert profile(**fields).mark.digest != profile().mark.digest


def test_mark_is_the_same_for_what_we_do_not_take_over() -> None:
    assert profile(last_active_at=5, passkeys=[{}], new_field={"a": 1}).mark == profile().mark


def envelope(type_: Any, data: Any) -> dict[str, Any]:
    return {"type": type_, "data": data, "object": "event", "timestamp": AT}


@pytest.mark.parametrize("type_", ["user.created", "user.updated"])
def test_changed_user(type_: str) -> None:
    assert read(envelope(type_, user_object(CLERK_ID, at=AT))) == UserChanged(
        type_, profile_of(read_user(user_object(CLERK_ID, at=AT)))
    )


def test_deleted_user() -> None:
    assert read(envelope("user.deleted", {"id": CLERK_ID, "deleted": True})) == UserDeleted("user.deleted", CLERK_ID)


@pytest.mark.parametrize("data", [{}, {"id": None, "deleted": True}])
def test_deletion_of_nobody_is_ignored(data: dict[str, Any]) -> None:
    assert isinstance(read(envelope("user.deleted", data)), Ignored)


@pytest.mark.parametrize("type_", ["session.ended", "session.removed", "session.revoked"])
def test_ended_session_is_denied_for_as_long_as_a_token_can_live(type_: str) -> None:
    until = NOW + timedelta(hours=24, seconds=5)
    assert read(envelope(type_, {"id": "sess_1", "user": None})) == SessionEnded(type_, "sess_1", until)


@pytest.mark.parametrize("type_", ["session.created", "email.created", "quantum.entangled", "user.banned"])
def test_other_types_are_ignored(type_: str) -> None:
    got = read(envelope(type_, {}))
    assert isinstance(got, Ignored)
    assert got.type == type_


UNUSABLE: dict[str, tuple[str, Any]] = {
    "nothing": ("unknown", b""),
    "not JSON": ("unknown", b"{"),
    "not UTF-8": ("unknown", b'{"type":"\xff"}'),
    "UTF-16": ("unknown", json.dumps(envelope("user.created", {})).encode("utf-16")),
    "byte order mark": ("unknown", b"\xef\xbb\xbf{}"),
    "NaN": ("unknown", b'{"type":"user.created","data":{"updated_at":NaN}}'),
    "deep": ("unknown", b'{"type":"a","data":' + b"[" * 100_000 + b"]" * 100_000 + b"}"),
    "endless number": ("unknown", b'{"type":"a","data":{"n":' + b"9" * 5000 + b"}}"),
    "a list": ("unknown", [1]),
    "no type": ("unknown", {"data": {}}),
    "empty type": ("unknown", envelope("", {})),
    "type that is a number": ("unknown", envelope(5, {})),
    "type with a NUL": ("unknown", envelope("user\0", {})),
    "type with half a character": ("unknown", envelope("\ud800", {})),
    "endless type": ("unknown", envelope("x" * 101, {})),
    "no data": ("user.created", {"type": "user.created"}),
    "data that is a list": ("user.created", envelope("user.created", [])),
    "user without an id": ("user.updated", envelope("user.updated", {"updated_at": AT})),
    "user without a time": ("user.updated", envelope("user.updated", {"id": CLERK_ID})),
    "deletion of a number": ("user.deleted", envelope("user.deleted", {"id": 5})),
    "session without an id": ("session.ended", envelope("session.ended", {})),
    "session with a NUL": ("session.ended", envelope("session.ended", {"id": "\0"})),
}


@pytest.mark.parametrize(("type_", "payload"), UNUSABLE.values(), ids=UNUSABLE.keys())
def test_unusable(type_: str, payload: Any) -> None:
    with pytest.raises(PayloadUnusable) as refusal:
        read(payload)
    assert refusal.value.type == type_
    assert refusal.value.detail


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
FIELDS = [*user_object(CLERK_ID, at=AT, email="a@b.example")]


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(FIELDS), JSON, max_size=6))
def test_fields_of_any_type_are_read_or_unusable(fields: dict[str, Any]) -> None:
    data = user_object(CLERK_ID, at=AT, email="a@b.example") | fields
    try:
        got = read(envelope("user.updated", data))
    except PayloadUnusable:
        return
    assert isinstance(got, UserChanged)
    for text in (got.profile.name, got.profile.email):
        assert text is None or ("\0" not in text and text.encode() and len(text) <= 320)


@pytest.mark.skipif(not EXAMPLES.exists(), reason="the example payloads don't come with the project")
def test_every_example_is_read() -> None:
    names = [path for path in EXAMPLES.glob("*.json") if path.name != "INDEX.json"]
    events = {path.stem: read(path.read_bytes()) for path in names}
    assert len(events) == 34
    assert isinstance(events["user.deleted.no_id"], Ignored)
    assert isinstance(events["unknown.event_type"], Ignored)
    for name, event in events.items():
        if name.startswith(("user.created", "user.updated")):
            assert isinstance(event, UserChanged)
        if name.startswith(("session.ended", "session.removed", "session.revoked")):
            assert isinstance(event, SessionEnded)


EXPECTED: dict[str, tuple[Any, ...]] = {
    "user.created": (None, "asha.rao@example.com", True, Role.MAHASISWA, False),
    "user.created.docs_2022_shape": ("Example Example", "example@example.org", True, Role.MAHASISWA, False),
    "user.created.phone_only": (None, None, False, Role.MAHASISWA, False),
    "user.created.unverified_email": (None, "asha.rao@example.com", False, Role.MAHASISWA, False),
    "user.updated.all_emails_removed": ("asharao", None, False, Role.MAHASISWA, False),
    "user.updated.dangling_primary_email_id": (None, None, False, Role.MAHASISWA, False),
    "user.updated.banned": (None, "asha.rao@example.com", True, Role.MAHASISWA, True),
    "user.updated.locked": (None, "asha.rao@example.com", True, Role.MAHASISWA, True),
    "user.updated.locked_forever": (None, "asha.rao@example.com", True, Role.MAHASISWA, True),
}


@pytest.mark.skipif(not EXAMPLES.exists(), reason="the example payloads don't come with the project")
@pytest.mark.parametrize(("name", "expected"), EXPECTED.items(), ids=EXPECTED.keys())
def test_examples(name: str, expected: tuple[Any, ...]) -> None:
    event = read((EXAMPLES / f"{name}.json").read_bytes())
    assert isinstance(event, UserChanged)
    got = event.profile
    assert (got.name, got.email, got.email_verified, got.role, got.suspended) == expected


@pytest.mark.skipif(not EXAMPLES.exists(), reason="the example payloads don't come with the project")
def test_role_that_a_user_gave_themselves_counts_for_nothing() -> None:
    event = read((EXAMPLES / "user.created.unsafe_metadata_role_attack.json").read_bytes())
    assert isinstance(event, UserChanged)
    assert event.profile.role is Role.MAHASISWA

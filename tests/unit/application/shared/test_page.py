import base64
from datetime import UTC, datetime
from uuid import UUID

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from application.shared.page import CursorInvalid, Instant, decode_cursor, encode_cursor

QUESTION = {"q": "basis data", "role": "dosen"}
TYPES = tuple[Instant, UUID]

instants = st.datetimes(timezones=st.just(UTC))


@given(st.tuples(instants, st.uuids()))
def test_a_cursor_gives_back_the_sort_values_it_was_made_of(keys: tuple[datetime, UUID]):
    assert decode_cursor(QUESTION, encode_cursor(QUESTION, keys), TYPES) == keys


@given(st.tuples(st.floats(allow_nan=False), st.text(), st.integers(-(2**63), 2**64 - 1)))
def test_numbers_and_text_come_back_as_well(keys: tuple[float, str, int]):
    assert decode_cursor(QUESTION, encode_cursor(QUESTION, keys), tuple[float, str, int]) == keys


@given(st.tuples(instants, st.uuids()))
def test_a_cursor_needs_no_escaping_in_a_query_string(keys: tuple[datetime, UUID]):
    assert encode_cursor(QUESTION, keys).replace("-", "").replace("_", "").isalnum()


@given(st.tuples(instants, st.uuids()))
def test_a_cursor_fits_no_other_question(keys: tuple[datetime, UUID]):
    cursor = encode_cursor(QUESTION, keys)
    with pytest.raises(CursorInvalid):
        decode_cursor({"q": "basis data"}, cursor, TYPES)


def forged(keys: object) -> str:
    """What somebody could make who knows how cursors are built: there is no secret in them."""
    honest = base64.urlsafe_b64decode(encode_cursor(QUESTION, []) + "==")
    fingerprint = msgspec.msgpack.decode(honest)[0]
    return base64.urlsafe_b64encode(msgspec.msgpack.encode([fingerprint, keys])).decode().rstrip("=")


def raw(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


@given(st.text() | st.binary().map(raw) | st.from_regex(r"[A-Za-z0-9_-]{1,80}", fullmatch=True))
@example("")
@example("=")
@example("💥")
@example("\ud800")
@example(raw(b"\x91" * 5000))
@example(raw(b"\x90"))
@example(raw(b"\xc0"))
@example(raw(b"\xdf\xff\xff\xff\xff"))
@example(raw(b"\xd7\xff" + b"\xff" * 8))
@example(forged("2025-01-01T00:00:00"))
@example(forged([]))
def test_garbage_is_an_invalid_cursor_and_nothing_worse(cursor: str):
    with pytest.raises(CursorInvalid) as caught:
        decode_cursor(QUESTION, cursor, TYPES)
    assert caught.value.errors[0].pointer == "/cursor"


def test_a_forged_instant_without_a_zone_is_refused():
    fingerprint = msgspec.msgpack.decode(base64.urlsafe_b64decode(encode_cursor(QUESTION, []) + "=="))[0]
    content = [fingerprint, "2025-01-01T00:00:00", "01890000-0000-7000-8000-000000000000"]
    with pytest.raises(CursorInvalid):
        decode_cursor(QUESTION, raw(msgspec.msgpack.encode(content)), TYPES)


def test_a_question_with_half_a_character_still_has_cursors():
    """JSON and percent-encoding can smuggle one in."""
    keys = (datetime(2025, 1, 1, tzinfo=UTC), UUID(int=1))
    assert decode_cursor({"q": "\ud800"}, encode_cursor({"q": "\ud800"}, keys), TYPES) == keys

"""Keyset pages: a cursor names the last row seen by its sort values, so rows added meanwhile shift nothing."""

import base64
from collections.abc import Sequence
from datetime import datetime
from hashlib import blake2b
from typing import Annotated

import msgspec

from domain.shared.errors import FieldError, Invalid

Instant = Annotated[datetime, msgspec.Meta(tz=True)]
"""For the types of a cursor: anybody can make one up, also with a time that has no zone."""

DEFAULT_LIMIT = 20
MAXIMUM_LIMIT = 100


class CursorInvalid(Invalid):
    code = "cursor.invalid"

    def __init__(self) -> None:
        error = FieldError("/cursor", "cursor.invalid", "not a cursor that this list gave for these filters")
        super().__init__("The cursor is not one that this list gave for these filters and this sort.", errors=[error])


def encode_cursor(question: object, keys: Sequence[object]) -> str:
    """An opaque, URL-safe cursor for the row with these sort values.

    `question` is everything that shapes the list apart from its place (filters, sort): a cursor fits no other question.
    """
    return base64.urlsafe_b64encode(msgspec.msgpack.encode([_fingerprint(question), *keys])).rstrip(b"=").decode()


def decode_cursor(question: object, cursor: str, types: type) -> tuple[object, ...]:
    """The sort values in a cursor, checked to be of the tuple type `types`, e.g. `tuple[Instant, UUID]`.

    Raises:
        CursorInvalid: not a cursor, or one of another question.
    """
    try:
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        fingerprint, *keys = msgspec.msgpack.decode(raw, type=list)
        if fingerprint != _fingerprint(question):
            raise CursorInvalid
        return msgspec.convert(keys, types)
    except (ValueError, msgspec.MsgspecError, RecursionError) as error:
        raise CursorInvalid from error


def _fingerprint(question: object) -> bytes:
    # By way of `repr`, which escapes what UTF-8 can't carry: a question may hold half a character.
    plain = msgspec.to_builtins(question, order="deterministic")
    return blake2b(repr(plain).encode(), digest_size=6).digest()

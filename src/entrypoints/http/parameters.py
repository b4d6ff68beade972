"""Parameters that many routes share."""

from hashlib import blake2b
from typing import Annotated, Any

from litestar import Request
from litestar.params import HeaderParameter, QueryParameter

from application.shared.idempotency import IdempotencyKey
from application.shared.page import MAXIMUM_LIMIT
from domain.shared.errors import Invalid
from entrypoints.http.auth import principal_of

Limit = Annotated[int, QueryParameter(ge=1, le=MAXIMUM_LIMIT, description="How many at most.")]
Cursor = Annotated[
    str | None,
    QueryParameter(
        max_length=2000, required=False, description="`next_cursor` of the page before, with the same filters."
    ),
]
IfMatch = Annotated[
    str | None,
    HeaderParameter(name="If-Match", required=False, description="The ETag that was read; `*` for whatever it is now."),
]
IdempotencyHeader = Annotated[
    str | None,
    HeaderParameter(
        name="Idempotency-Key",
        required=False,
        description="1 to 128 printable ASCII characters; sent again with the same body, it gets the first answer.",
        schema_extra={"minLength": 1, "maxLength": 128, "pattern": "^[ -~]+$"},
    ),
]
_LONGEST_KEY = 128


class IdempotencyKeyInvalid(Invalid):
    code = "idempotency.key_invalid"


async def idempotency_of(request: Request[Any, Any, Any], key: str | None) -> IdempotencyKey | None:
    """The request's key with the fingerprint of method, path and body; None where none was sent.

    Raises:
        IdempotencyKeyInvalid: too long, empty, or not printable ASCII.
    """
    if key is None:
        return None
    if not (0 < len(key) <= _LONGEST_KEY and key.isascii() and key.isprintable()):
        raise IdempotencyKeyInvalid("An Idempotency-Key is 1 to 128 printable ASCII characters.")
    fingerprint = blake2b(f"{request.method} {request.scope['path']}\n".encode(), digest_size=16)
    fingerprint.update(await request.body())
    return IdempotencyKey(principal_of(request).user_id, key, fingerprint.hexdigest())

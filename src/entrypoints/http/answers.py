"""Answers whose bytes are ready: with their tag, 304 for who has them already, and the versions that If-Match names."""

import re
from collections.abc import Mapping
from typing import Any

import msgspec
from litestar import Request
from litestar.response.base import ASGIResponse
from litestar.types import Receive, Scope, Send

from application.shared.encoded import Encoded, content_tag
from application.shared.idempotency import Created
from domain.shared.errors import Invalid, Stale
from entrypoints.http.headers import header_of

_FIELDS = ((b"cache-control", b"no-cache"), (b"vary", b"Authorization"))
_LISTED_TAG = re.compile(r'(?:W/)?"([\x21\x23-\x7e\x80-\xff]*)"')


class PreconditionRequired(Invalid):
    code = "request.precondition_required"


class VersionUnknown(Stale):
    code = "version.stale"


class _Ready(ASGIResponse):
    """Sends what it is given: its parent finds out about headers, which takes 15 times as long."""

    __slots__ = ("_fields",)

    def __init__(self, status: int, fields: list[tuple[bytes, bytes]], body: bytes) -> None:
        self.status_code, self._fields, self.body = status, fields, body

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002 # ASGI
        await send({"type": "http.response.start", "status": self.status_code, "headers": self._fields})
        await send({"type": "http.response.body", "body": self.body, "more_body": False})


def answer(
    request: Request[Any, Any, Any],
    view: Encoded[Any],
    *,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    media_type: str = "application/json",
) -> ASGIResponse:
    """The view as it is, or 304 where a safe request's `If-None-Match` names its tag."""
    fields = [(b"etag", b'"' + view.tag.encode() + b'"'), *_FIELDS]
    fields += [(name.lower().encode(), value.encode()) for name, value in (headers or {}).items()]
    asked = header_of(request.scope, b"if-none-match")
    if asked is not None and request.method == "GET" and (asked.strip() == "*" or view.tag in _tags(asked)):
        return _Ready(304, fields, b"")
    fields += [(b"content-type", media_type.encode()), (b"content-length", str(len(view.body)).encode())]
    return _Ready(status, fields, view.body)


def answer_view(request: Request[Any, Any, Any], view: msgspec.Struct) -> ASGIResponse:
    """A view that Python built."""
    body = msgspec.json.encode(view)
    return answer(request, Encoded(body, content_tag(body)))


def answer_created(request: Request[Any, Any, Any], created: Created[Any], location: str) -> ASGIResponse:
    return answer(request, created.view, status=201, headers={"Location": location})


def expected_version(if_match: str | None) -> int | None:
    """The version that `If-Match` names, None for `*`.

    Raises:
        PreconditionRequired: the header is missing.
        VersionUnknown: it names none of ours, so the resource can't be in that state.
    """
    if if_match is None:
        raise PreconditionRequired("Send the ETag that you read as If-Match, so that nobody's change is overwritten.")
    if if_match.strip() == "*":
        return None
    tags = _tags(if_match)
    version = tags[0].partition("-")[0] if len(tags) == 1 else ""
    if not (version.isascii() and version.isdigit() and len(version) < 10):  # noqa: PLR2004 # what a 32 bit integer holds
        raise VersionUnknown("If-Match names no version of this resource.")
    return int(version)


def optional_version(if_match: str | None) -> int | None:
    """As `expected_version`, for what nobody else changes: a missing header is as good as `*`."""
    return None if if_match is None else expected_version(if_match)


def _tags(header: str) -> list[str]:
    return _LISTED_TAG.findall(header)

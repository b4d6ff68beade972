"""Server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html): the form, and how one begins."""

from collections.abc import AsyncIterator
from typing import Any

from litestar import Request
from litestar.response import Stream

RETRY_MILLISECONDS = 2000
MEDIA_TYPE = "text/event-stream"
STILL_HERE = b": still here\n\n"
_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


def event(kind: str, data: str, *, number: int | None = None) -> bytes:
    """`data` is JSON on one line."""
    identity = "" if number is None else f"id: {number}\n"
    return f"{identity}event: {kind}\ndata: {data}\n\n".encode()


async def answer_stream(request: Request[Any, Any, Any], stream: AsyncIterator[bytes]) -> Stream:
    """Waits for the first bytes before the answer begins: a refusal still has a status of its own."""
    if request.scope["state"]["method"] == "HEAD":
        return Stream(iter(()), headers=_HEADERS, media_type=MEDIA_TYPE)
    return Stream(_joined(await anext(stream), stream), headers=_HEADERS, media_type=MEDIA_TYPE)


async def _joined(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for each in rest:
        yield each

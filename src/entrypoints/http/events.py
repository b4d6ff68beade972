"""What happens to me, as it happens: server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html)."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated, Any

from litestar import Controller, Request, get
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import HeaderParameter
from litestar.response import Stream

from application.gamification.live_feed import LiveFeed
from application.gamification.outbox_ports import Told
from domain.shared.errors import Invalid
from domain.shared.ids import UserId
from entrypoints.http.auth import principal_of
from entrypoints.http.injection import Offered
from entrypoints.settings import Settings

RETRY_MILLISECONDS = 2000
_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
_MEDIA_TYPE = "text/event-stream"
_LONGEST_ID = 18
"""Digits of a number that fits into 64 bits."""
LastEventId = Annotated[
    str | None,
    HeaderParameter(
        name="Last-Event-ID",
        required=False,
        description="The id of the last event that was seen: those after it come first.",
        schema_extra={"pattern": "^[0-9]{1,18}$"},
    ),
]


class LastEventIdInvalid(Invalid):
    code = "events.last_id_invalid"


class EventsController(Controller):
    path = "/v1/me"
    tags = ("Game",)

    @get(
        "/events",
        operation_id="streamMyEvents",
        summary="My events, as they happen",
        responses={200: ResponseSpec(data_container=str, description="A stream.", media_type=_MEDIA_TYPE)},
    )
    async def events(
        self,
        request: Request[Any, Any, Any],
        live_feed: Offered[LiveFeed],
        settings: Offered[Settings],
        last_event_id: LastEventId = None,
    ) -> Stream:
        """`reward` with a Reward for each deed of mine, whichever server it reached; `league` when a race has ended.

        Events come once and in order, those that were missed since `Last-Event-ID` first; `reset` says that these are
        not kept any more, so that all that is shown is to be fetched anew. A comment every few seconds shows that the
        stream lives. It ends after some minutes: connect again, as `EventSource` does by itself.
        """
        last = _last(last_event_id)
        if request.scope["state"]["method"] == "HEAD":
            return Stream(iter(()), headers=_HEADERS, media_type=_MEDIA_TYPE)
        stream = _stream(live_feed, principal_of(request).user_id, last, settings)
        # Before the answer begins: a refusal still has a status of its own.
        first = await anext(stream)
        return Stream(_joined(first, stream), headers=_HEADERS, media_type=_MEDIA_TYPE)


def _last(header: str | None) -> int | None:
    """Raises LastEventIdInvalid."""
    if header is None:
        return None
    if not (header.isascii() and header.isdigit() and len(header) <= _LONGEST_ID):
        raise LastEventIdInvalid("Last-Event-ID is the id of an event that was received.")
    return int(header)


async def _stream(feed: LiveFeed, user_id: UserId, last: int | None, settings: Settings) -> AsyncIterator[bytes]:
    now = asyncio.get_running_loop().time
    ends = now() + settings.events_seconds
    async with feed.page(user_id, last) as page:
        yield f"retry: {RETRY_MILLISECONDS}\nid: {page.last}\n\n".encode()
        if page.is_reset:
            yield f"id: {page.last}\nevent: reset\ndata: {{}}\n\n".encode()
        while (left := ends - now()) > 0:
            try:
                told = await asyncio.wait_for(page.next(), min(settings.events_heartbeat_seconds, left))
            except TimeoutError:
                yield b": still here\n\n"
                continue
            if told is None:
                return
            yield _event(told)


async def _joined(first: bytes, rest: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    yield first
    async for each in rest:
        yield each


def _event(told: Told) -> bytes:
    return f"id: {told.number}\nevent: {told.kind}\ndata: {told.body}\n\n".encode()

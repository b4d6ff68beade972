"""What happens to me, as it happens, as server-sent events."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated, Any

from litestar import Controller, Request, get
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import HeaderParameter
from litestar.response import Stream

from application.gamification.live_feed import LiveFeed
from domain.shared.errors import Invalid
from domain.shared.ids import UserId
from entrypoints.http.auth import principal_of
from entrypoints.http.event_stream import MEDIA_TYPE, RETRY_MILLISECONDS, STILL_HERE, answer_stream, event
from entrypoints.http.injection import Offered
from entrypoints.settings import Settings

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
        responses={200: ResponseSpec(data_container=str, description="A stream.", media_type=MEDIA_TYPE)},
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
        stream = _stream(live_feed, principal_of(request).user_id, _last(last_event_id), settings)
        return await answer_stream(request, stream)


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
            yield event("reset", "{}", number=page.last)
        while (left := ends - now()) > 0:
            try:
                told = await asyncio.wait_for(page.next(), min(settings.events_heartbeat_seconds, left))
            except TimeoutError:
                yield STILL_HERE
                continue
            if told is None:
                return
            yield event(told.kind, told.body, number=told.number)

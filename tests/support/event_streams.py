"""A reader of server-sent events, as far as we send them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import msgspec


@dataclass(frozen=True)
class Event:
    id: str
    kind: str
    data: Any


class EventStream:
    """`last_id` is what a browser would send as Last-Event-ID; `comments` counts the signs of life."""

    def __init__(self, answer: httpx.Response) -> None:
        self.answer = answer
        self._lines = answer.aiter_lines()
        self.last_id = ""
        self.comments = 0

    async def next(self, seconds: float = 10) -> Event | None:
        """The next event; None at the end of the stream."""
        return await asyncio.wait_for(self._next(), seconds)

    async def _next(self) -> Event | None:
        fields: dict[str, str] = {}
        async for line in self._lines:
            if line.startswith(":"):
                self.comments += 1
            elif line:
                name, _, value = line.partition(": ")
                fields[name] = value
                self.last_id = fields.get("id", self.last_id)
            elif "data" in fields:
                return Event(self.last_id, fields["event"], msgspec.json.decode(fields["data"]))
            else:
                fields = {}
        return None


@asynccontextmanager
async def event_stream(
    url: str, headers: dict[str, str], last_id: str | None = None, *, path: str = "/v1/me/events"
) -> AsyncIterator[EventStream]:
    sent = headers if last_id is None else {**headers, "Last-Event-ID": last_id}
    async with (
        # A TLS context for each would take longer than the stream.
        httpx.AsyncClient(base_url=url, timeout=30, verify=False) as client,  # noqa: S501 # loopback, without TLS
        client.stream("GET", path, headers=sent) as answer,
    ):
        assert answer.status_code == 200, await answer.aread()
        stream = EventStream(answer)
        # The beginning says from where on: whoever has read it misses nothing.
        yield stream

"""The load: connections that are kept, each with one request under way, on raw sockets so that it costs little."""

import asyncio
import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import cast

import uvloop

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_PATIENCE_SECONDS = 30


class BadAnswer(RuntimeError):
    """Something other than 200: a measurement of it would mean nothing."""


@dataclass(frozen=True, slots=True)
class Load:
    """What was measured. `latencies` in seconds, sorted; `client_cpu` is the CPU time in seconds that the load took."""

    seconds: float
    client_cpu: float
    latencies: list[float]

    @property
    def requests(self) -> int:
        return len(self.latencies)

    @property
    def rate(self) -> float:
        return self.requests / self.seconds

    def percentile(self, percent: float) -> float:
        """In milliseconds."""
        return self.latencies[min(self.requests - 1, int(self.requests * percent / 100))] * 1000


def request(path: str, token: str | None = None, *, method: str = "GET", body: bytes = b"") -> bytes:
    fields = ["Host: 127.0.0.1", "Accept: application/json"]
    fields += [f"Authorization: Bearer {token}"] if token else []
    fields += ["Content-Type: application/json"] if body else []
    fields += [f"Content-Length: {len(body)}"] if method != "GET" else []
    return "\r\n".join([f"{method} {path} HTTP/1.1", *fields, "", ""]).encode() + body


def put_load(port: int, requests: Iterator[bytes], *, connections: int, seconds: float) -> Load:
    """Keeps every connection busy for so long with the next of `requests`, which never end.

    Raises:
        BadAnswer: an answer was not 200, or a connection broke.
        TimeoutError: an answer did not come.
    """
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(_put_load(port, requests, connections, seconds))


async def _put_load(port: int, requests: Iterator[bytes], connections: int, seconds: float) -> Load:
    loop = asyncio.get_running_loop()
    latencies: list[float] = []
    lanes = [_Lane(requests, latencies, loop.create_future()) for _ in range(connections)]
    for lane in lanes:
        await loop.create_connection(lambda lane=lane: lane, "127.0.0.1", port)  # type: ignore[misc] # bound on purpose
    begun, cpu = time.perf_counter(), time.process_time()
    for lane in lanes:
        lane.start(until=begun + seconds)
    async with asyncio.timeout(seconds + _PATIENCE_SECONDS):
        await asyncio.gather(*(lane.done for lane in lanes))
    elapsed, cpu = time.perf_counter() - begun, time.process_time() - cpu
    return Load(elapsed, cpu, sorted(latencies))


class _Lane(asyncio.Protocol):
    """One connection: the next request goes out when the last answer is there in full."""

    def __init__(self, source: Iterator[bytes], latencies: list[float], done: asyncio.Future[None]) -> None:
        self._source = source
        self._latencies = latencies
        self.done = done
        self._buffer = b""
        self._expected = 0
        self._until = self._sent_at = 0.0
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's are none by inheritance

    def start(self, *, until: float) -> None:
        self._until = until
        self._send()

    def _send(self) -> None:
        self._buffer, self._expected = b"", 0
        self._sent_at = time.perf_counter()
        self._transport.write(next(self._source))

    def data_received(self, data: bytes) -> None:
        self._buffer = self._buffer + data if self._buffer else data
        if not self._expected:
            end = self._buffer.find(b"\r\n\r\n")
            length = _LENGTH.search(self._buffer, 0, end) if end > 0 else None
            if length is None:
                return
            self._expected = end + 4 + int(length[1])
        if len(self._buffer) >= self._expected:
            self._take()

    def _take(self) -> None:
        now = time.perf_counter()
        if self._buffer[9:12] != b"200":
            self._end(BadAnswer(self._buffer[:400].decode("latin-1")))
            return
        self._latencies.append(now - self._sent_at)
        if now < self._until:
            self._send()
        else:
            self._end(None)

    def _end(self, error: Exception | None) -> None:
        if not self.done.done():
            if error is None:
                self.done.set_result(None)
            else:
                self.done.set_exception(error)
        self._transport.close()

    def connection_lost(self, exc: Exception | None) -> None:
        self._end(BadAnswer(f"the connection broke: {exc}"))

"""Clerk on a loopback port: Backend API below `/v1`, keys at `/.well-known/jwks.json`, and faults to order."""

import asyncio
import json
import socket
import threading
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs

import uvicorn

from tests.support.clerk_instance import ClerkInstance
from tests.support.clerk_shapes import errors_object

Receive = Callable[[], Awaitable[Any]]
Send = Callable[[Any], Awaitable[None]]
KEY_PATH = "/.well-known/jwks.json"
START_SECONDS = 10.0


@dataclass
class Fault:
    """What becomes of the next `times` requests whose path starts with `path`.

    With `status`: that answer, and `retry_after` where given. With `delay`: the true answer, after so many seconds.
    With `is_cut`: the connection ends amid the true answer. `has_effect`: the status comes after the deed.
    """

    path: str
    times: int = 1
    status: int | None = None
    retry_after: int | None = None
    delay: float = 0.0
    is_cut: bool = False
    has_effect: bool = False


@dataclass(frozen=True)
class Seen:
    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: bytes


@dataclass
class ClerkStub:
    """`with ClerkStub() as stub:` serves until the block ends, in a thread of its own; `url` has no final slash."""

    instance: ClerkInstance = field(default_factory=ClerkInstance)
    faults: list[Fault] = field(default_factory=list)
    seen: list[Seen] = field(default_factory=list)

    def __enter__(self) -> Self:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        config = uvicorn.Config(
            self._serve, interface="asgi3", lifespan="off", ws="none", http="h11", loop="asyncio", log_config=None,
            timeout_graceful_shutdown=1,
        )  # fmt: skip
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, args=([self._socket],), daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.should_exit = self._server.force_exit = True
        self._thread.join(START_SECONDS)
        self._socket.close()

    def reset(self) -> None:
        """A new instance, no faults, nothing seen: a server for each test would take a fifth of a second for each."""
        self.instance, self.faults, self.seen = ClerkInstance(), [], []

    def count(self, path: str, method: str = "GET") -> int:
        return sum(seen.method == method and seen.path == path for seen in self.seen)

    async def _serve(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        seen = Seen(
            scope["method"],
            scope["path"],
            parse_qs(scope["query_string"].decode()),
            {name.decode(): value.decode() for name, value in scope["headers"]},
            await _body(receive),
        )
        self.seen.append(seen)
        fault = self._take_fault(seen.path)
        await asyncio.sleep(fault.delay)
        if fault.status is None or fault.has_effect:
            status, answer = self._answer(seen)
        if fault.status is not None:
            status, answer = fault.status, json.dumps(errors_object("ordered", "as the test ordered")).encode()
        await _respond(send, status, answer, fault)

    def _take_fault(self, path: str) -> Fault:
        for fault in self.faults:
            if fault.times > 0 and path.startswith(fault.path):
                fault.times -= 1
                return fault
        return Fault("")

    def _answer(self, seen: Seen) -> tuple[int, bytes]:
        if seen.path == KEY_PATH:
            return HTTPStatus.OK, self.instance.key_set
        if seen.headers.get("authorization") != f"Bearer {self.instance.secret_key}":
            refusal = errors_object("clerk_key_invalid", f"The secret key {self.instance.secret_key} was expected")
            return HTTPStatus.UNAUTHORIZED, json.dumps(refusal).encode()
        status, answer = self.instance.answer(seen.method, seen.path, seen.query, seen.body)
        return status, json.dumps(answer).encode()


async def _body(receive: Receive) -> bytes:
    body = b""
    while True:
        message = await receive()
        body += message.get("body", b"")
        if not message.get("more_body"):
            return body


async def _respond(send: Send, status: int, answer: bytes, fault: Fault) -> None:
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(answer)).encode())]
    if fault.retry_after is not None:
        headers.append((b"retry-after", str(fault.retry_after).encode()))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    if fault.is_cut:
        # Returning before all that was announced makes the server drop the connection.
        await send({"type": "http.response.body", "body": answer[: len(answer) // 2], "more_body": True})
        return
    await send({"type": "http.response.body", "body": answer})

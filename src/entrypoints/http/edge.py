"""The outermost layer: request id, size guards, HEAD, security headers, one log line and one observation a request.

One thin layer instead of a stack of plugins: a tenth of their cost, and it sees every request, also those that no
route matches.
"""

import ipaddress
import re
import time
from collections.abc import Callable, Sequence
from typing import Any

import structlog
from litestar.enums import ScopeType
from litestar.response.base import ASGIResponse
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from adapters.telemetry.metrics import Metrics
from application.shared.clock import NewId
from entrypoints.http.cors import Cors
from entrypoints.http.errors import problem

MAXIMUM_HEADER_BYTES = 16 * 1024
_REQUEST_ID = re.compile(r"[\w.:-]{1,128}", re.ASCII)
_HOST = re.compile(rb"[\w.~%:\[\]-]+", re.ASCII)
_HEADERS = [
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"no-referrer"),
    (b"cross-origin-resource-policy", b"same-origin"),
]
_STRICT_CONTENT = (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'")
_CLOSE = (b"connection", b"close")
_TRANSPORT = (b"strict-transport-security", b"max-age=31536000; includeSubDomains")

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Edge:
    """Wraps the application.

    `methods_at` gives methods and route template of a path; `is_stopping` says whether connections are to end.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        metrics: Metrics,
        new_id: NewId,
        cors: Cors,
        methods_at: Callable[[str], tuple[list[str], str | None]],
        is_stopping: Callable[[], bool],
        allowed_hosts: Sequence[str],
        trusted_proxies: Sequence[str],
        is_production: bool,
    ) -> None:
        self._app = app
        self._metrics = metrics
        self._new_id = new_id
        self._cors = cors
        self._methods_at = methods_at
        self._is_stopping = is_stopping
        self._hosts = frozenset(host.lower().encode() for host in allowed_hosts)
        self._proxies: tuple[Network, ...] = tuple(ipaddress.ip_network(proxy) for proxy in trusted_proxies)
        # Bound once: structlog's lazy logger looks up its configuration on every line.
        self._log = structlog.get_logger().bind()
        self._headers = [*_HEADERS, *([_TRANSPORT] if is_production else [])]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await self._app(scope, receive, send)
            return
        await self._serve(scope, receive, send)

    async def _serve(self, scope: Any, receive: Receive, send: Send) -> None:
        begun = time.perf_counter()
        request_id, address = self._identify(scope)
        method = scope["method"]
        # A copy: by its own scope the server knows that the answer to HEAD has no body.
        scope = {
            **scope,
            "method": "GET" if method == "HEAD" else method,
            "state": {**scope.get("state", {}), "request_id": request_id, "address": address, "method": method},
        }
        headers = [*self._headers, *self._cors.headers(scope), (b"x-request-id", request_id.encode())]
        if self._is_stopping():
            # Who keeps the connection would send into one that is closed at the end of the drain.
            headers.append(_CLOSE)
        answer = _Answer(send, headers, is_head=method == "HEAD")
        self._metrics.requests_in_progress += 1
        try:
            app = self._refuse(scope) or (self._tell_methods(scope) if method == "OPTIONS" else self._app)
            await app(scope, receive, answer.send)
        finally:
            self._metrics.requests_in_progress -= 1
            self._note(scope, method, answer.status, time.perf_counter() - begun)

    def _identify(self, scope: Any) -> tuple[str, str | None]:
        """The request's id and the client's address; what was forwarded counts only from a trusted proxy."""
        client = scope.get("client")
        address: str | None = client[0] if client else None
        if address is None or not self._is_proxy(address):
            return self._new_id().hex, address
        forwarded = ",".join(_values(scope, b"x-forwarded-for"))
        for hop in reversed(forwarded.split(",")):
            if not _is_address(hop.strip()):
                break
            address = hop.strip()
            if not self._is_proxy(address):
                break
        request_id = next(iter(_values(scope, b"x-request-id")), "")
        return (request_id if _REQUEST_ID.fullmatch(request_id) else self._new_id().hex), address

    def _is_proxy(self, address: str) -> bool:
        if not self._proxies or not _is_address(address):
            return False
        parsed = ipaddress.ip_address(address)
        return any(parsed in network for network in self._proxies)

    def _refuse(self, scope: Any) -> ASGIApp | None:
        size = 0
        hosts: list[bytes] = []
        for name, value in scope["headers"]:
            size += len(name) + len(value)
            if name == b"host":
                hosts.append(value)
        if size + len(scope.get("raw_path") or b"") + len(scope["query_string"]) > MAXIMUM_HEADER_BYTES:
            return problem(scope, 431, "request.headers_too_large")
        if len(hosts) != 1 or not self._is_allowed(hosts[0]):
            return problem(scope, 400, "request.host_invalid")
        return None

    def _tell_methods(self, scope: Any) -> ASGIApp:
        methods, template = self._methods_at(scope["path"])
        if not methods:
            return problem(scope, 404, "route.not_found")
        scope["path_template"] = template
        headers = {"Allow": ", ".join(methods), **self._cors.preflight(scope, methods)}
        return ASGIResponse(status_code=204, headers=headers)

    def _is_allowed(self, host: bytes) -> bool:
        if not self._hosts:
            return _HOST.fullmatch(host) is not None
        name = host.rpartition(b":")[0] if not host.endswith(b"]") and b":" in host else host
        return name.lower() in self._hosts

    def _note(self, scope: Any, method: str, status: int, seconds: float) -> None:
        route = scope.get("path_template") or "unmatched"
        method = _known(method)
        self._metrics.observe_request(method, route, status, seconds)
        state = scope["state"]
        principal = state.get("principal")
        rejected = state.get("token_rejected")
        if rejected is not None:
            self._metrics.tokens_rejected.labels(rejected).inc()
        self._log.info(
            "request",
            request_id=state["request_id"],
            method=method,
            route=route,
            status=status,
            milliseconds=round(seconds * 1000, 2),
            user_id=None if principal is None else str(principal.user_id),
            **({} if rejected is None else {"token_rejected": rejected}),
        )


class _Answer:
    """Sends on, with our headers added, and without the body where only the head was asked for."""

    def __init__(self, send: Send, headers: list[tuple[bytes, bytes]], *, is_head: bool) -> None:
        self._send = send
        self._headers = headers
        self._is_head = is_head
        self.status = 500

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            headers = [*message["headers"], *self._headers]
            if not any(name == b"content-security-policy" for name, _ in headers):
                headers.append(_STRICT_CONTENT)
            message = {**message, "headers": headers}
        elif message["type"] == "http.response.body" and self._is_head:
            message = {**message, "body": b""}
        await self._send(message)


def _values(scope: Any, wanted: bytes) -> list[str]:
    return [value.decode("latin-1") for name, value in scope["headers"] if name == wanted]


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _known(method: str) -> str:
    """Methods are the client's words: a label takes only those that there are."""
    return method if method in {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"} else "other"

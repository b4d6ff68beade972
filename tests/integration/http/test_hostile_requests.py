"""Bytes that no browser sends, over a real socket: an answer in the 400s, or none, and never a fault."""

import json
import time

import httpx
import pytest

from tests.integration.http.problems import assert_problem_body
from tests.support.live import body_of, exchange, status_of

HOST = b"Host: tekun.test\r\n"


def get(path: bytes, *headers: bytes, version: bytes = b"1.1") -> bytes:
    return b"GET %b HTTP/%b\r\n" % (path, version) + HOST + b"".join(line + b"\r\n" for line in headers) + b"\r\n"


def post(*headers: bytes, body: bytes = b"{}") -> bytes:
    return b"POST /webhooks/clerk HTTP/1.1\r\n" + HOST + b"".join(line + b"\r\n" for line in headers) + b"\r\n" + body


MIB = 1024 * 1024
REFUSED: dict[str, tuple[bytes, int, str]] = {
    "5 MB of one header": (get(b"/v1/courses", b"X-A: " + b"a" * 5_000_000), 431, "request.headers_too_large"),
    "many headers": (
        get(b"/v1/courses", *[b"X-%d: aaaaaaaaaa" % n for n in range(2000)]), 431, "request.headers_too_large",
    ),
    "20 KB of query": (get(b"/v1/courses?q=" + b"a" * 20_000), 431, "request.headers_too_large"),
    "200 KB of query": (get(b"/v1/courses?q=" + b"a" * 200_000), 400, "request.not_http"),
    "no host": (b"GET /v1/courses HTTP/1.1\r\n\r\n", 400, "request.host_invalid"),
    "no host, HTTP/1.0": (b"GET /v1/courses HTTP/1.0\r\n\r\n", 400, "request.host_invalid"),
    "an empty host": (b"GET /v1/courses HTTP/1.1\r\nHost:\r\n\r\n", 400, "request.host_invalid"),
    "two hosts": (get(b"/v1/courses", b"Host: other.test"), 400, "request.host_invalid"),
    "a host that is none": (b"GET /v1/courses HTTP/1.1\r\nHost: a b/<>\r\n\r\n", 400, "request.host_invalid"),
    "NUL in a header": (get(b"/v1/courses", b"X-A: a\x00b"), 400, "request.not_http"),
    "NUL in the path": (get(b"/v1/cour\x00ses"), 400, "request.not_http"),
    "escaped NUL in the path": (get(b"/docs/assets/a%00b"), 404, "route.not_found"),
    "bytes above ASCII in the path": (get(b"/v1/cours\xe9s"), 400, "request.not_http"),
    "bytes above ASCII in a token": (get(b"/v1/me", b"Authorization: Bearer \xff\xfe"), 401, "auth.token_invalid"),
    "half a surrogate in a token": (get(b"/v1/me", b"Authorization: Bearer \xed\xa0\x80"), 401, "auth.token_invalid"),
    "broken percent signs in the path": (get(b"/v1/%zz%f%"), 404, "route.not_found"),
    "half a surrogate in the path": (get(b"/v1/courses/%ed%a0%80"), 404, "route.not_found"),
    "dots": (get(b"/docs/assets/../../../etc/passwd"), 404, "route.not_found"),
    "escaped dots": (get(b"/docs/assets/..%2f..%2f..%2fetc%2fpasswd"), 404, "route.not_found"),
    "dots escaped twice": (get(b"/docs/assets/%252e%252e%252fstart.js"), 404, "route.not_found"),
    "backslashes": (get(b"/docs/assets/..\\..\\pyproject.toml"), 404, "route.not_found"),
    "an absolute file": (get(b"/docs/assets/%2fetc%2fpasswd"), 404, "route.not_found"),
    "a length that is no number": (post(b"Content-Length: abc"), 400, "request.not_http"),
    "a length below zero": (post(b"Content-Length: -5"), 400, "request.not_http"),
    "two lengths": (post(b"Content-Length: 2", b"Content-Length: 3"), 400, "request.not_http"),
    "length and chunks": (post(b"Content-Length: 2", b"Transfer-Encoding: chunked"), 400, "request.not_http"),
    "a length of 27 digits": (post(b"Content-Length: " + b"9" * 27), 400, "request.not_http"),
    "a length of 10 GB": (post(b"Content-Length: 9999999999"), 413, "request.too_large"),
    "a body of 1 MiB and a byte": (
        post(b"Content-Length: %d" % (MIB + 1), body=b"a" * (MIB + 1)), 413, "request.too_large",
    ),
    "chunks of 2 MiB": (
        post(b"Transfer-Encoding: chunked", body=b"200000\r\n" + b"a" * 2 * MIB + b"\r\n0\r\n\r\n"),
        413, "request.too_large",
    ),
    "chunks in order": (
        post(b"Transfer-Encoding: chunked", body=b"2\r\n{}\r\n0\r\n\r\n"), 400, "webhook.signature_invalid",
    ),
    "chunks that are none": (
        post(b"Transfer-Encoding: chunked", body=b"zz\r\n{}\r\n0\r\n\r\n"), 400, "request.not_http",
    ),
    "a method that there isn't": (b"QUERY /v1/courses HTTP/1.1\r\n" + HOST + b"\r\n", 405, "route.method_not_allowed"),
    "CONNECT": (b"CONNECT tekun.test:1 HTTP/1.1\r\n" + HOST + b"\r\n", 400, "request.not_http"),
    "OPTIONS of everything": (b"OPTIONS * HTTP/1.1\r\n" + HOST + b"\r\n", 404, "route.not_found"),
    "HTTP/2 without being asked": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400, "request.not_http"),
    "TLS": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\x00" * 64, 400, "request.not_http"),
    "a blank in a header's name": (get(b"/v1/courses", b"X A: b"), 400, "request.not_http"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_is_refused(port: int, name: str) -> None:
    request, status, code = REFUSED[name]
    answer = exchange(port, request)
    assert status_of(answer) == status, answer[:300]
    assert b"content-type: application/problem+json" in answer
    assert b"x-content-type-options: nosniff" in answer
    assert_problem_body(body_of(answer), status)
    assert json.loads(body_of(answer))["code"] == code


@pytest.mark.parametrize(
    "request_bytes",
    [
        get(b"/v1/courses?q=%zz%ff%ed%a0%80%00"),
        get(b"/v1/courses", b"Accept-Language: \xff\xfe;q=\xed\xa0\x80", b"If-None-Match: \xff"),
        get(b"/v1/courses", b"Connection: upgrade", b"Upgrade: websocket", b"Sec-WebSocket-Key: x"),
        get(b"//v1///courses"),
        b"GET http://elsewhere.test/v1/courses HTTP/1.1\r\n" + HOST + b"\r\n",
        b"GET /v1/courses HTTP/1.0\r\n" + HOST + b"\r\n",
    ],
)
def test_is_odd_and_harmless(port: int, request_bytes: bytes) -> None:
    answer = exchange(port, request_bytes)
    assert status_of(answer) == 200, answer[:300]
    json.loads(body_of(answer))


@pytest.mark.parametrize("path", ["/v1/courses", "/health/live", "/docs", "/nowhere", "/v1/me"])
def test_head_is_get_without_the_body(port: int, path: str) -> None:
    with httpx.Client(base_url=f"http://127.0.0.1:{port}") as client:
        got, head = client.get(path), client.head(path)
        # On the same connection: a body after the head would be taken for the next answer.
        again = client.get(path)
    assert (head.status_code, head.content) == (got.status_code, b"")
    changing = ("date", "x-request-id")
    assert [field for field in head.headers.items() if field[0] not in changing] == [
        field for field in got.headers.items() if field[0] not in changing
    ]
    assert int(head.headers["content-length"]) == len(got.content)
    assert again.status_code == got.status_code


def test_a_client_that_leaves_in_the_middle_is_no_fault_of_ours(port: int) -> None:
    faults = _faults(port)
    exchange(port, post(b"Content-Length: 200"))
    deadline = time.monotonic() + 5
    while b'route="/webhooks/clerk",status="400"' not in (found := exchange(port, get(b"/metrics"))):
        assert time.monotonic() < deadline, found[-2000:]
        time.sleep(0.05)
    assert _faults(port) == faults == 0


def _faults(port: int) -> int:
    return exchange(port, get(b"/metrics")).count(b'status="5')

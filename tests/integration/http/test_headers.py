"""What every answer carries: request id, security, languages, origins; whatever the answer is."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from entrypoints.http.edge import Edge
from entrypoints.http.error_catalog import CATALOG
from entrypoints.settings import Settings
from tests.integration.http.problems import assert_problem
from tests.support.platform import HOST, Person, Platform, running, settings_for

FRONT_END = "https://app.tekun.test"
OURS = re.compile(r"[0-9a-f]{32}")
KINDS: list[tuple[str, str, int]] = [
    ("GET", "/v1/courses", 200),
    ("GET", "/v1/me", 401),
    ("GET", "/nowhere", 404),
    ("PUT", "/v1/courses", 405),
    ("OPTIONS", "/v1/courses", 204),
    ("HEAD", "/health/live", 200),
    ("GET", "/v1/courses?nothing=1", 400),
    ("GET", "/docs", 200),
    ("GET", f"/v1/courses?q={'a' * 20_000}", 431),
]


@pytest.fixture(scope="module")
def configured(http_database_url: str, data_dir: Path) -> Settings:
    return settings_for(
        http_database_url,
        data_dir,
        TEKUN_CORS_ORIGINS=f"{FRONT_END}, http://localhost:5173/",
        TEKUN_TRUSTED_PROXIES="10.0.0.0/8,192.0.2.1",
        TEKUN_ALLOWED_HOSTS=f"{HOST},[::1]",
    )


@pytest.fixture(scope="module")
async def behind_proxy(configured: Settings) -> AsyncIterator[Platform]:
    async with running(configured) as platform:
        yield platform


@pytest.mark.parametrize(("method", "path", "status"), KINDS)
async def test_security_headers_are_on_every_answer(
    client: httpx.AsyncClient, method: str, path: str, status: int
) -> None:
    answer = await client.request(method, path)
    assert answer.status_code == status
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    policies = answer.headers.get_list("content-security-policy")
    assert len(policies) == 1
    assert "default-src 'none'" in policies[0]
    assert "frame-ancestors 'none'" in policies[0]
    assert OURS.fullmatch(answer.headers["x-request-id"])
    assert "server" not in answer.headers
    assert "strict-transport-security" not in answer.headers


async def test_production_asks_for_https_ever_after(platform: Platform) -> None:
    edge = platform.app
    production = Edge(
        edge._app, metrics=edge._metrics, new_id=edge._new_id, cors=edge._cors, methods_at=edge._methods_at,
        is_stopping=edge._is_stopping, allowed_hosts=[], trusted_proxies=[], is_production=True,
    )  # fmt: skip
    transport = httpx.ASGITransport(production)  # type: ignore[arg-type] # Litestar's own names for ASGI's types
    async with httpx.AsyncClient(transport=transport, base_url="https://tekun.test") as client:
        answer = await client.get("/health/live")
    assert answer.headers["strict-transport-security"] == "max-age=31536000; includeSubDomains"


@pytest.mark.parametrize(
    ("asked", "language"),
    [
        (None, "id"), ("en", "en"), ("id", "id"), ("en-GB,en;q=0.9", "en"), ("fr, en;q=0.5", "en"), ("fr", "id"),
        ("en;q=0.1, id;q=0.2", "id"), ("EN", "en"), ("en;q=0", "id"), ("en;q=x", "id"), ("*", "id"), ("", "id"),
        ("id;q=0.5,en;q=0.9", "en"), (",,;;q=q", "id"),
    ],
)  # fmt: skip
async def test_titles_speak_the_language_that_is_asked_for(
    client: httpx.AsyncClient, asked: str | None, language: str
) -> None:
    answer = await client.get("/v1/me", headers={} if asked is None else {"Accept-Language": asked})
    assert answer.headers["content-language"] == language
    assert answer.json()["title"] == CATALOG["auth.required"][0 if language == "id" else 1]


async def test_problems_are_kept_by_nobody(client: httpx.AsyncClient) -> None:
    answer = await client.get("/v1/me")
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.json()["type"] == "/docs/errors#auth.required"


async def test_request_ids_of_strangers_are_not_taken(client: httpx.AsyncClient) -> None:
    answer = await client.get("/health/live", headers={"X-Request-Id": "mine"})
    assert OURS.fullmatch(answer.headers["x-request-id"])


@pytest.mark.parametrize(
    ("given", "is_taken"),
    [
        ("req-1.2:3_4", True),
        ("a" * 128, True),
        ("a" * 129, False),
        ("", False),
        ("a b", False),
        ("a\tb", False),
        ("é", False),
    ],
)
async def test_request_ids_of_a_trusted_proxy_are(behind_proxy: Platform, given: str, is_taken: bool) -> None:
    async with behind_proxy.client(address="10.1.2.3") as client:
        headers = httpx.Headers({"X-Request-Id": given}, encoding="utf-8")
        answer = await client.get("/v1/me", headers=headers)
    assert (answer.headers["x-request-id"] == given) == is_taken
    assert answer.json()["request_id"] == answer.headers["x-request-id"]


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("10.1.2.3", ["203.0.113.9"], "203.0.113.9"),
        ("10.1.2.3", ["198.51.100.1, 203.0.113.9"], "203.0.113.9"),
        ("10.1.2.3", ["198.51.100.1, 203.0.113.9, 10.9.9.9"], "203.0.113.9"),
        ("10.1.2.3", ["198.51.100.1", "203.0.113.9"], "203.0.113.9"),
        ("10.1.2.3", ["10.2.2.2"], "10.2.2.2"),
        ("10.1.2.3", ["2001:db8::1"], "2001:db8::1"),
        ("10.1.2.3", ["198.51.100.1, unknown"], "10.1.2.3"),
        ("10.1.2.3", ["<script>"], "10.1.2.3"),
        ("10.1.2.3", [], "10.1.2.3"),
        ("203.0.113.77", ["198.51.100.1"], "203.0.113.77"),
    ],
)
async def test_the_audit_knows_the_client_behind_the_proxy(
    behind_proxy: Platform, admin: Person, peer: str, forwarded: list[str], address: str
) -> None:
    async with behind_proxy.client(address=peer, headers=admin.headers) as client:
        headers = httpx.Headers([*admin.headers.items(), *(("X-Forwarded-For", line) for line in forwarded)])
        made = await client.post("/v1/courses", json={"title": "Logika"}, headers=headers)
        entries = (await client.get("/v1/audit", params={"subject_id": made.json()["id"]})).json()["items"]
    assert [entry["address"] for entry in entries] == [address]
    assert [entry["request_id"] for entry in entries] == [made.headers["x-request-id"]]


@pytest.mark.parametrize(
    ("host", "is_answered"),
    [
        (HOST, True), (f"{HOST}:8000", True), (HOST.upper(), True), ("[::1]", True), ("[::1]:8000", True),
        ("elsewhere.test", False), (f"{HOST}.evil.test", False), (f"evil.test#{HOST}", False), ("", False),
        ("[::1", False),
    ],
)  # fmt: skip
async def test_only_hosts_of_the_settings_are_answered(behind_proxy: Platform, host: str, is_answered: bool) -> None:
    async with behind_proxy.client() as client:
        answer = await client.get("/v1/courses", headers={"Host": host})
    if is_answered:
        assert answer.status_code == 200
    else:
        assert_problem(answer, 400, "request.host_invalid")


def allowed(answer: httpx.Response) -> dict[str, str]:
    return {name: value for name, value in answer.headers.items() if name.startswith("access-control-")}


@pytest.mark.parametrize(("method", "path", "status"), KINDS)
async def test_our_front_end_may_read_every_answer(behind_proxy: Platform, method: str, path: str, status: int) -> None:
    async with behind_proxy.client() as client:
        ours = await client.request(method, path, headers={"Origin": FRONT_END})
        others = await client.request(method, path, headers={"Origin": "https://evil.test"})
        none = await client.request(method, path)
    assert ours.status_code == others.status_code == none.status_code == status
    assert ours.headers["access-control-allow-origin"] == FRONT_END
    assert {"ETag", "Location", "X-Request-Id"} <= set(ours.headers["access-control-expose-headers"].split(", "))
    assert allowed(others) == allowed(none) == {}
    assert all("Origin" in answer.headers.get_list("vary", split_commas=True) for answer in (ours, others, none))
    assert "access-control-allow-credentials" not in ours.headers


async def test_preflight(behind_proxy: Platform) -> None:
    asked = {"Access-Control-Request-Method": "PATCH", "Access-Control-Request-Headers": "authorization,if-match"}
    async with behind_proxy.client() as client:
        answers = {
            origin: await client.options("/v1/me", headers={"Origin": origin, **asked})
            for origin in (FRONT_END, "http://localhost:5173", "https://evil.test", "null", f"{FRONT_END}.evil.test")
        }
    assert {answer.status_code for answer in answers.values()} == {204}
    ours = answers[FRONT_END].headers
    assert ours["access-control-allow-methods"] == ours["allow"] == "GET, HEAD, PATCH, OPTIONS"
    assert {"Authorization", "If-Match", "Idempotency-Key"} <= set(ours["access-control-allow-headers"].split(", "))
    assert ours["access-control-max-age"] == "600"
    assert answers["http://localhost:5173"].headers["access-control-allow-origin"] == "http://localhost:5173"
    for origin in ("https://evil.test", "null", f"{FRONT_END}.evil.test"):
        assert allowed(answers[origin]) == {}


async def test_without_origins_nobody_is_let_in(client: httpx.AsyncClient) -> None:
    answer = await client.get("/v1/courses", headers={"Origin": FRONT_END})
    assert allowed(answer) == {}
    assert answer.headers["vary"] == "Authorization"


@pytest.mark.parametrize(
    ("path", "methods"),
    [
        ("/v1/courses", "GET, HEAD, POST, OPTIONS"),
        ("/v1/me", "GET, HEAD, PATCH, OPTIONS"),
        ("/v1/auth/logout", "POST, OPTIONS"),
        ("/v1/users/01980d3c-5b7a-7c31-9f3e-2f6b1a0c4d5e", "GET, HEAD, PATCH, DELETE, OPTIONS"),
        ("/v1/courses/01980d3c-5b7a-7c31-9f3e-2f6b1a0c4d5e/status", "PUT, OPTIONS"),
    ],
)
async def test_every_path_tells_its_methods(client: httpx.AsyncClient, path: str, methods: str) -> None:
    assert (await client.options(path)).headers["allow"] == methods
    for method in {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "TRACE", "FOO"} - set(methods.split(", ")):
        answer = await client.request(method, path)
        assert (answer.status_code, answer.headers["allow"]) == (405, methods), method


async def test_options_of_nothing(client: httpx.AsyncClient) -> None:
    assert_problem(await client.options("/nowhere"), 404, "route.not_found")

"""What operators and load balancers read: alive, ready, and how it goes."""

import re
from pathlib import Path
from uuid import uuid4

import httpx
from pydantic import SecretStr

from entrypoints.settings import Environment, Settings
from tests.integration.http.problems import assert_problem
from tests.support.platform import Person, Platform, running, settings_for

_SAMPLE = re.compile(r"^([a-z_]+)(?:\{(.*)\})? ([-+.\deE]+|NaN|\+Inf)$")


async def samples(client: httpx.AsyncClient) -> dict[tuple[str, str], float]:
    answer = await client.get("/metrics")
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    found = [_SAMPLE.match(line) for line in answer.text.splitlines() if not line.startswith("#")]
    assert all(found), "every line is a sample"
    return {(match[1], match[2] or ""): float(match[3]) for match in found if match}


async def test_alive(client: httpx.AsyncClient) -> None:
    answer = await client.get("/health/live")
    assert (answer.status_code, answer.json()) == (200, {"status": "alive"})
    assert answer.headers["cache-control"] == "no-store"


async def test_ready_names_its_parts(client: httpx.AsyncClient) -> None:
    answer = await client.get("/health/ready")
    assert answer.status_code == 200
    assert answer.json() == {"ready": True, "parts": {"process": "ok", "database": "ok", "migrations": "ok"}}


async def test_not_ready_names_what_is_the_matter(http_database_url: str, data_dir: Path) -> None:
    async with running(settings_for(http_database_url, data_dir)) as platform, platform.client() as client:
        readiness = platform.container.readiness()
        readiness._revision = "9999"
        behind = await client.get("/health/ready")
        readiness.stopping = True
        await platform.container.pool().close()
        away = await client.get("/health/ready")
        still_alive = await client.get("/health/live")
    assert (behind.status_code, away.status_code, still_alive.status_code) == (503, 503, 200)
    assert behind.json()["ready"] is False
    assert behind.json()["parts"]["migrations"].endswith("not 9999")
    assert away.json()["parts"] == {"process": "stopping", "database": "database.unavailable"}
    assert away.headers["retry-after"] == "1"


async def test_probes_need_no_token_and_mind_none(client: httpx.AsyncClient) -> None:
    for path in ("/health/live", "/health/ready", "/metrics", "/docs", "/openapi.json", "/docs/errors"):
        answer = await client.get(path, headers={"Authorization": "Bearer of-another-system"})
        assert answer.status_code == 200


async def test_requests_are_counted_by_route_method_and_status(
    platform: Platform, client: httpx.AsyncClient, admin: Person
) -> None:
    course = await platform.make_course(admin)
    before = await samples(client)
    asked = [
        ("GET", f"/v1/courses/{course['id']}", 200, "/v1/courses/{course_id}", "GET"),
        ("HEAD", f"/v1/courses/{course['id']}", 200, "/v1/courses/{course_id}", "HEAD"),
        ("GET", f"/v1/courses/{uuid4()}", 404, "/v1/courses/{course_id}", "GET"),
        ("GET", f"/{uuid4()}", 404, "unmatched", "GET"),
        ("DELETE", "/v1/courses", 405, "/v1/courses", "DELETE"),
        ("FOO", "/v1/courses", 405, "/v1/courses", "other"),
        ("OPTIONS", "/v1/courses", 204, "/v1/courses", "OPTIONS"),
        ("OPTIONS", f"/{uuid4()}", 404, "unmatched", "OPTIONS"),
        ("GET", "/v1/me?x=1", 400, "/v1/me", "GET"),
    ]
    for method, path, status, _, _ in asked:
        assert (await client.request(method, path, headers=admin.headers)).status_code == status
    after = await samples(client)
    for _, _, status, route, method in asked:
        labels = f'method="{method}",route="{route}",status="{status}"'
        key = ("http_server_request_duration_seconds_count", labels)
        assert after[key] == before.get(key, 0) + 1, labels


async def test_no_label_holds_what_a_client_made_up(
    platform: Platform, client: httpx.AsyncClient, admin: Person
) -> None:
    canary = uuid4().hex
    course = await platform.make_course(admin)
    for method, path in (
        (canary.upper(), "/v1/me"),
        ("GET", f"/{canary}"),
        ("GET", f"/v1/courses/{course['id']}?{canary}=1"),
    ):
        await client.request(method, path, headers={"User-Agent": canary})
    text = (await client.get("/metrics")).text
    for secret in (canary, canary.upper(), course["id"], admin.id, admin.clerk_id, "@"):
        assert secret not in text


async def test_what_is_measured_beside_requests(client: httpx.AsyncClient) -> None:
    found = {name for name, _ in await samples(client)}
    assert {
        "http_server_active_requests",
        "tekun_database_connections_in_use",
        "tekun_database_connections_waiting",
        "process_resident_memory_bytes",
    } <= found
    assert (await samples(client))["http_server_active_requests", ""] == 1, "this very request"
    buckets = {
        labels for name, labels in await samples(client) if name == "http_server_request_duration_seconds_bucket"
    }
    assert any('le="0.001"' in labels for labels in buckets)


async def test_metrics_are_for_neighbors(platform: Platform) -> None:
    async with platform.client(address="203.0.113.9") as client:
        assert_problem(await client.get("/metrics"), 403, "auth.forbidden")
    async with platform.client(address="::1") as client:
        assert (await client.get("/metrics")).status_code == 200


async def test_production_shows_metrics_only_where_it_is_told_to(http_database_url: str, data_dir: Path) -> None:
    for is_public, status in ((False, 403), (True, 200)):
        settings = production(http_database_url, data_dir, is_public=is_public)
        async with running(settings) as platform, platform.client() as client:
            assert (await client.get("/metrics")).status_code == status


def production(database_url: str, data_dir: Path, *, is_public: bool) -> Settings:
    development = settings_for(database_url, data_dir)
    changes = {
        "environment": Environment.PRODUCTION,
        "clerk_frontend_api_url": "https://clerk.tekun.test",
        "clerk_webhook_signing_secret": [SecretStr("whsec_c2VjcmV0")],
        "metrics_public": is_public,
    }
    return development.model_copy(update=changes)

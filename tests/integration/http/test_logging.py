"""What is written down of a request: enough to find it, and nothing that was entrusted to us."""

import io
import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stderr
from pathlib import Path
from typing import Any, Never
from uuid import UUID

import asyncpg
import httpx
import pytest
import structlog
from dependency_injector import providers

from adapters.telemetry.logging import configure_logging
from application.catalog.queries import CourseQueries, Reader
from application.catalog.question import CourseQuestion
from domain.identity.profile import Role
from domain.shared.ids import CourseId
from entrypoints.container import make_container
from tests.support.platform import Person, Platform, bearer, running, settings_for

CANARY = "kenari7381"


class Lines:
    """Everything that is logged, as the server writes it where nobody sits at a terminal."""

    def __init__(self) -> None:
        self.stream = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)

    @property
    def text(self) -> str:
        assert isinstance(self.stream.buffer, io.BytesIO)
        return self.stream.buffer.getvalue().decode()

    @property
    def entries(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text.splitlines()]


@contextmanager
def captured() -> Iterator[Lines]:
    lines, root = Lines(), logging.getLogger()
    before = (root.level, root.handlers[:])
    with redirect_stderr(lines.stream):
        configure_logging("debug")
        # The next test has a stream of its own.
        structlog.configure(cache_logger_on_first_use=False)
        try:
            yield lines
        finally:
            structlog.reset_defaults()
            root.setLevel(before[0])
            root.handlers[:] = before[1]


class BrokenCourses(CourseQueries):
    """A fault of ours, with a secret near by and one in the database's own words."""

    async def detail(self, course_id: CourseId, reader: Reader) -> Never:
        secret = f"{CANARY}-local {course_id} {reader}"
        try:
            int(secret[:0])
        except ValueError as error:
            raise RuntimeError("the shelf is empty") from error

    async def list(self, question: CourseQuestion, reader: Reader) -> Never:
        assert question
        assert reader
        raise ZeroDivisionError


@pytest.fixture
def broken(http_database_url: str, data_dir: Path) -> Any:
    container = make_container(settings_for(http_database_url, data_dir))
    container.courses.override(providers.Object(BrokenCourses()))
    return container


async def test_one_line_for_each_request(http_database_url: str, data_dir: Path) -> None:
    with captured() as lines:
        async with running(settings_for(http_database_url, data_dir)) as platform:
            person = await platform.person(Role.DOSEN)
            async with platform.client(headers=person.headers) as client:
                answers = [await client.get("/v1/me"), await client.get(f"/v1/courses/{person.id}?x={CANARY}")]
                answers.append(await client.request("FOO", "/nowhere"))
    found = lines.entries
    assert [entry["event"] for entry in found] == ["request"] * 3
    assert [entry["request_id"] for entry in found] == [answer.headers["x-request-id"] for answer in answers]
    assert [(entry["method"], entry["route"], entry["status"]) for entry in found] == [
        ("GET", "/v1/me", 200),
        ("GET", "/v1/courses/{course_id}", 400),
        ("other", "unmatched", 404),
    ]
    assert [entry["user_id"] for entry in found] == [person.id, person.id, None]
    assert all(entry["milliseconds"] > 0 and entry["timestamp"].endswith("Z") for entry in found)


async def test_why_a_token_was_refused_is_for_log_and_metric_alone(http_database_url: str, data_dir: Path) -> None:
    with captured() as lines:
        async with running(settings_for(http_database_url, data_dir)) as platform, platform.client() as client:
            answer = await client.get("/v1/me", headers=bearer("no.such.token"))
            metrics = (await client.get("/metrics")).text
    [entry] = [entry for entry in lines.entries if entry["route"] == "/v1/me"]
    reason = entry["token_rejected"]
    assert f'tekun_tokens_rejected_total{{reason="{reason}"}} 1.0' in metrics
    assert answer.status_code == 401
    assert reason not in answer.json()["detail"]


async def test_nothing_entrusted_is_in_the_log(http_database_url: str, data_dir: Path) -> None:
    with captured() as lines:
        async with running(settings_for(http_database_url, data_dir)) as platform:
            person = await platform.person(Role.ADMIN, f"{CANARY} Nama")
            async with platform.client(headers=person.headers) as client:
                answers = await send_secrets(client, platform, person)
    assert {200, 201, 400, 401, 404, 409, 412, 413, 415} <= {answer.status_code for answer in answers}
    text = lines.text
    assert len(text.splitlines()) >= len(answers)
    for secret in (CANARY, person.headers["Authorization"][7:], person.clerk_id, "@example", "Bearer", "Cookie"):
        assert secret not in text, secret


async def send_secrets(client: httpx.AsyncClient, platform: Platform, person: Person) -> list[httpx.Response]:
    body = {"title": f"{CANARY} Judul", "description": f"{CANARY} isi"}
    email = {"email": f"{CANARY}{person.id}@example.org"}
    stranger = bearer(platform.token(f"user_{CANARY}{person.user.id.hex}"))
    return [
        await client.post("/v1/courses", json=body, headers={"Idempotency-Key": CANARY}),
        await client.post("/v1/courses", json={CANARY: CANARY}),
        await client.post("/v1/courses", content=f"{{{CANARY}", headers={"Content-Type": "application/json"}),
        await client.post("/v1/courses", content=CANARY.encode() * 200_000),
        await client.post("/v1/courses", content=CANARY, headers={"Content-Type": f"text/{CANARY}"}),
        await client.get("/v1/courses", params={"q": CANARY, "cursor": ""}),
        await client.get("/v1/users", params={"q": f"{CANARY}@example.org"}),
        await client.get(f"/{CANARY}?{CANARY}={CANARY}"),
        await client.get("/v1/me", headers={"Cookie": f"__session={CANARY}", "User-Agent": CANARY, "X-Secret": CANARY}),
        await client.get("/v1/me", headers=bearer(f"{CANARY}.{CANARY}.{CANARY}")),
        await client.get("/v1/me", headers={"Authorization": f"Basic {CANARY}"}),
        await client.get("/v1/me", headers=stranger),
        await client.post("/v1/users", json=email),
        await client.post("/v1/users", json=email),
        await client.patch("/v1/me", json={"display_name": CANARY}, headers={"If-Match": f'"{CANARY}"'}),
        await client.post("/webhooks/clerk", content=CANARY, headers={"svix-id": CANARY, "svix-signature": CANARY}),
    ]


async def test_a_fault_of_ours_is_told_to_the_log_and_to_nobody_else(broken: Any, mahasiswa: Person) -> None:
    course_id = UUID(int=7)
    with captured() as lines:
        async with running(broken.settings(), broken) as platform, platform.client(headers=mahasiswa.headers) as client:
            answer = await client.get(f"/v1/courses/{course_id}", headers={"Accept-Language": "en"})
            fine = await client.get("/v1/me")
    assert (answer.status_code, answer.headers["content-type"]) == (500, "application/problem+json")
    problem = answer.json()
    assert (problem["code"], problem["title"]) == ("server.fault", "Something went wrong on our side")
    assert problem["detail"] == problem["title"]
    assert "shelf" not in answer.text
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert fine.status_code == 200
    faults = [entry for entry in lines.entries if entry["level"] == "error"]
    assert [(entry["event"], entry["route"]) for entry in faults] == [("unhandled fault", "/v1/courses/{course_id}")]
    causes = [exception["exc_type"] for exception in faults[0]["exception"]]
    assert causes == ["RuntimeError", "ValueError"]
    assert faults[0]["exception"][0]["exc_value"] == "the shelf is empty"
    assert f"{CANARY}-local" not in lines.text
    assert faults[0]["request_id"] == answer.headers["x-request-id"]


async def test_the_row_that_a_constraint_refused_is_not_in_the_log(http_database_url: str, data_dir: Path) -> None:
    with captured() as lines:
        async with running(settings_for(http_database_url, data_dir)) as platform:
            pool = platform.container.pool()
            try:
                async with pool.connection() as connection:
                    await connection.execute("CREATE TEMPORARY TABLE people (email text CHECK (email = ''))")
                    await connection.execute("INSERT INTO people VALUES ($1)", f"{CANARY}@example.org")
            except asyncpg.CheckViolationError:
                structlog.get_logger().exception("unhandled fault")
    assert "CheckViolationError" in lines.text
    assert CANARY not in lines.text


async def test_a_database_that_is_away_is_a_503_with_a_time_to_come_back(
    http_database_url: str, data_dir: Path
) -> None:
    with captured() as lines:
        async with running(settings_for(http_database_url, data_dir)) as platform:
            await platform.container.pool().close()
            async with platform.client() as client:
                answer = await client.get("/v1/courses")
                ready, live = await client.get("/health/ready"), await client.get("/health/live")
    assert (answer.status_code, answer.json()["code"]) == (503, "database.unavailable")
    assert int(answer.headers["retry-after"]) >= 1
    assert (ready.status_code, live.status_code) == (503, 200)
    assert "unhandled fault" not in lines.text

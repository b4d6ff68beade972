"""How many statements each request costs: a number that grows is a decision, not an accident."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest

from domain.identity.profile import Role
from entrypoints.http.policy import POLICY
from tests.support.platform import Person, Platform, running, settings_for

ANONYMOUS: dict[str, int] = {
    "GET /v1/courses": 1,
    "GET /v1/courses?q=struktur": 1,
    "GET /v1/courses?tag=data&level=beginner&sort=title": 1,
    "GET /v1/courses/{published}": 1,
    "GET /health/live": 0,
    "GET /health/ready": 1,
    "GET /metrics": 0,
    "GET /openapi.json": 0,
    "GET /docs": 0,
    "GET /nowhere": 0,
    "GET /v1/me": 0,
    "POST /v1/courses": 0,
}
"""By request; with nobody signed in."""

SIGNED_IN: dict[str, int] = {
    "GET /v1/me": 1 + 1,
    "GET /v1/courses": 1 + 1,
    "GET /v1/courses?q=struktur": 1 + 1,
    "GET /v1/courses?created_by=me": 1 + 1,
    "GET /v1/courses/{draft}": 1 + 1,
    "GET /v1/users": 1 + 1,
    "GET /v1/users?q=budi&role=mahasiswa": 1 + 1,
    "GET /v1/users/{user}": 1 + 1,
    "GET /v1/audit": 1 + 1,
}
"""One statement more than for the answer: who asks, and whether their session was ended."""

# BEGIN and COMMIT are counted. A write reads what it locks, saves, records the audit and shows what it made.
WRITES: dict[str, tuple[int, Any]] = {
    "PATCH /v1/me": (6, {"display_name": "{new}"}),
    "POST /v1/auth/logout": (5, None),
    "POST /v1/users": (6, {"email": "{new}@example.org"}),
    "PATCH /v1/users/{user}": (8, {"status": "inactive"}),
    "DELETE /v1/users/{user}": (7, None),
    "POST /v1/courses": (6, {"title": "{new}"}),
    "PATCH /v1/courses/{draft}": (7, {"summary": "{new}"}),
    "PUT /v1/courses/{draft}/status": (7, {"status": "published"}),
    "DELETE /v1/courses/{draft}": (6, None),
}


@pytest.fixture(scope="module")
async def counted(http_database_url: str, data_dir: Path) -> AsyncIterator[Platform]:
    """With a single connection, so that whatever is asked goes through it."""
    async with running(settings_for(http_database_url, data_dir, TEKUN_DATABASE_POOL_SIZE="1")) as platform:
        yield platform


@pytest.fixture(scope="module")
async def statements(counted: Platform) -> list[str]:
    """Everything that the database was asked, in order."""
    asked: list[str] = []
    async with counted.container.pool().connection() as connection:
        connection.add_query_logger(lambda record: asked.append(record.query))  # type: ignore[attr-defined] # asyncpg's own, beyond our protocol
    return asked


async def settled() -> None:
    """The driver tells of a statement in the loop's next round."""
    for _ in range(3):
        await asyncio.sleep(0)


async def count(
    platform: Platform, statements: list[str], request: str, body: Any, headers: dict[str, str]
) -> list[str]:
    method, _, path = request.partition(" ")
    async with platform.client(headers={**headers, "If-Match": "*"}) as client:
        await settled()
        statements.clear()
        answer = await client.request(method, path, json=body)
        await settled()
    assert answer.status_code < 500, answer.text
    if headers:
        assert answer.status_code < 300, answer.text
    return list(statements)


@pytest.fixture
async def names(counted: Platform, admin: Person) -> dict[str, str]:
    """What stands for the names in the tables above: new ones each time, since writes use them up."""
    draft = await counted.make_course(admin)
    published = await counted.publish(admin, await counted.make_course(admin, tags=["data"], level="beginner"))
    user = await counted.person(Role.MAHASISWA)
    return {"draft": draft["id"], "published": published["id"], "user": user.id, "new": uuid4().hex}


def filled(template: Any, names: dict[str, str]) -> Any:
    if isinstance(template, dict):
        return {name: filled(value, names) for name, value in template.items()}
    return template.format(**names) if isinstance(template, str) else template


@pytest.mark.parametrize("request_line", ANONYMOUS)
async def test_anonymous(counted: Platform, statements: list[str], names: dict[str, str], request_line: str) -> None:
    asked = await count(counted, statements, filled(request_line, names), None, {})
    assert len(asked) == ANONYMOUS[request_line], asked


@pytest.mark.parametrize("request_line", SIGNED_IN)
async def test_signed_in(
    counted: Platform, statements: list[str], admin: Person, names: dict[str, str], request_line: str
) -> None:
    asked = await count(counted, statements, filled(request_line, names), None, admin.headers)
    assert len(asked) == SIGNED_IN[request_line], asked


@pytest.mark.parametrize("request_line", WRITES)
async def test_writes(counted: Platform, statements: list[str], names: dict[str, str], request_line: str) -> None:
    writer = await counted.person(Role.ADMIN)
    owned = {**names, "draft": (await counted.make_course(writer))["id"]}
    expected, body = WRITES[request_line]
    asked = await count(counted, statements, filled(request_line, owned), filled(body, owned), writer.headers)
    assert len(asked) == expected, asked
    assert [asked[1], asked[-1]] == ["BEGIN", "COMMIT"]


async def test_the_counter_counts(counted: Platform, statements: list[str]) -> None:
    await settled()
    statements.clear()
    async with counted.container.pool().connection() as connection:
        await connection.fetchval("SELECT 1")
        await connection.execute("SELECT 2")
    await settled()
    assert statements == ["SELECT 1", "SELECT 2"]


def test_every_operation_is_counted() -> None:
    counted = {*ANONYMOUS, *SIGNED_IN, *WRITES}
    pages = {"getDocsAsset", "getErrorCatalog"}
    webhook = {"receiveClerkWebhook"}
    paths = {line.partition("?")[0] for line in counted if "nowhere" not in line}
    # The same path for everybody and for who is signed in, and the course for its owner and for all.
    assert len({path.replace("{published}", "{draft}") for path in paths}) == len(POLICY.keys() - pages - webhook)

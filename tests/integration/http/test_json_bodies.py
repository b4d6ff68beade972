"""Whatever is sent as a body: read if it is JSON in UTF-8, refused with a problem if not, and never a fault."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from domain.identity.profile import Role
from tests.integration.http.problems import assert_problem
from tests.support.json_bodies import may_be_either, must_be_read, must_be_refused
from tests.support.platform import Person, Platform

REFUSED, READ, EITHER = must_be_refused(), must_be_read(), may_be_either()
JSON = {"Content-Type": "application/json", "If-Match": "*"}


@pytest.fixture(scope="module")
async def writer(platform: Platform) -> Person:
    """An admin, who may send a body anywhere."""
    return await platform.person(Role.ADMIN)


@pytest.fixture(scope="module")
async def endpoints(platform: Platform, writer: Person) -> list[tuple[str, str]]:
    """Every operation that takes JSON, as the document has them."""
    ids = {**await platform.path_ids(writer), "user_id": (await platform.person(Role.MAHASISWA)).id}
    found = list(_operations(platform.litestar.openapi_schema.to_schema(), ids))
    assert len(found) >= 6
    return found


def _operations(document: dict[str, Any], ids: dict[str, str]) -> Iterator[tuple[str, str]]:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if "requestBody" in operation:
                yield method, path.format(**ids)


def test_there_is_enough_of_each_kind() -> None:
    assert (len(REFUSED) > 300, len(READ) > 80, len(EITHER) > 70) == (True, True, True)


async def test_what_is_not_json_is_malformed(
    platform: Platform, writer: Person, endpoints: list[tuple[str, str]]
) -> None:
    async with platform.client(headers={**writer.headers, **JSON}) as client:
        for method, path in endpoints:
            for body in REFUSED:
                answer = await client.request(method, path, content=body.content)
                assert (answer.status_code, body.name) == (400, body.name)
                assert_problem(answer, 400, "request.malformed")


@pytest.mark.parametrize("bodies", [READ, EITHER], ids=["json", "left to the reader"])
async def test_what_is_json_is_never_a_fault(
    platform: Platform, writer: Person, endpoints: list[tuple[str, str]], bodies: list[Any]
) -> None:
    async with platform.client(headers={**writer.headers, **JSON}) as client:
        for method, path in endpoints:
            for body in bodies:
                answer = await client.request(method, path, content=body.content)
                assert (answer.status_code < 500, body.name) == (True, body.name)
                if answer.status_code >= 400:
                    assert_problem(answer)
                if bodies is READ:
                    assert answer.status_code < 300 or answer.json()["code"] != "request.malformed", body.name


async def test_webhooks_take_no_notice_of_what_the_body_is(client: httpx.AsyncClient) -> None:
    for body in (*REFUSED, *READ, *EITHER):
        answer = await client.post("/webhooks/clerk", content=body.content)
        assert_problem(answer, 400, "webhook.signature_invalid")

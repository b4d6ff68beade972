"""A request that is sent twice makes one thing, and gets one answer."""

import asyncio
from typing import Any
from uuid import uuid4

import httpx
import pytest

from domain.identity.profile import Role
from tests.integration.http.problems import assert_problem
from tests.support.platform import Person, Platform

COURSE = {"title": "Statistika", "summary": "Dari rata-rata sampai regresi."}


@pytest.fixture
def key() -> str:
    return uuid4().hex


def with_key(person: Person, key: str) -> dict[str, str]:
    return {**person.headers, "Idempotency-Key": key}


async def courses_of(client: httpx.AsyncClient, person: Person, title: str) -> list[Any]:
    answer = await client.get(
        "/v1/courses", params={"created_by": "me", "q": title, "limit": 100}, headers=person.headers
    )
    found: list[Any] = answer.json()["items"]
    return found


async def test_the_same_request_again_gets_the_same_answer(
    platform: Platform, client: httpx.AsyncClient, key: str
) -> None:
    person = await platform.person(Role.DOSEN)
    first = await client.post("/v1/courses", json=COURSE, headers=with_key(person, key))
    await client.patch(first.headers["location"], json={"summary": "Lain"}, headers={**person.headers, "If-Match": "*"})
    again = await client.post("/v1/courses", json=COURSE, headers=with_key(person, key))
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.content == first.content
    for name in ("location", "etag", "content-type", "content-length"):
        assert again.headers[name] == first.headers[name]
    assert again.headers["x-request-id"] != first.headers["x-request-id"]
    assert len(await courses_of(client, person, "statistika")) == 1


async def test_another_body_under_the_same_key_is_refused(client: httpx.AsyncClient, dosen: Person, key: str) -> None:
    await client.post("/v1/courses", json=COURSE, headers=with_key(dosen, key))
    for body in ({**COURSE, "title": "Lain"}, {"title": "Statistika"}):
        answer = await client.post("/v1/courses", json=body, headers=with_key(dosen, key))
        assert_problem(answer, 422, "idempotency.key_reused")


async def test_another_endpoint_under_the_same_key_is_refused(
    client: httpx.AsyncClient, admin: Person, key: str
) -> None:
    await client.post("/v1/courses", json=COURSE, headers=with_key(admin, key))
    body = {"email": f"{key}@example.org"}
    assert_problem(
        await client.post("/v1/users", json=body, headers=with_key(admin, key)), 422, "idempotency.key_reused"
    )


async def test_keys_are_each_persons_own(platform: Platform, client: httpx.AsyncClient, key: str) -> None:
    people = [await platform.person(Role.DOSEN) for _ in range(2)]
    made = [await client.post("/v1/courses", json=COURSE, headers=with_key(person, key)) for person in people]
    assert [answer.status_code for answer in made] == [201, 201]
    assert made[0].json()["id"] != made[1].json()["id"]
    assert made[1].json()["created_by"] == people[1].id


async def test_twenty_at_once_make_one(platform: Platform, client: httpx.AsyncClient, key: str) -> None:
    person = await platform.person(Role.DOSEN)
    headers = with_key(person, key)
    answers = await asyncio.gather(*(client.post("/v1/courses", json=COURSE, headers=headers) for _ in range(20)))
    made = [answer for answer in answers if answer.status_code == 201]
    assert len({answer.content for answer in made}) == 1
    for answer in answers:
        if answer.status_code != 201:
            assert_problem(answer, 409, "idempotency.in_flight")
    assert len(await courses_of(client, person, "statistika")) == 1


async def test_a_request_in_flight_says_so(
    platform: Platform, client: httpx.AsyncClient, dosen: Person, key: str
) -> None:
    async with platform.container.pool().connection() as connection, connection.transaction():
        # What the first of two requests holds from its beginning to its commit.
        await connection.execute("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", f"{dosen.user.id}:{key}")
        held = await client.post("/v1/courses", json=COURSE, headers=with_key(dosen, key))
        assert_problem(held, 409, "idempotency.in_flight")
    assert (await client.post("/v1/courses", json=COURSE, headers=with_key(dosen, key))).status_code == 201


async def test_a_refused_request_leaves_its_key_free(client: httpx.AsyncClient, dosen: Person, key: str) -> None:
    refused = await client.post("/v1/courses", json={"title": " "}, headers=with_key(dosen, key))
    assert_problem(refused, 400, "course.invalid")
    assert (await client.post("/v1/courses", json=COURSE, headers=with_key(dosen, key))).status_code == 201


@pytest.mark.parametrize("bad", ["", "a" * 129, "é", "a\tb", "\x7f"])
async def test_keys_that_are_none(client: httpx.AsyncClient, dosen: Person, bad: str) -> None:
    headers = httpx.Headers(with_key(dosen, bad), encoding="utf-8")
    assert_problem(await client.post("/v1/courses", json=COURSE, headers=headers), 400, "idempotency.key_invalid")


async def test_invitations_are_sent_once(client: httpx.AsyncClient, admin: Person, key: str) -> None:
    body = {"email": f"{key}@example.org", "role": "dosen"}
    first, again = [await client.post("/v1/users", json=body, headers=with_key(admin, key)) for _ in range(2)]
    assert (first.status_code, again.content, again.headers["location"]) == (
        201,
        first.content,
        first.headers["location"],
    )
    assert_problem(await client.post("/v1/users", json=body, headers=admin.headers), 409, "user.email_taken")

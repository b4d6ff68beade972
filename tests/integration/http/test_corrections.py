"""Corrections and the calendar over HTTP: by admins, with clear refusals."""

from typing import Any

import pytest

from domain.identity.profile import Role
from tests.support.platform import Person, Platform


async def send(platform: Platform, person: Person, method: str, path: str, body: Any = None, **headers: str) -> Any:
    async with platform.client(headers={**person.headers, **headers}) as client:
        answer = await client.request(method, path, json=body)
    return answer.status_code, answer.json() if answer.content else None


async def test_a_correction_is_read_where_xp_are_explained(platform: Platform, admin: Person):
    learner = await platform.person(Role.MAHASISWA)
    path = f"/v1/users/{learner.id}/corrections"
    body = {"amount": 150, "note": "Lomba kampus."}
    status, made = await send(platform, admin, "POST", path, body, **{"Idempotency-Key": "lomba"})
    assert (status, made["xp_total"], made["level"]["number"], made["number"]) == (201, 150, 2, 1)
    status, again = await send(platform, admin, "POST", path, body, **{"Idempotency-Key": "lomba"})
    assert (status, again) == (201, made)
    _, ledger = await send(platform, learner, "GET", "/v1/me/xp")
    assert [(row["rule"], row["decision"], row["amount"], row["note"]) for row in ledger["items"]] == [
        ("correction", "corrected", 150, "Lomba kampus.")
    ]
    _, audit = await send(platform, admin, "GET", f"/v1/audit?subject_id={learner.id}&action=user.xp_corrected")
    assert audit["items"][0]["changes"]["note"] == "Lomba kampus."
    _, board = await send(platform, learner, "GET", "/v1/leaderboards/all-time?view=around")
    assert [row["xp"] for row in board["items"] if row["is_me"]] == [150]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"amount": 0, "note": "x"}, "/amount"),
        ({"amount": 1.5, "note": "x"}, "/amount"),
        ({"amount": "5", "note": "x"}, "/amount"),
        ({"amount": 100001, "note": "x"}, "/amount"),
        ({"amount": 5, "note": " "}, "/note"),
        ({"amount": 5}, "/note"),
    ],
)
async def test_what_a_correction_must_be(platform: Platform, admin: Person, body: Any, pointer: str):
    status, problem = await send(platform, admin, "POST", f"/v1/users/{admin.id}/corrections", body)
    assert (status, problem["errors"][0]["pointer"]) == (400, pointer)


async def test_below_zero(platform: Platform, admin: Person):
    learner = await platform.person(Role.MAHASISWA)
    status, problem = await send(
        platform, admin, "POST", f"/v1/users/{learner.id}/corrections", {"amount": -1, "note": "x"}
    )
    assert (status, problem["code"]) == (409, "correction.below_zero")


async def test_the_calendar(platform: Platform, admin: Person, mahasiswa: Person):
    day = {"day": "2199-08-17", "name": "Hari Kemerdekaan"}
    assert await send(platform, admin, "PUT", "/v1/free-days/2199-08-17", {"name": day["name"]}) == (200, day)
    assert await send(platform, mahasiswa, "GET", "/v1/free-days?year=2199") == (200, {"items": [day]})
    assert await send(platform, admin, "DELETE", "/v1/free-days/2199-08-17") == (204, None)
    status, problem = await send(platform, admin, "DELETE", "/v1/free-days/2199-08-17")
    assert (status, problem["code"]) == (404, "free_day.not_found")
    status, problem = await send(platform, admin, "PUT", "/v1/free-days/2020-01-01", {"name": "x"})
    assert (status, problem["code"]) == (409, "free_day.begun")
    status, problem = await send(platform, admin, "PUT", "/v1/free-days/2026-02-30", {"name": "x"})
    assert status in (400, 404)
    status, problem = await send(platform, admin, "PUT", "/v1/free-days/2199-01-01", {"name": " "})
    assert (status, problem["errors"][0]["pointer"]) == (400, "/name")

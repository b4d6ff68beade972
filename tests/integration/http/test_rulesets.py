"""Rulesets over HTTP: drafts by admins, what is wrong with them to the letter, and what is in force at once."""

import asyncio
from typing import Any

import httpx
import pytest

from adapters.postgres.tables import metadata
from domain.gamification.deeds import REVIEW_WRITTEN
from domain.gamification.ruleset_document import document_of
from domain.identity.profile import Role
from tests.integration.http.problems import assert_problem
from tests.support.platform import Person, Platform, running, settings_for
from tests.support.rulesets import a_document, with_price

MATCH = {"If-Match": "*"}


@pytest.fixture
async def draft(platform: Platform) -> dict[str, Any]:
    return await platform.draft_ruleset()


async def test_what_is_wrong_is_told_to_the_letter(client: httpx.AsyncClient, admin: Person) -> None:
    rules = a_document(levels={"base": 0, "factor": "0.9"})
    rules["prices"] = {**rules["prices"], "review.written": -5}
    rules["badges"] = [{**rules["badges"][1], "measure": "likes", "thresholds": {"bronze": 9, "silver": 3}}]
    answer = await client.post(
        "/v1/rulesets", json={"rules": rules}, headers={**admin.headers, "Accept-Language": "en"}
    )
    assert_problem(answer, 400, "ruleset.invalid")
    assert answer.json() == {
        "type": "/docs/errors#ruleset.invalid",
        "title": "The ruleset is not valid",
        "status": 400,
        "detail": "The ruleset breaks a rule for rulesets.",
        "instance": "/v1/rulesets",
        "code": "ruleset.invalid",
        "request_id": answer.headers["x-request-id"],
        "errors": [
            {
                "pointer": "/rules/prices/review.written",
                "code": "number.out_of_range",
                "detail": "is not within 0 and 10000",
            },
            {
                "pointer": "/rules/levels/base",
                "code": "levels.falling",
                "detail": "is less than 1: a level would begin where the one before does",
            },
            {
                "pointer": "/rules/levels/factor",
                "code": "levels.falling",
                "detail": "is less than 1: each level would take less than the one before",
            },
            {
                "pointer": "/rules/badges/0/measure",
                "code": "measure.unknown",
                "detail": "is none of lessons, courses, perfect_quizzes, first_tries, assignments, streak_days, xp, "
                "level, reviews, quests, day_lessons, day_xp",
            },
            {
                "pointer": "/rules/badges/0/thresholds/silver",
                "code": "tiers.order",
                "detail": "is not above the tier before",
            },
        ],
    }


@pytest.mark.parametrize(
    ("body", "code", "pointers"),
    [
        ({}, "ruleset.invalid", ["/rules"]),
        ({"copy_of": 1, "rules": {}}, "ruleset.invalid", ["/rules"]),
        ({"copy_of": "1"}, "request.invalid", ["/copy_of"]),
        ({"copy_of": 0}, "request.invalid", ["/copy_of"]),
        ({"copy_of": 1, "notes": ""}, "request.invalid", ["/notes"]),
        ({"copy_of": 1, "note": "a" * 2001}, "request.invalid", ["/note"]),
        ({"rules": []}, "request.invalid", ["/rules"]),
        (
            {"rules": {}},
            "ruleset.invalid",
            [
                f"/rules/{name}"
                for name in ("prices", "quizzes", "limits", "levels", "streak", "quests", "leagues", "badges")
            ],
        ),
    ],
)
async def test_bodies_that_are_none(
    client: httpx.AsyncClient, admin: Person, body: dict[str, Any], code: str, pointers: list[str]
) -> None:
    answer = await client.post("/v1/rulesets", json=body, headers=admin.headers)
    assert_problem(answer, 400, code)
    assert [error["pointer"] for error in answer.json()["errors"]] == pointers


async def test_a_draft_is_changed_by_who_has_read_it(
    client: httpx.AsyncClient, admin: Person, draft: dict[str, Any]
) -> None:
    path = f"/v1/rulesets/{draft['version']}"
    read = await client.get(path, headers=admin.headers)
    assert (read.json(), read.headers["etag"][:3]) == (draft, '"1-')
    body = {"rules": document_of(with_price(REVIEW_WRITTEN, 9)), "note": "Lebih"}
    for method, target in (("PUT", path), ("DELETE", path), ("POST", f"{path}/publication")):
        refused = await client.request(method, target, json=body, headers=admin.headers)
        assert_problem(refused, 428, "request.precondition_required")
    headers = {**admin.headers, "If-Match": read.headers["etag"]}
    changed = await client.put(path, json=body, headers=headers)
    assert (changed.status_code, changed.json()["note"], changed.json()["revision"]) == (200, "Lebih", 2)
    assert changed.json()["rules"]["prices"]["review.written"] == 9
    for method, target in (("PUT", path), ("DELETE", path), ("POST", f"{path}/publication")):
        stale = await client.request(method, target, json={**body, "note": "Lain"}, headers=headers)
        assert_problem(stale, 412, "version.stale")
    gone = await client.delete(path, headers={**admin.headers, "If-Match": changed.headers["etag"]})
    assert gone.status_code == 204
    assert_problem(await client.get(path, headers=admin.headers), 404, "ruleset.not_found")


async def test_where_a_new_one_is(client: httpx.AsyncClient, admin: Person) -> None:
    headers = {**admin.headers, "Idempotency-Key": "a-new-ruleset"}
    first, again = [await client.post("/v1/rulesets", json={"copy_of": 1}, headers=headers) for _ in range(2)]
    assert (first.status_code, again.content) == (201, first.content)
    assert (await client.get(first.headers["location"], headers=admin.headers)).content == first.content


@pytest.mark.parametrize("version", ["0", "999999", "2147483648", "99999999999999999999"])
async def test_versions_that_there_are_not(client: httpx.AsyncClient, admin: Person, version: str) -> None:
    answer = await client.get(f"/v1/rulesets/{version}", headers=admin.headers)
    assert_problem(answer, 404, "ruleset.not_found")


async def test_published_it_is_in_force_at_once_and_stays(platform: Platform, admin: Person) -> None:
    owner, learner = await platform.person(Role.DOSEN), await platform.person(Role.MAHASISWA)
    certificate = await platform.award(owner, learner)
    before = platform.container.rulebook().current
    rules = {**document_of(before), "prices": {**document_of(before)["prices"], "review.written": 77}}
    draft = await platform.draft_ruleset(rules=rules)
    path = f"/v1/rulesets/{draft['version']}"
    async with platform.client(headers={**admin.headers, **MATCH}) as client:
        published = await client.post(f"{path}/publication")
        again = await client.post(f"{path}/publication")
        assert (published.status_code, published.json()["is_in_force"]) == (200, True)
        assert (again.content, again.headers["etag"]) == (published.content, published.headers["etag"])
        assert_problem(await client.put(path, json={"rules": rules}), 409, "ruleset.published")
        assert_problem(await client.delete(path), 409, "ruleset.published")
        review = f"/v1/courses/{certificate['course_id']}/review"
        written = await client.put(review, json={"rating": 5}, headers=learner.headers)
        [paid] = [each for each in written.json()["reward"]["xp"] if each["rule"] == "review.written"]
        assert paid["amount"] == 77
        ledger = (await client.get("/v1/me/xp", headers=learner.headers)).json()["items"]
        assert {each["ruleset"] for each in ledger} == {before.version, draft["version"]}
        # Back to what it was, for whoever else uses this platform.
        back = (await client.post("/v1/rulesets", json={"copy_of": before.version})).json()["version"]
        assert (await client.post(f"/v1/rulesets/{back}/publication")).status_code == 200
        listed = (await client.get("/v1/rulesets", params={"limit": 100})).json()["items"]
    assert [each["version"] for each in listed if each["is_in_force"]] == [back]
    assert (await platform.container.verify_ledger()()).drifts == []


async def test_two_who_publish_at_once_publish_once(platform: Platform, draft: dict[str, Any]) -> None:
    admins = [await platform.person(Role.ADMIN) for _ in range(4)]
    path = f"/v1/rulesets/{draft['version']}"

    async def publish(person: Person) -> httpx.Response:
        async with platform.client(headers={**person.headers, **MATCH}) as client:
            return await client.post(f"{path}/publication")

    answers = await asyncio.gather(*(publish(person) for person in admins))
    assert [answer.status_code for answer in answers] == [200] * 4
    [body] = {answer.content for answer in answers}
    async with platform.client(headers=admins[0].headers) as client:
        subject = {"subject_id": f"00000000-0000-0000-0000-{draft['version']:012x}", "action": "ruleset.published"}
        [entry] = (await client.get("/v1/audit", params=subject)).json()["items"]
        assert (await client.get(path)).content == body
    assert entry["changes"]["version"] == draft["version"]
    assert entry["actor_id"] == answers[0].json()["published_by"]


async def test_of_two_drafts_at_once_the_newer_one_is_in_force(platform: Platform, admin: Person) -> None:
    drafts = [await platform.draft_ruleset() for _ in range(4)]
    async with platform.client(headers={**admin.headers, **MATCH}) as client:
        paths = [f"/v1/rulesets/{each['version']}/publication" for each in drafts]
        answers = await asyncio.gather(*(client.post(path) for path in reversed(paths)))
        for answer in answers:
            if answer.status_code != 200:
                assert_problem(answer, 409, "ruleset.outdated")
        newest = drafts[-1]["version"]
        assert (await client.get(f"/v1/rulesets/{newest}")).json()["is_in_force"]
    assert platform.container.rulebook().current.version == newest


async def test_another_process_plays_by_it_soon(platform: Platform, admin: Person, draft: dict[str, Any]) -> None:
    settings = platform.container.settings()
    url = settings.database_url.get_secret_value()
    quick = settings_for(url, settings.data_dir, TEKUN_RULES_REFRESH_SECONDS="0.05", TEKUN_DATABASE_POOL_SIZE="2")
    async with running(quick) as other:
        async with platform.client(headers={**admin.headers, **MATCH}) as client:
            assert (await client.post(f"/v1/rulesets/{draft['version']}/publication")).status_code == 200
        async with asyncio.timeout(10):
            while other.container.rulebook().current.version < draft["version"]:  # noqa: ASYNC110 # it looks by itself
                await asyncio.sleep(0.02)
    # And whoever starts later begins with it.
    async with running(quick) as later:
        assert later.container.rulebook().current.version >= draft["version"]


async def test_a_draft_is_tried_on_history_and_nothing_is_written(
    platform: Platform, admin: Person, draft: dict[str, Any]
) -> None:
    owner, learner = await platform.person(Role.DOSEN), await platform.person(Role.MAHASISWA)
    await platform.award(owner, learner)
    path = f"/v1/rulesets/{draft['version']}/simulation"
    before = await row_counts(platform)
    async with platform.client(headers=admin.headers) as client:
        answer = await client.post(path, params={"limit": 1})
        for limit in ("0", "101", "x"):
            assert_problem(await client.post(path, params={"limit": limit}), 400, "request.invalid")
        assert_problem(await client.post("/v1/rulesets/999999/simulation"), 404, "ruleset.not_found")
    found = answer.json()
    assert (answer.status_code, found["version"], len(found["order"])) == (200, draft["version"], 1)
    assert found["learners"] >= 1
    assert await row_counts(platform) == before


async def row_counts(platform: Platform) -> dict[str, int]:
    async with platform.container.pool().connection() as connection:
        return {
            table.name: await connection.fetchval(f"SELECT count(*) FROM {table.name}")
            for table in metadata.sorted_tables
        }

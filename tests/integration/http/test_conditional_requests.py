"""Tags: who has a state already gets 304, and nobody overwrites what they haven't seen."""

import asyncio
from typing import Any

import httpx
import pytest

from domain.identity.profile import Role
from tests.integration.http.problems import assert_problem
from tests.support.platform import Person, Platform


@pytest.fixture
async def course(platform: Platform, dosen: Person) -> dict[str, Any]:
    return await platform.make_course(dosen)


@pytest.fixture
def path(course: dict[str, Any]) -> str:
    return f"/v1/courses/{course['id']}"


async def test_every_resource_and_every_list_has_a_tag(client: httpx.AsyncClient, admin: Person, path: str) -> None:
    for target in (
        path,
        "/v1/courses",
        "/v1/courses?q=struktur",
        "/v1/me",
        f"/v1/users/{admin.id}",
        "/v1/users",
        "/v1/audit",
    ):
        answer = await client.get(target, headers=admin.headers)
        tag = answer.headers["etag"]
        assert (tag[0], tag[-1], len(tag) > 2) == ('"', '"', True)
        assert answer.headers["cache-control"] == "no-cache"
        assert "Authorization" in answer.headers["vary"]
        again = await client.get(target, headers={**admin.headers, "If-None-Match": tag})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == tag
        assert "content-type" not in again.headers
        assert "content-length" not in again.headers


async def test_ones_own_settings_need_none_but_mind_one(client: httpx.AsyncClient, mahasiswa: Person) -> None:
    changed = await client.patch("/v1/me", json={"locale": "en"}, headers=mahasiswa.headers)
    assert changed.status_code == 200
    stale = {**mahasiswa.headers, "If-Match": '"9999"'}
    assert_problem(await client.patch("/v1/me", json={"locale": "id"}, headers=stale), 412, "version.stale")


@pytest.mark.parametrize(
    ("condition", "status"),
    [
        ("{tag}", 304),
        ("W/{tag}", 304),
        ('"other", {tag}', 304),
        ('W/"other",W/{tag} , "more"', 304),
        ("*", 304),
        (" * ", 304),
        ('"other"', 200),
        ('W/"other"', 200),
        ("{bare}", 200),
        ('"', 200),
        (",,,", 200),
        ("", 200),
    ],
)
async def test_if_none_match(client: httpx.AsyncClient, dosen: Person, path: str, condition: str, status: int) -> None:
    tag = (await client.get(path, headers=dosen.headers)).headers["etag"]
    given = condition.format(tag=tag, bare=tag.strip('"'))
    for method in ("GET", "HEAD"):
        answer = await client.request(method, path, headers={**dosen.headers, "If-None-Match": given})
        assert answer.status_code == status


async def test_the_tag_of_a_change_is_the_tag_that_is_read_next(
    client: httpx.AsyncClient, dosen: Person, path: str
) -> None:
    tag = (await client.get(path, headers=dosen.headers)).headers["etag"]
    changed = await client.patch(path, json={"summary": "Baru"}, headers={**dosen.headers, "If-Match": tag})
    assert changed.headers["etag"] != tag
    assert (await client.get(path, headers=dosen.headers)).headers["etag"] == changed.headers["etag"]


async def test_a_change_that_was_overtaken_is_refused(client: httpx.AsyncClient, dosen: Person, path: str) -> None:
    headers = {**dosen.headers, "If-Match": (await client.get(path, headers=dosen.headers)).headers["etag"]}
    assert (await client.patch(path, json={"summary": "Baru"}, headers=headers)).status_code == 200
    stale = {
        "changed": ("PATCH", path, {"summary": "Lain"}),
        "status": ("PUT", f"{path}/status", {"status": "published"}),
    }
    for method, target, body in stale.values():
        assert_problem(await client.request(method, target, json=body, headers=headers), 412, "version.stale")
    assert_problem(await client.delete(path, headers=headers), 412, "version.stale")
    seen = (await client.get(path, headers=dosen.headers)).json()
    assert (seen["summary"], seen["status"]) == ("Baru", "draft")


async def test_a_change_without_if_match_is_refused(client: httpx.AsyncClient, admin: Person, path: str) -> None:
    asked = [
        ("PATCH", path, {"summary": "Lain"}),
        ("PUT", f"{path}/status", {"status": "published"}),
        ("DELETE", path, None),
        ("PATCH", f"/v1/users/{admin.id}", {"role": "admin"}),
        ("DELETE", f"/v1/users/{admin.id}", None),
    ]
    for method, target, body in asked:
        answer = await client.request(method, target, json=body, headers=admin.headers)
        assert_problem(answer, 428, "request.precondition_required")


@pytest.mark.parametrize(
    "condition",
    ["", '"', "1", '"0"', '"-1"', '"999999999"', '"99999999999"', '"1", "2"', '"a"', '"١"', '"1.0"', "W/", "**"],
)
async def test_if_match_that_names_no_version(
    client: httpx.AsyncClient, dosen: Person, path: str, condition: str
) -> None:
    headers = httpx.Headers({**dosen.headers, "If-Match": condition}, encoding="utf-8")
    assert_problem(await client.patch(path, json={"summary": "Lain"}, headers=headers), 412, "version.stale")


@pytest.mark.parametrize("condition", ["{tag}", "*", " * ", "W/{tag}"])
async def test_if_match_that_holds(client: httpx.AsyncClient, dosen: Person, path: str, condition: str) -> None:
    """A weak tag too: proxies that compress weaken ours on the way, and it still names the version."""
    tag = (await client.get(path, headers=dosen.headers)).headers["etag"]
    headers = {**dosen.headers, "If-Match": condition.format(tag=tag)}
    assert (await client.patch(path, json={"summary": "Baru"}, headers=headers)).status_code == 200


async def test_two_changes_from_one_reading_make_one(platform: Platform, dosen: Person, path: str) -> None:
    async with platform.client(headers=dosen.headers) as client:
        tag = (await client.get(path)).headers["etag"]
        answers = await asyncio.gather(
            *(client.patch(path, json={"summary": f"Ke-{n}"}, headers={"If-Match": tag}) for n in range(8))
        )
    assert sorted(answer.status_code for answer in answers) == [200] + [412] * 7


async def test_a_patch_that_changes_nothing_keeps_the_tag(client: httpx.AsyncClient, dosen: Person, path: str) -> None:
    before = await client.get(path, headers=dosen.headers)
    for body in ({}, {"title": before.json()["title"]}):
        answer = await client.patch(path, json=body, headers={**dosen.headers, "If-Match": "*"})
        assert (answer.status_code, answer.headers["etag"], answer.content) == (
            200,
            before.headers["etag"],
            before.content,
        )


async def test_absent_stays_and_null_clears(platform: Platform, dosen: Person) -> None:
    course = await platform.make_course(dosen, level="beginner", tags=["a", "b"], cover_url="https://example.org/a.png")
    path, headers = f"/v1/courses/{course['id']}", {**dosen.headers, "If-Match": "*"}
    async with platform.client(headers=headers) as client:
        for media_type in (
            "application/json",
            "application/merge-patch+json",
            "application/merge-patch+json; charset=utf-8",
        ):
            patched = await client.patch(path, content=b'{"level": null}', headers={"Content-Type": media_type})
            assert patched.status_code == 200
            assert patched.json()["level"] is None
            assert (patched.json()["tags"], patched.json()["summary"]) == (["a", "b"], course["summary"])
        cleared = (await client.patch(path, json={"tags": None, "summary": None, "cover_url": None})).json()
        assert (cleared["tags"], cleared["summary"], cleared["cover_url"], cleared["title"]) == (
            [],
            "",
            None,
            course["title"],
        )
        for field in ("title", "language"):
            answer = await client.patch(path, json={field: None})
            assert_problem(answer, 400, "course.invalid")
            assert answer.json()["errors"][0]["pointer"] == f"/{field}"


async def test_my_own_settings_merge_as_well(platform: Platform) -> None:
    person = await platform.person(Role.MAHASISWA)
    async with platform.client(headers={**person.headers, "If-Match": "*"}) as client:
        named = (await client.patch("/v1/me", json={"display_name": "Budi", "locale": "en"})).json()
        assert (named["display_name"], named["locale"], named["time_zone"]) == ("Budi", "en", "Asia/Jakarta")
        cleared = (await client.patch("/v1/me", json={"display_name": None})).json()
        assert (cleared["display_name"], cleared["locale"]) == (None, "en")
        assert_problem(await client.patch("/v1/me", json={"locale": None}), 400, "request.invalid")
        assert_problem(await client.patch("/v1/me", json={"role": "admin"}), 400, "request.invalid")
        assert_problem(await client.patch("/v1/me", json={"time_zone": "Mars/Olympus"}), 400, "request.invalid")

"""Modules and lessons over HTTP: what an author does with them, and what everybody else sees."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from domain.identity.profile import Role
from tests.integration.http.problems import assert_problem
from tests.support.platform import Person, Platform

MATCH = {"If-Match": "*"}
ARTICLE = {"kind": "article", "markdown": "Isi."}


@pytest.fixture
async def course(platform: Platform, dosen: Person) -> dict[str, Any]:
    return await platform.make_course(dosen)


@pytest.fixture
async def module(platform: Platform, dosen: Person, course: dict[str, Any]) -> dict[str, Any]:
    return await platform.make_module(dosen, course)


async def structure(client: httpx.AsyncClient, course: dict[str, Any], who: Person) -> list[tuple[str, list[str]]]:
    answer = await client.get(f"/v1/courses/{course['id']}/modules", headers=who.headers)
    assert answer.status_code == 200, answer.text
    return [(module["title"], [lesson["title"] for lesson in module["lessons"]]) for module in answer.json()["items"]]


async def test_an_author_writes_a_course(client: httpx.AsyncClient, dosen: Person, course: dict[str, Any]):
    modules = f"/v1/courses/{course['id']}/modules"
    first = (await client.post(modules, json={"title": "Dasar"}, headers=dosen.headers)).json()
    made = await client.post(modules, json={"title": "Lanjut"}, headers=dosen.headers)
    second = made.json()
    assert (made.headers["location"], made.headers["etag"]) == (modules, '"1"')
    for title in ("Satu", "Dua"):
        body = {"title": title, "content": ARTICLE}
        made = await client.post(f"/v1/modules/{first['id']}/lessons", json=body, headers=dosen.headers)
        assert made.status_code == 201
    lesson = made.json()
    assert made.headers["location"] == f"/v1/lessons/{lesson['id']}"
    assert lesson["content"] == {"kind": "article", "markdown": "Isi.", "html": "<p>Isi.</p>\n"}

    place = {"module_id": second["id"], "after": None}
    headers = {**dosen.headers, "If-Match": made.headers["etag"]}
    moved = await client.put(f"/v1/lessons/{lesson['id']}/position", json=place, headers=headers)
    assert (moved.status_code, moved.json()["module_id"]) == (200, second["id"])
    headers = {**dosen.headers, "If-Match": '"1"'}
    answer = await client.put(f"/v1/modules/{second['id']}/position", json={"after": None}, headers=headers)
    assert answer.status_code == 200
    assert await structure(client, course, dosen) == [("Lanjut", ["Dua"]), ("Dasar", ["Satu"])]

    read = await client.get(made.headers["location"], headers=dosen.headers)
    assert (read.headers["etag"], read.content) == (moved.headers["etag"], moved.content)


@pytest.mark.parametrize(
    "content",
    [
        {"kind": "video", "url": "https://example.org/v.mp4", "duration_seconds": 600, "watch_share": 1},
        {"kind": "file", "url": "https://example.org/f.pdf", "name": "f.pdf", "media_type": "application/pdf"},
        {"kind": "link", "url": "https://example.org/"},
    ],
    ids=lambda content: content["kind"],
)
async def test_every_kind_of_lesson(
    client: httpx.AsyncClient, dosen: Person, module: dict[str, Any], content: dict[str, Any]
):
    body = {"title": "T", "content": content}
    made = await client.post(f"/v1/modules/{module['id']}/lessons", json=body, headers=dosen.headers)
    assert made.status_code == 201
    assert made.json()["content"].items() >= content.items()
    assert made.json()["duration_seconds"] == content.get("duration_seconds")


@pytest.mark.parametrize(
    ("content", "pointer"),
    [
        ({"kind": "article", "url": "https://example.org"}, "/content/url"),
        ({"kind": "video", "url": "https://example.org"}, "/content/duration_seconds"),
        ({"kind": "link", "url": "http://example.org"}, "/content/url"),
        ({"kind": "poem"}, "/content/kind"),
        ({"kind": "link", "url": "https://example.org", "more": 1}, "/content/more"),
        ({"url": "https://example.org"}, "/content/kind"),
        ({"kind": "video", "url": "https://example.org", "duration_seconds": "60"}, "/content/duration_seconds"),
        ({"kind": "article", "markdown": "a\0b"}, "/content/markdown"),
    ],
)
async def test_content_that_is_not_right_is_named(
    client: httpx.AsyncClient, dosen: Person, module: dict[str, Any], content: dict[str, Any], pointer: str
):
    answer = await client.post(
        f"/v1/modules/{module['id']}/lessons", json={"title": "T", "content": content}, headers=dosen.headers
    )
    assert_problem(answer, 400)
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


@pytest.mark.parametrize(
    ("rule", "pointer"),
    [
        ({"rule": "after_lesson", "lesson_id": str(uuid4())}, "/unlock/0/lesson_id"),
        ({"rule": "after_module", "module_id": "x"}, "/unlock/0/module_id"),
        ({"rule": "not_before", "at": "2026-12-01"}, "/unlock/0/at"),
        ({"rule": "never"}, "/unlock/0/rule"),
        ({}, "/unlock/0/rule"),
        ("after_previous", "/unlock/0"),
    ],
)
async def test_a_rule_that_is_not_right_is_named(
    client: httpx.AsyncClient, dosen: Person, module: dict[str, Any], rule: Any, pointer: str
):
    lessons = f"/v1/modules/{module['id']}/lessons"
    answer = await client.post(
        lessons, json={"title": "T", "content": ARTICLE, "unlock": [rule]}, headers=dosen.headers
    )
    assert_problem(answer, 400)
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


async def test_a_circle_of_rules_is_refused(
    client: httpx.AsyncClient, platform: Platform, dosen: Person, module: dict[str, Any]
):
    first = await platform.make_lesson(dosen, module)
    rule = {"rule": "after_lesson", "lesson_id": first["id"]}
    second = await platform.make_lesson(dosen, module, unlock=[rule])
    assert second["unlock"] == [rule]

    unlock = [{"rule": "after_previous"}, {"rule": "after_lesson", "lesson_id": second["id"]}]
    answer = await client.patch(
        f"/v1/lessons/{first['id']}", json={"unlock": unlock}, headers={**dosen.headers, **MATCH}
    )
    assert_problem(answer, 400, "unlock.invalid")
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/unlock/1"]


async def test_what_learners_and_passers_by_see(
    client: httpx.AsyncClient, platform: Platform, dosen: Person, course: dict[str, Any], module: dict[str, Any]
):
    await platform.publish(dosen, course)
    hidden = await platform.make_lesson(dosen, module, "Konsep")
    shown = await platform.make_lesson(dosen, module, "Terbit", status="published")
    preview = await platform.make_lesson(dosen, module, "Cicip", status="published", is_preview=True)
    learner = await platform.person(Role.MAHASISWA)

    assert await structure(client, course, learner) == [("Pendahuluan", ["Terbit", "Cicip"])]
    assert_problem(await client.get(f"/v1/lessons/{hidden['id']}", headers=learner.headers), 404, "lesson.not_found")
    answer = await client.get(f"/v1/lessons/{shown['id']}", headers=learner.headers)
    assert_problem(answer, 403, "enrollment.required")
    assert_problem(await client.get(f"/v1/lessons/{shown['id']}"), 403, "enrollment.required")
    assert (await client.get(f"/v1/lessons/{preview['id']}")).status_code == 200

    assert (await client.put(f"/v1/courses/{course['id']}/enrollment", headers=learner.headers)).status_code == 200
    assert (await client.get(f"/v1/lessons/{shown['id']}", headers=learner.headers)).status_code == 200
    assert_problem(await client.get(f"/v1/lessons/{hidden['id']}", headers=learner.headers), 404, "lesson.not_found")
    left = await client.delete(f"/v1/courses/{course['id']}/enrollment", headers=learner.headers)
    assert left.status_code == 204
    answer = await client.get(f"/v1/lessons/{shown['id']}", headers=learner.headers)
    assert_problem(answer, 403, "enrollment.required")


async def test_versions_are_listed_read_compared_and_restored(
    client: httpx.AsyncClient, platform: Platform, dosen: Person, module: dict[str, Any]
):
    lesson = await platform.make_lesson(dosen, module, "Satu", status="published")
    path, headers = f"/v1/lessons/{lesson['id']}", {**dosen.headers, **MATCH}
    changes = {"title": "Dua", "content": {"markdown": "Isi baru."}}
    assert (await client.patch(path, json=changes, headers=headers)).status_code == 200

    listed = (await client.get(f"{path}/versions", headers=headers)).json()["items"]
    assert [(version["number"], version["title"], version["published_by"]) for version in listed] == [
        (2, "Dua", dosen.id),
        (1, "Satu", dosen.id),
    ]
    first = await client.get(f"{path}/versions/1", headers=headers)
    assert first.json()["content"]["markdown"] == "Isi."
    again = await client.get(f"{path}/versions/1", headers={**headers, "If-None-Match": first.headers["etag"]})
    assert again.status_code == 304
    compared = (await client.get(f"{path}/versions/compare?from=1&to=2", headers=headers)).json()
    assert (compared["from"], compared["to"]) == (1, 2)
    assert [field["field"] for field in compared["fields"]] == ["title", "markdown"]
    assert compared["fields"][1]["diff"] == "@@ -1 +1 @@\n-Isi.\n+Isi baru."

    assert_problem(await client.post(f"{path}/versions/1/restoration", headers=dosen.headers), 428)
    restored = await client.post(f"{path}/versions/1/restoration", headers=headers)
    assert (restored.status_code, restored.json()["title"]) == (200, "Satu")
    assert len((await client.get(f"{path}/versions", headers=headers)).json()["items"]) == 3


async def test_versions_that_there_are_not(
    client: httpx.AsyncClient, platform: Platform, dosen: Person, module: dict[str, Any]
):
    lesson = await platform.make_lesson(dosen, module, status="published")
    path, headers = f"/v1/lessons/{lesson['id']}/versions", {**dosen.headers, **MATCH}
    for number in ("0", "-1", "2", "99999999999999999999"):
        assert_problem(await client.get(f"{path}/{number}", headers=headers), 404)
        assert_problem(await client.post(f"{path}/{number}/restoration", headers=headers), 404)
    assert_problem(await client.get(f"{path}/one", headers=headers), 404)
    assert_problem(await client.get(f"{path}/compare?from=1&to=2", headers=headers), 404, "lesson.version_not_found")
    for query in ("", "?from=1", "?from=0&to=1", "?from=1&to=x", "?from=1&to=99999999999"):
        assert_problem(await client.get(f"{path}/compare{query}", headers=headers), 400, "request.invalid")


async def test_a_module_with_lessons_is_not_deleted(
    client: httpx.AsyncClient, platform: Platform, dosen: Person, module: dict[str, Any]
):
    lesson = await platform.make_lesson(dosen, module)
    headers = {**dosen.headers, **MATCH}
    assert_problem(await client.delete(f"/v1/modules/{module['id']}", headers=headers), 409, "module.not_empty")
    assert (await client.delete(f"/v1/lessons/{lesson['id']}", headers=headers)).status_code == 204
    assert (await client.delete(f"/v1/modules/{module['id']}", headers=headers)).status_code == 204
    assert_problem(await client.delete(f"/v1/modules/{module['id']}", headers=headers), 404, "module.not_found")


async def test_a_place_that_there_is_not_is_named(
    client: httpx.AsyncClient, platform: Platform, dosen: Person, module: dict[str, Any]
):
    lesson = await platform.make_lesson(dosen, module)
    headers, path = {**dosen.headers, **MATCH}, f"/v1/lessons/{lesson['id']}/position"
    places = {
        "/after": {"module_id": module["id"], "after": str(uuid4())},
        "/module_id": {"module_id": str(uuid4()), "after": None},
    }
    for pointer, body in places.items():
        answer = await client.put(path, json=body, headers=headers)
        assert_problem(answer, 400)
        assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


async def test_raw_html_is_not_kept(client: httpx.AsyncClient, dosen: Person, module: dict[str, Any]):
    content = {"kind": "article", "markdown": "<script>alert(1)</script> [a](javascript:alert(1)) **b**"}
    body = {"title": "T", "content": content}
    html = (await client.post(f"/v1/modules/{module['id']}/lessons", json=body, headers=dosen.headers)).json()[
        "content"
    ]["html"]
    assert "<script" not in html
    assert "href" not in html
    assert "<strong>b</strong>" in html


async def test_every_deed_is_in_the_audit(
    client: httpx.AsyncClient, platform: Platform, admin: Person, dosen: Person, module: dict[str, Any]
):
    lesson = await platform.make_lesson(dosen, module, status="published")
    headers, path = {**dosen.headers, **MATCH}, f"/v1/lessons/{lesson['id']}"
    await client.patch(path, json={"title": "Lain"}, headers=headers)
    await client.put(f"{path}/position", json={"module_id": module["id"], "after": None}, headers=headers)
    await client.post(f"{path}/versions/1/restoration", headers=headers)
    await platform.publish_lesson(dosen, lesson, status="draft")
    await client.delete(path, headers=headers)

    entries = (await client.get(f"/v1/audit?subject_id={lesson['id']}", headers=admin.headers)).json()["items"]
    assert [entry["action"] for entry in entries] == [
        f"lesson.{verb}" for verb in ("deleted", "withdrawn", "restored", "moved", "changed", "published", "created")
    ]
    assert {entry["actor_id"] for entry in entries} == {dosen.id}

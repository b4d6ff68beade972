"""Pages over HTTP: every row once, whatever is added meanwhile; and what the list is asked is what it answers."""

from typing import Any
from uuid import uuid4

import httpx
import pytest
from uuid_utils.compat import uuid7

from domain.identity.profile import Role
from tests.integration.http.problems import assert_problem
from tests.support.platform import Person, Platform


@pytest.fixture(scope="module")
async def teacher(platform: Platform) -> Person:
    return await platform.person(Role.DOSEN, "Tuti Dosen")


@pytest.fixture(scope="module")
async def made(platform: Platform, teacher: Person) -> list[dict[str, Any]]:
    """Seven courses: four published, three drafts."""
    courses = [await platform.make_course(teacher, f"Mikologi {n}", tags=["jamur"], level="beginner") for n in range(7)]
    return [await platform.publish(teacher, course) if n % 2 == 0 else course for n, course in enumerate(courses)]


async def pages(client: httpx.AsyncClient, path: str, headers: dict[str, str], **query: Any) -> list[list[str]]:
    found: list[list[str]] = []
    cursor: str | None = None
    while True:
        asked = {**query, **({"cursor": cursor} if cursor else {})}
        answer = await client.get(path, params=asked, headers=headers)
        assert answer.status_code == 200, answer.text
        found.append([item["id"] for item in answer.json()["items"]])
        cursor = answer.json()["next_cursor"]
        if cursor is None:
            return found
        assert len(found) < 500, "the pages have no end"


@pytest.mark.parametrize(
    "query", [{}, {"sort": "oldest"}, {"sort": "title"}, {"q": "mikologi"}, {"q": "mikologi", "sort": "newest"}]
)
async def test_pages_neither_skip_nor_repeat(
    client: httpx.AsyncClient, teacher: Person, made: list[dict[str, Any]], query: dict[str, str]
) -> None:
    asked = {**query, "tag": "jamur", "created_by": "me"}
    whole = await pages(client, "/v1/courses", teacher.headers, limit=100, **asked)
    by_two = await pages(client, "/v1/courses", teacher.headers, limit=2, **asked)
    assert [len(page) for page in by_two] == [2, 2, 2, 1]
    assert [row for page in by_two for row in page] == whole[0]
    assert set(whole[0]) == {course["id"] for course in made}


async def test_rows_that_come_meanwhile_move_nothing(platform: Platform, client: httpx.AsyncClient) -> None:
    writer = await platform.person(Role.DOSEN)
    first = [await platform.make_course(writer, f"Awal {n}") for n in range(4)]
    asked = {"created_by": "me", "limit": 2}
    page = (await client.get("/v1/courses", params=asked, headers=writer.headers)).json()
    await platform.make_course(writer, "Sisipan")
    rest = (
        await client.get("/v1/courses", params={**asked, "cursor": page["next_cursor"]}, headers=writer.headers)
    ).json()
    seen = [item["id"] for item in page["items"] + rest["items"]]
    assert seen == [course["id"] for course in reversed(first)]


async def test_who_sees_what(
    client: httpx.AsyncClient, teacher: Person, mahasiswa: Person, admin: Person, made: list[dict[str, Any]]
) -> None:
    published = {course["id"] for course in made if course["status"] == "published"}
    drafts = {course["id"] for course in made} - published
    for headers in ({}, mahasiswa.headers, teacher.headers, admin.headers):
        found = await pages(client, "/v1/courses", headers, tag="jamur", limit=100)
        assert set(found[0]) == published
    for person, seen in ((mahasiswa, set()), (teacher, drafts), (admin, drafts)):
        found = await pages(client, "/v1/courses", person.headers, tag="jamur", status="draft", limit=100)
        assert set(found[0]) == seen
    assert_problem(await client.get("/v1/courses?status=draft"), 401, "auth.required")
    assert_problem(await client.get("/v1/courses?created_by=me"), 401, "auth.required")


@pytest.mark.parametrize("query", [{"tag": "jamur"}, {"sort": "title"}, {"q": "mikologi"}, {"status": "draft"}])
async def test_a_cursor_of_another_question_is_refused(
    client: httpx.AsyncClient, teacher: Person, made: list[dict[str, Any]], query: dict[str, str]
) -> None:
    assert made
    headers = teacher.headers
    cursor = (await client.get("/v1/courses?limit=1&created_by=me", headers=headers)).json()["next_cursor"]
    asked = {"limit": 1, "created_by": "me", "cursor": cursor, **query}
    answer = await client.get("/v1/courses", params=asked, headers=headers)
    assert_problem(answer, 400, "cursor.invalid")
    assert answer.json()["errors"][0]["pointer"] == "/cursor"


async def test_cursors_that_are_none(client: httpx.AsyncClient, admin: Person) -> None:
    for path in ("/v1/courses", "/v1/users", "/v1/audit"):
        real = (await client.get(f"{path}?limit=1", headers=admin.headers)).json()["next_cursor"]
        for bad in (
            "",
            "a",
            "null",
            "%%%",
            "=",
            real[:-2],
            real + "A",
            real[::-1],
            "gA",
            "wA",
            "3QAAAA",
            "k8QG",
            "é",
            "\x00",
        ):
            answer = await client.get(path, params={"cursor": bad}, headers=admin.headers)
            assert_problem(answer, 400, "cursor.invalid")


async def test_the_limit_is_20_unless_asked_for(platform: Platform, client: httpx.AsyncClient) -> None:
    writer = await platform.person(Role.DOSEN)
    for number in range(21):
        await platform.make_course(writer, f"Deret {number}")
    for query, length in (("", 20), ("&limit=1", 1), ("&limit=100", 21)):
        answer = await client.get(f"/v1/courses?created_by=me{query}", headers=writer.headers)
        assert len(answer.json()["items"]) == length


async def test_nothing_found_is_an_empty_page(client: httpx.AsyncClient, admin: Person) -> None:
    for path in (
        "/v1/courses?q=zzzzqqqq",
        "/v1/courses?q=...",
        f"/v1/courses?created_by={uuid7()}",
        f"/v1/audit?subject_id={uuid7()}",
        "/v1/users?q=zzzzqqqq",
    ):
        answer = await client.get(path, headers=admin.headers)
        assert answer.json() == {"items": [], "next_cursor": None}


async def test_users_are_found_by_role_status_and_words(
    platform: Platform, client: httpx.AsyncClient, admin: Person
) -> None:
    name = f"Zulaikha{uuid4().hex[:8]}"
    person = await platform.person(Role.MAHASISWA, f"{name} Rahma")
    for query, is_found in (
        ({"q": name[:10]}, True),
        ({"q": f"rahma {name}".lower()}, True),
        ({"q": name, "role": "mahasiswa", "status": "active"}, True),
        ({"q": name, "role": "dosen"}, False),
        ({"q": name, "status": "inactive"}, False),
    ):
        answer = await client.get("/v1/users", params=query, headers=admin.headers)
        assert [item["id"] for item in answer.json()["items"]] == ([person.id] if is_found else [])
    assert [len(page) for page in (await pages(client, "/v1/users", admin.headers, limit=50))[:-1]] == [50] * (
        len(await pages(client, "/v1/users", admin.headers, limit=50)) - 1
    )


async def test_filters_that_are_no_values(client: httpx.AsyncClient, admin: Person) -> None:
    for path in (
        "/v1/courses?level=expert", "/v1/courses?status=gone", "/v1/courses?sort=best", "/v1/courses?created_by=you",
        "/v1/courses?status=null", "/v1/courses?level=NULL", "/v1/users?role=root", "/v1/users?status=null",
        "/v1/audit?actor_id=7", "/v1/audit?subject_id=null",
    ):  # fmt: skip
        answer = await client.get(path, headers=admin.headers)
        assert_problem(answer, 400, "request.invalid")
        assert answer.json()["errors"][0]["pointer"] == "/" + path.partition("?")[2].partition("=")[0]
    assert_problem(await client.get("/v1/courses?sort=relevance"), 400, "sort.needs_search")
    assert (await client.get("/v1/courses?q=null")).status_code == 200

"""Reviews, from too early to taken back, and what the catalog makes of them."""

from typing import Any, NamedTuple

import httpx
import pytest

from domain.identity.profile import Role
from tests.integration.http.problems import assert_problem
from tests.support.platform import Person, Platform


class Course(NamedTuple):
    id: str
    lessons: list[str]

    @property
    def review(self) -> str:
        return f"/v1/courses/{self.id}/review"


@pytest.fixture
async def learner(platform: Platform) -> Person:
    return await platform.person(Role.MAHASISWA, "Maya Mahasiswa")


@pytest.fixture
async def course(platform: Platform, dosen: Person, learner: Person) -> Course:
    """Of six lessons, in which the learner learns."""
    made = await platform.publish(dosen, await platform.make_course(dosen))
    module = await platform.make_module(dosen, made)
    lessons = [(await platform.make_lesson(dosen, module, status="published"))["id"] for _ in range(6)]
    await platform.enroll(learner.headers, made["id"])
    return Course(made["id"], lessons)


async def reviewed(platform: Platform, course: Course, rating: int) -> Person:
    """Somebody new, who gave that rating."""
    person = await platform.person(Role.MAHASISWA)
    await platform.enroll(person.headers, course.id)
    for lesson in course.lessons[:2]:
        await platform.complete(person.headers, lesson)
    await platform.review(person.headers, course.id, rating)
    return person


async def test_a_review_from_too_early_to_taken_back(
    platform: Platform, client: httpx.AsyncClient, learner: Person, course: Course
) -> None:
    async def put(**body: Any) -> httpx.Response:
        return await client.put(course.review, json=body, headers=learner.headers)

    await platform.complete(learner.headers, course.lessons[0])
    early = await put(rating=5)
    assert_problem(early, 409, "review.too_early")
    assert early.json()["detail"] == "1 of 6 lessons are completed; 1 more are needed."
    assert_problem(await client.get(course.review, headers=learner.headers), 404, "review.not_found")
    await platform.complete(learner.headers, course.lessons[1])

    written = await put(rating=5, text="Jelas.\n**Sekali**")
    assert written.status_code == 200, written.text
    assert (written.json()["rating"], written.json()["text"]) == (5, "Jelas.\n**Sekali**")
    assert (await put(rating=5.0, text="Jelas.\n**Sekali**")).json()["version"] == 1
    assert (await put(rating=3)).json()["version"] == 2
    mine = await client.get(course.review, headers=learner.headers)
    assert (mine.json()["rating"], mine.json()["text"]) == (3, "")

    assert (await client.delete(course.review, headers=learner.headers)).status_code == 204
    assert (await client.delete(course.review, headers=learner.headers)).status_code == 204
    assert_problem(await client.get(course.review, headers=learner.headers), 404, "review.not_found")


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"rating": 0}, "/rating"),
        ({"rating": 6}, "/rating"),
        ({"rating": 4.5}, "/rating"),
        ({"rating": "5"}, "/rating"),
        ({"text": "Baik."}, "/rating"),
        ({"rating": 5, "text": "x" * 5001}, "/text"),
        ({"rating": 5, "text": "a\x00b"}, "/text"),
        ({"rating": 5, "text": None}, "/text"),
        ({"rating": 5, "stars": 5}, "/stars"),
    ],
)
async def test_what_is_no_opinion(
    client: httpx.AsyncClient, learner: Person, course: Course, body: dict[str, Any], pointer: str
) -> None:
    refused = await client.put(course.review, json=body, headers=learner.headers)
    assert_problem(refused, 400, "request.invalid")
    assert refused.json()["errors"][0]["pointer"] == pointer


async def test_who_teaches_the_course_does_not_review_it(
    client: httpx.AsyncClient, dosen: Person, mahasiswa: Person, course: Course
) -> None:
    for who in (dosen, mahasiswa):
        refused = await client.put(course.review, json={"rating": 5}, headers=who.headers)
        assert_problem(refused, 403, "enrollment.required")


async def test_everybody_reads_them(platform: Platform, client: httpx.AsyncClient, course: Course) -> None:
    for rating in (5, 2, 5):
        await reviewed(platform, course, rating)
    target = f"/v1/courses/{course.id}/reviews"
    first = (await client.get(target, params={"limit": 2})).json()
    assert [(item["rating"], item["learner"]) for item in first["items"]] == [(5, "Budi Santoso"), (2, "Budi Santoso")]
    rest = (await client.get(target, params={"limit": 2, "cursor": first["next_cursor"]})).json()
    assert ([item["rating"] for item in rest["items"]], rest["next_cursor"]) == ([5], None)
    assert [item["rating"] for item in (await client.get(target, params={"rating": 2})).json()["items"]] == [2]
    for wrong in ({"rating": 0}, {"rating": 6}, {"rating": "x"}):
        assert_problem(await client.get(target, params=wrong), 400, "request.invalid")
    assert_problem(await client.get(target, params={"rating": 5, "cursor": first["next_cursor"]}), 400)


async def test_the_catalog_tells_what_they_come_to_and_an_author_is_not_in_anybodys_way(
    platform: Platform, client: httpx.AsyncClient, dosen: Person, course: Course
) -> None:
    target = f"/v1/courses/{course.id}"
    read = await client.get(target, headers=dosen.headers)
    assert read.json()["rating"] == {"average": None, "count": 0}
    await reviewed(platform, course, 5)
    again = await client.get(target, headers={**dosen.headers, "If-None-Match": read.headers["etag"]})
    assert (again.status_code, again.json()["rating"]) == (200, {"average": 3.75, "count": 1})
    assert again.json()["version"] == read.json()["version"]
    listed = (await client.get("/v1/courses")).json()["items"]
    assert [item["rating"] for item in listed if item["id"] == course.id] == [{"average": 3.75, "count": 1}]

    match = {**dosen.headers, "If-Match": read.headers["etag"]}
    changed = await client.patch(target, json={"summary": "Baru."}, headers=match)
    assert changed.status_code == 200, changed.text
    assert changed.json()["rating"] == {"average": 3.75, "count": 1}


async def test_an_admin_removes_one(
    platform: Platform, client: httpx.AsyncClient, admin: Person, dosen: Person, course: Course
) -> None:
    author = await reviewed(platform, course, 1)
    await reviewed(platform, course, 4)
    target = f"/v1/courses/{course.id}/reviews/{author.id}"
    for who in (author, dosen):
        assert_problem(await client.delete(target, headers=who.headers), 403, "auth.forbidden")
    for _ in range(2):
        assert (await client.delete(target, headers=admin.headers)).status_code == 204
    shown = (await client.get(f"/v1/courses/{course.id}")).json()["rating"]
    assert shown == {"average": 3.58, "count": 1}
    entries = (await client.get("/v1/audit", params={"action": "review.deleted"}, headers=admin.headers)).json()
    assert entries["items"][0]["actor_id"] == admin.id
    assert entries["items"][0]["changes"] == {"course_id": course.id, "user_id": author.id, "rating": 1}

"""Learning over HTTP: from enrollment to completion, and what is refused on the way."""

from typing import Any

import httpx
import pytest
from uuid_utils.compat import uuid7

from domain.identity.profile import Role
from tests.integration.http.problems import assert_problem
from tests.support.platform import Person, Platform

VIDEO = {"kind": "video", "url": "https://example.org/v.mp4", "duration_seconds": 100, "watch_share": 0.5}


class Course:
    """A published course of the dosen's with an article, and after it a video in a module of its own."""

    def __init__(self, id: str, article: str, video: str) -> None:  # noqa: A002 # a course's id
        self.id, self.article, self.video = id, article, video


async def a_course(platform: Platform, owner: Person) -> Course:
    course = await platform.publish(owner, await platform.make_course(owner))
    first, second = [await platform.make_module(owner, course) for _ in range(2)]
    article = await platform.make_lesson(owner, first, status="published")
    rules = [{"rule": "after_lesson", "lesson_id": article["id"]}]
    video = await platform.make_lesson(owner, second, status="published", content=VIDEO, unlock=rules)
    return Course(course["id"], article["id"], video["id"])


@pytest.fixture
async def course(platform: Platform, dosen: Person) -> Course:
    return await a_course(platform, dosen)


@pytest.fixture
async def learner(platform: Platform) -> Person:
    return await platform.person(Role.MAHASISWA)


async def test_a_learner_goes_through_a_course(client: httpx.AsyncClient, learner: Person, course: Course) -> None:
    async def ask(method: str, path: str, status: int = 200, **options: Any) -> Any:
        answer = await client.request(method, path, headers=learner.headers, **options)
        assert answer.status_code == status, answer.text
        return answer.json() if answer.content else None

    enrolled = await ask("PUT", f"/v1/courses/{course.id}/enrollment")
    assert (enrolled["user_id"], enrolled["status"], enrolled["version"]) == (learner.id, "active", 1)
    mine = await ask("GET", f"/v1/me/courses/{course.id}")
    assert (mine["percent"], mine["next_lesson_id"], mine["enrollment"]) == (0, course.article, enrolled)
    [lock] = mine["modules"][1]["lessons"][0]["locks"]
    assert lock["waits_for"] == {"rule": "after_lesson", "lesson_id": course.article}

    refused = await ask("PUT", f"/v1/lessons/{course.video}/progress", 409, json={"watched_seconds": 60})
    assert refused["code"] == "lesson.locked"
    assert [(error["pointer"], error["code"]) for error in refused["errors"]] == [("/unlock/0", "unlock.after_lesson")]
    assert (await ask("GET", f"/v1/lessons/{course.video}/lock"))["locks"] == [lock]

    done = await ask("PUT", f"/v1/lessons/{course.article}/completion")
    assert (done["lessons"], done["lessons_completed"], done["percent"], done["status"]) == (2, 1, 50, "active")
    assert done["reward"]["xp"][0]["amount"] == 10
    assert await ask("PUT", f"/v1/lessons/{course.article}/completion") == done | {"reward": None}
    assert (await ask("GET", f"/v1/me/courses/{course.id}"))["next_lesson_id"] == course.video

    unwatched = await ask("PUT", f"/v1/lessons/{course.video}/completion", 409)
    assert unwatched["code"] == "lesson.unwatched"
    seen = await ask("PUT", f"/v1/lessons/{course.video}/progress", json={"watched_seconds": 49})
    assert (seen["watched_seconds"], seen["required_seconds"], seen["completed_at"]) == (49, 50, None)
    done = await ask("PUT", f"/v1/lessons/{course.video}/progress", json={"watched_seconds": 50})
    assert (done["percent"], done["status"]) == (100, "completed")
    assert done["completed_at"] == done["course_completed_at"]
    mine = await ask("GET", f"/v1/me/courses/{course.id}")
    assert (mine["percent"], mine["next_lesson_id"], mine["enrollment"]["status"]) == (100, None, "completed")

    [listed] = (await ask("GET", "/v1/me/courses"))["items"]
    assert (listed["course_id"], listed["status"], listed["percent"]) == (course.id, "completed", 100)
    await ask("DELETE", f"/v1/courses/{course.id}/enrollment", 204)
    assert (await ask("GET", "/v1/me/courses"))["items"] == []
    assert (await ask("GET", "/v1/me/courses?status=withdrawn"))["items"][0]["percent"] == 100
    again = await ask("PUT", f"/v1/courses/{course.id}/enrollment")
    assert (again["id"], again["status"]) == (enrolled["id"], "completed")


async def test_the_teacher_sees_and_brings_in_learners(
    platform: Platform, client: httpx.AsyncClient, dosen: Person, learner: Person, course: Course
) -> None:
    target = f"/v1/courses/{course.id}/enrollments"
    brought = await client.put(f"{target}/{learner.id}", headers=dosen.headers)
    assert brought.status_code == 200, brought.text
    await platform.enroll((await platform.person(Role.MAHASISWA, "Rina")).headers, course.id)
    await client.put(f"/v1/lessons/{course.article}/completion", headers=learner.headers)

    first = (await client.get(target, params={"limit": 1}, headers=dosen.headers)).json()
    assert [(item["learner"], item["percent"]) for item in first["items"]] == [("Rina", 0)]
    second = await client.get(target, params={"limit": 1, "cursor": first["next_cursor"]}, headers=dosen.headers)
    [item] = second.json()["items"]
    assert (item["id"], item["percent"], item["lessons_completed"]) == (brought.json()["id"], 50, 1)
    assert second.json()["next_cursor"] is None
    unknown = await client.put(f"{target}/{uuid7()}", headers=dosen.headers)
    assert_problem(unknown, 404, "user.not_found")
    own = await client.put(f"{target}/{dosen.id}", headers=dosen.headers)
    assert_problem(own, 409, "enrollment.own_course")
    foreign = await client.get(
        target, params={"cursor": first["next_cursor"], "status": "active"}, headers=dosen.headers
    )
    assert_problem(foreign, 400, "cursor.invalid")


async def test_seats(
    platform: Platform, client: httpx.AsyncClient, dosen: Person, learner: Person, course: Course
) -> None:
    target = f"/v1/courses/{course.id}/capacity"
    read = await client.get(f"/v1/courses/{course.id}", headers=dosen.headers)
    assert read.json()["capacity"] is None
    assert_problem(await client.put(target, json={"capacity": 1}, headers=dosen.headers), 428)
    match = {**dosen.headers, "If-Match": read.headers["etag"]}
    changed = await client.put(target, json={"capacity": 1}, headers=match)
    assert (changed.status_code, changed.json()["capacity"]) == (200, 1)
    assert_problem(await client.put(target, json={"capacity": 2}, headers=match), 412, "version.stale")
    as_json = {**match, "If-Match": "*", "Content-Type": "application/json"}
    written = await client.put(target, content=b'{"capacity": 1.0}', headers=as_json)
    assert (written.status_code, written.json()["capacity"]) == (200, 1)
    for wrong in (0, -1, "1", 1.5, 10**9):
        refused = await client.put(target, json={"capacity": wrong}, headers={**match, "If-Match": "*"})
        assert_problem(refused, 400, "request.invalid")
    assert_problem(await client.put(target, json={}, headers={**match, "If-Match": "*"}), 400, "request.invalid")

    await platform.enroll(learner.headers, course.id)
    late = await platform.person(Role.MAHASISWA)
    assert_problem(
        await client.put(f"/v1/courses/{course.id}/enrollment", headers=late.headers), 409, "enrollment.full"
    )
    await client.put(target, json={"capacity": None}, headers={**match, "If-Match": "*"})
    await platform.enroll(late.headers, course.id)


async def test_who_is_not_enrolled_completes_nothing(
    client: httpx.AsyncClient, learner: Person, course: Course
) -> None:
    for method, path, options in (
        ("PUT", f"/v1/lessons/{course.article}/completion", {}),
        ("PUT", f"/v1/lessons/{course.video}/progress", {"json": {"watched_seconds": 1}}),
        ("GET", f"/v1/lessons/{course.article}/lock", {}),
        ("GET", f"/v1/me/courses/{course.id}", {}),
    ):
        refused = await client.request(method, path, headers=learner.headers, **options)
        assert_problem(refused, 403, "enrollment.required")


async def test_an_unpublished_lesson_is_not_there(
    platform: Platform, client: httpx.AsyncClient, dosen: Person, learner: Person, course: Course
) -> None:
    await platform.enroll(learner.headers, course.id)
    await platform.publish_lesson(dosen, {"id": course.article}, status="draft")
    answer = await client.put(f"/v1/lessons/{course.article}/completion", headers=learner.headers)
    assert_problem(answer, 404, "lesson.not_found")
    # Nothing waits for what can't be completed.
    seen = await client.put(
        f"/v1/lessons/{course.video}/progress", json={"watched_seconds": 60}, headers=learner.headers
    )
    assert (seen.status_code, seen.json()["percent"]) == (200, 100)


async def test_watched_time_has_its_bounds(
    platform: Platform, client: httpx.AsyncClient, learner: Person, course: Course
) -> None:
    await platform.enroll(learner.headers, course.id)
    target = f"/v1/lessons/{course.video}/progress"
    for wrong in (-1, 10**9, "60", 1.5, None):
        refused = await client.put(target, json={"watched_seconds": wrong}, headers=learner.headers)
        assert_problem(refused, 400, "request.invalid")
        assert refused.json()["errors"][0]["pointer"] == "/watched_seconds"
    article = f"/v1/lessons/{course.article}/progress"
    refused = await client.put(article, json={"watched_seconds": 5}, headers=learner.headers)
    assert_problem(refused, 409, "lesson.nothing_to_watch")


async def test_a_course_with_learners_is_not_deleted(
    platform: Platform, client: httpx.AsyncClient, dosen: Person, learner: Person, course: Course
) -> None:
    await platform.enroll(learner.headers, course.id)
    match = {**dosen.headers, "If-Match": "*"}
    await client.put(f"/v1/courses/{course.id}/status", json={"status": "archived"}, headers=match)
    refused = await client.delete(f"/v1/courses/{course.id}", headers=match)
    assert_problem(refused, 409, "course.has_learners")
    # Its learners go on in the archive.
    done = await client.put(f"/v1/lessons/{course.article}/completion", headers=learner.headers)
    assert (done.status_code, done.json()["percent"]) == (200, 50)


async def test_my_course_has_a_tag(
    platform: Platform, client: httpx.AsyncClient, learner: Person, course: Course
) -> None:
    await platform.enroll(learner.headers, course.id)
    target = f"/v1/me/courses/{course.id}"
    first = await client.get(target, headers=learner.headers)
    known = {**learner.headers, "If-None-Match": first.headers["etag"]}
    assert (await client.get(target, headers=known)).status_code == 304
    await client.put(f"/v1/lessons/{course.article}/completion", headers=learner.headers)
    assert (await client.get(target, headers=known)).status_code == 200


async def test_a_table_of_learners(client: httpx.AsyncClient, dosen: Person, learner: Person, course: Course) -> None:
    target = f"/v1/courses/{course.id}/enrollments/imports"
    csv = {**dosen.headers, "Content-Type": "text/csv; charset=utf-8"}
    table = f"\ufeffuser_id,name\n{learner.id},Maya\n".encode()
    taken = await client.post(target, content=table, headers=csv)
    assert (taken.status_code, taken.json()) == (
        200, {"enrolled": 1, "resumed": 0, "unchanged": 0, "ignored_columns": ["name"]},
    )  # fmt: skip
    assert (await client.post(target, content=table, headers=csv)).json()["unchanged"] == 1
    refused = await client.post(target, content=b"email\nnobody@example.org\n", headers=csv)
    assert_problem(refused, 400, "enrollment.rows_invalid")
    assert refused.json()["errors"] == [
        {"pointer": "/2/email", "code": "user.not_found", "detail": "line 2, column email: nobody is known by this"}
    ]
    assert_problem(await client.post(target, content=b"a,b\n", headers=csv), 400, "import.unreadable")
    assert_problem(await client.post(target, content=b"email\n\xff", headers=csv), 400, "import.unreadable")
    assert_problem(await client.post(target, content=b"email\n\0@x\n", headers=csv), 400, "enrollment.rows_invalid")
    assert_problem(await client.post(target, content=b"email\n" + b"a@b\n" * 300_000, headers=csv), 413)
    assert_problem(await client.post(target, json={}, headers=dosen.headers), 415)
    listed = await client.get(f"/v1/courses/{course.id}/enrollments", headers=dosen.headers)
    assert [item["user_id"] for item in listed.json()["items"]] == [learner.id]

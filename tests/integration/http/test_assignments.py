"""Assignments over HTTP: handed in, graded, taken out and in as tables, and what is refused on the way."""

import csv
import io
from typing import Any
from uuid import uuid4

import httpx
import pytest

from domain.identity.profile import Role
from tests.integration.http.problems import assert_problem
from tests.support.live import exchange, status_of
from tests.support.platform import Person, Platform

TABLE = {"Content-Type": "text/csv"}


class Course:
    def __init__(self, id: str, module: dict[str, Any], assignment: str, learner: Person) -> None:  # noqa: A002 # a course's id
        self.id, self.module, self.assignment, self.learner = id, module, assignment, learner


@pytest.fixture
async def course(platform: Platform, dosen: Person) -> Course:
    made = await platform.publish(dosen, await platform.make_course(dosen))
    module = await platform.make_module(dosen, made)
    content = {"kind": "assignment", "markdown": "Tulis esai.", "assignment": {"accepts": ["text"], "pass_percent": 50}}
    assignment = await platform.make_lesson(dosen, module, status="published", content=content)
    learner = await platform.person(Role.MAHASISWA, "=Siti")
    await platform.enroll(learner.headers, made["id"])
    return Course(made["id"], module, assignment["id"], learner)


async def test_work_is_handed_in_and_graded(client: httpx.AsyncClient, course: Course, dosen: Person) -> None:
    headers = {**course.learner.headers, "Idempotency-Key": uuid4().hex}
    target = f"/v1/assignments/{course.assignment}/submissions"
    made, again = [await client.post(target, headers=headers, json={"text": "Esai."}) for _ in range(2)]
    assert (made.status_code, again.json()) == (201, made.json())
    one = made.headers["location"]
    shown = await client.get(one, headers=dosen.headers)
    match = {**dosen.headers, "If-Match": shown.headers["etag"]}
    graded = await client.put(f"{one}/grade", headers=match, json={"points": 87.55, "comment": "Bagus."})
    assert (graded.json()["grade"]["points"], graded.json()["grade"]["percent"]) == (87.55, 87)
    assert_problem(await client.put(f"{one}/grade", headers=match, json={"points": 1}), 412, "version.stale")
    mine = (await client.get(f"/v1/me/courses/{course.id}", headers=course.learner.headers)).json()
    assert (mine["percent"], mine["modules"][0]["lessons"][0]["score"], mine["enrollment"]["status"]) == (
        100, 87, "completed",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("body", "code", "pointer"),
    [
        ({}, "submission.invalid", ""),
        ({"text": "  "}, "submission.invalid", ""),
        ({"link": "https://example.org"}, "submission.invalid", "/link"),
        ({"text": 7}, "request.invalid", "/text"),
        ({"text": "x", "file": "y"}, "request.invalid", "/file"),
    ],
)
async def test_what_cannot_be_handed_in_is_told(
    client: httpx.AsyncClient, course: Course, body: Any, code: str, pointer: str
) -> None:
    target = f"/v1/assignments/{course.assignment}/submissions"
    answer = await client.post(target, headers=course.learner.headers, json=body)

    assert_problem(answer, 400, code)
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
    assert (await client.get(target, headers=course.learner.headers)).json()["items"] == []


@pytest.mark.parametrize(
    ("body", "code", "pointer"),
    [
        ({}, "grade.invalid", ""),
        ({"points": 101}, "grade.invalid", "/points"),
        ({"points": 1.005}, "request.invalid", "/points"),
        ({"points": -1}, "request.invalid", "/points"),
        ({"rubric": {"x": 1}}, "grade.invalid", "/rubric/x"),
    ],
)
async def test_a_grade_that_does_not_fit_is_told(
    client: httpx.AsyncClient, course: Course, dosen: Person, platform: Platform, body: Any, code: str, pointer: str
) -> None:
    submission = await platform.hand_in_work(course.learner.headers, course.assignment)
    target = f"/v1/submissions/{submission['id']}"
    answer = await client.put(f"{target}/grade", headers={**dosen.headers, "If-Match": "*"}, json=body)

    assert_problem(answer, 400, code)
    assert answer.json()["errors"][0]["pointer"] == pointer
    assert (await client.get(target, headers=dosen.headers)).json()["grade"] is None


async def test_grades_go_out_as_a_table_and_come_back_as_one(
    client: httpx.AsyncClient, course: Course, dosen: Person, platform: Platform
) -> None:
    await platform.hand_in_work(course.learner.headers, course.assignment)
    target = f"/v1/assignments/{course.assignment}"
    out = await client.get(f"{target}/grades.csv", headers=dosen.headers)
    assert out.headers["content-type"] == "text/csv; charset=utf-8"
    assert out.headers["content-disposition"].startswith('attachment; filename="grades-')
    [row] = csv.DictReader(io.StringIO(out.content.decode("utf-8-sig"), newline=""))
    # Nothing that a spreadsheet would take for a formula.
    assert (row["user_id"], row["name"], row["points"]) == (course.learner.id, "'=Siti", "")

    filled = io.StringIO(newline="")
    writer = csv.DictWriter(filled, row)
    writer.writeheader()
    writer.writerow({**row, "points": "75,5", "comment": "Baik"})
    body = filled.getvalue().encode("utf-8-sig")
    report = await client.post(f"{target}/grades/imports", headers={**dosen.headers, **TABLE}, content=body)
    assert (report.status_code, report.json()["graded"]) == (200, 1), report.text
    [submission] = (await client.get(f"{target}/results?graded=true", headers=dosen.headers)).json()["items"]
    assert (submission["grade"]["points"], submission["grade"]["comment"]) == (75.5, "Baik")
    again = await client.get(f"{target}/grades.csv", headers={**dosen.headers, "If-None-Match": out.headers["etag"]})
    assert again.status_code == 200


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        (b"\xef\xbb\xbfemail,points\n", 200, None),
        (b"name,points\nSiti,1\n", 400, "import.unreadable"),
        (b"email\nx@example.org\n", 400, "import.unreadable"),
        (b"email,points\n\xff\xfe,1\n", 400, "import.unreadable"),
        (b"email,points\nx@example.org,1\n", 400, "enrollment.rows_invalid"),
        (b"email,points\n" + b"x" * 1_100_000, 413, "request.too_large"),
    ],
)
async def test_tables_of_any_kind(
    client: httpx.AsyncClient, course: Course, dosen: Person, body: bytes, status: int, code: str | None
) -> None:
    target = f"/v1/assignments/{course.assignment}/grades/imports"
    answer = await client.post(target, headers={**dosen.headers, **TABLE}, content=body)

    assert answer.status_code == status, answer.text
    if code is not None:
        assert_problem(answer, status, code)


def test_fifty_megabytes_are_refused_and_not_read(port: int, course: Course, dosen: Person) -> None:
    head = (
        f"POST /v1/assignments/{course.assignment}/grades/imports HTTP/1.1\r\nHost: x\r\nContent-Type: text/csv\r\n"
        f"Authorization: {dosen.headers['Authorization']}\r\nContent-Length: 52428800\r\n\r\n"
    )

    assert status_of(exchange(port, head.encode() + b"x" * 3_000_000)) == 413


async def test_a_quiz_is_no_assignment_and_an_article_neither(
    client: httpx.AsyncClient, course: Course, dosen: Person, platform: Platform
) -> None:
    article = await platform.make_lesson(dosen, course.module, status="published")
    made = await client.post(
        f"/v1/assignments/{article['id']}/submissions", headers=course.learner.headers, json={"text": "x"}
    )
    assert_problem(made, 409, "lesson.no_assignment")
    table = await client.get(f"/v1/assignments/{article['id']}/grades.csv", headers=dosen.headers)
    assert_problem(table, 409, "lesson.no_assignment")


async def test_an_assignment_with_work_is_not_deleted(
    client: httpx.AsyncClient, course: Course, dosen: Person, platform: Platform
) -> None:
    await platform.hand_in_work(course.learner.headers, course.assignment)
    answer = await client.delete(f"/v1/lessons/{course.assignment}", headers={**dosen.headers, "If-Match": "*"})

    assert_problem(answer, 409, "lesson.has_work")

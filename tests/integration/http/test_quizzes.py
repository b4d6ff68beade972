"""Quizzes over HTTP: written, taken, corrected, and what is refused on the way."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from domain.identity.profile import Role
from tests.integration.http.problems import assert_problem
from tests.support import quizzes
from tests.support.platform import Person, Platform


class Course:
    """A published course of the dosen's with one published quiz, and a learner in it."""

    def __init__(self, id: str, module: dict[str, Any], quiz: str, learner: Person) -> None:  # noqa: A002 # a course's id
        self.id, self.module, self.quiz, self.learner = id, module, quiz, learner


@pytest.fixture
async def course(platform: Platform, dosen: Person) -> Course:
    made = await platform.publish(dosen, await platform.make_course(dosen))
    module = await platform.make_module(dosen, made)
    content = quizzes.a_quiz(time_limit_seconds=600)
    quiz = await platform.make_lesson(dosen, module, status="published", content=content)
    learner = await platform.person(Role.MAHASISWA)
    await platform.enroll(learner.headers, made["id"])
    return Course(made["id"], module, quiz["id"], learner)


async def test_a_quiz_is_taken_cut_off_and_gone_on_with(client: httpx.AsyncClient, course: Course) -> None:
    headers = course.learner.headers
    begun = await client.post(f"/v1/quizzes/{course.quiz}/attempts", headers=headers)
    attempt = begun.json()
    assert (begun.status_code, begun.headers["location"]) == (201, f"/v1/attempts/{attempt['id']}")
    target = f"/v1/attempts/{attempt['id']}"
    saved = await client.put(f"{target}/answers/true_false", headers=headers, json={"answer": True, "sequence": 2})
    assert saved.json() == {"question_id": "true_false", "saved": True, "sequence": 2}
    late = await client.put(f"{target}/answers/true_false", headers=headers, json={"answer": False, "sequence": 1})
    assert (late.status_code, late.json()["saved"]) == (200, False)

    back = (await client.get(target, headers=headers)).json()
    assert back["deadline"] == attempt["deadline"]
    assert next(each["answer"] for each in back["questions"] if each["id"] == "true_false") is True
    again = await client.post(f"/v1/quizzes/{course.quiz}/attempts", headers=headers)
    assert again.json()["id"] == attempt["id"]

    done = (await client.put(f"{target}/submission", headers=headers)).json()
    assert done["attempt"]["score"] == {"earned": 1.0, "possible": 10.0, "percent": 10}
    again = (await client.put(f"{target}/submission", headers=headers)).json()
    assert again == done | {"progress": done["progress"] | {"reward": None}}
    [listed] = (await client.get(f"/v1/quizzes/{course.quiz}/attempts", headers=headers)).json()["items"]
    same = ("id", "number", "status", "score", "is_timed_out", "user_id", "lesson_id")
    assert {name: listed[name] for name in same} == {name: done["attempt"][name] for name in same}
    over = await client.put(f"{target}/answers/numeric", headers=headers, json={"answer": 3, "sequence": 3})
    assert_problem(over, 409, "attempt.over")


async def test_the_same_key_begins_one_attempt(client: httpx.AsyncClient, course: Course) -> None:
    headers = {**course.learner.headers, "Idempotency-Key": uuid4().hex}
    first, again = [await client.post(f"/v1/quizzes/{course.quiz}/attempts", headers=headers) for _ in range(2)]

    assert (again.status_code, again.json()) == (201, first.json())


@pytest.mark.parametrize(
    ("question", "body", "status", "code", "pointer"),
    [
        ("nothing", {"answer": 1, "sequence": 1}, 404, "question.not_found", None),
        ("numeric", {"answer": "3", "sequence": 1}, 400, "answer.invalid", "/answer"),
        ("single", {"answer": "jkt", "sequence": 1}, 400, "answer.invalid", "/answer"),
        ("matching", {"answer": [], "sequence": 1}, 400, "answer.invalid", "/answer"),
        ("short_text", {"answer": "a\0", "sequence": 1}, 400, "answer.invalid", "/answer"),
        ("numeric", {"answer": 3}, 400, "request.invalid", "/sequence"),
        ("numeric", {"sequence": 1}, 400, "request.invalid", "/answer"),
        ("numeric", {"answer": 3, "sequence": 0}, 400, "request.invalid", "/sequence"),
        ("numeric", {"answer": 3, "sequence": 2**60}, 400, "request.invalid", "/sequence"),
        ("numeric", {"answer": 3, "sequence": 1, "at": "now"}, 400, "request.invalid", "/at"),
        ("%00", {"answer": 3, "sequence": 1}, 400, "request.value_out_of_range", None),
    ],
)
async def test_what_is_no_answer_is_told_and_changes_nothing(
    client: httpx.AsyncClient, course: Course, question: str, body: Any, status: int, code: str, pointer: str | None
) -> None:
    headers = course.learner.headers
    attempt = (await client.post(f"/v1/quizzes/{course.quiz}/attempts", headers=headers)).json()
    target = f"/v1/attempts/{attempt['id']}"
    answer = await client.put(f"{target}/answers/{question}", headers=headers, json=body)

    assert_problem(answer, status, code)
    assert [error["pointer"] for error in answer.json()["errors"]] == ([] if pointer is None else [pointer])
    assert (await client.get(target, headers=headers)).json() == attempt


async def test_what_is_right_is_in_no_answer_to_a_learner(
    client: httpx.AsyncClient, course: Course, platform: Platform
) -> None:
    headers = course.learner.headers
    attempt = (await client.post(f"/v1/quizzes/{course.quiz}/attempts", headers=headers)).json()
    for path in (
        f"/v1/attempts/{attempt['id']}",
        f"/v1/lessons/{course.quiz}",
        f"/v1/courses/{course.id}/modules",
        f"/v1/me/courses/{course.id}",
        f"/v1/quizzes/{course.quiz}/attempts",
    ):
        answer = await client.get(path, headers=headers)
        assert answer.status_code == 200, path
        # The author's ids, the accepted texts, and the key of the matching.
        assert not any(word in answer.text for word in ("jkt", "Hirata", "accepted", "tolerance", "jabar")), path
    for path in (f"/v1/courses/{course.id}/export", f"/v1/lessons/{course.quiz}/versions/1"):
        assert (await client.get(path, headers=headers)).status_code == 403
    stranger = await platform.person(Role.MAHASISWA)
    assert (await client.get(f"/v1/attempts/{attempt['id']}", headers=stranger.headers)).status_code == 404


async def test_a_corrected_key_is_regraded_with_a_report(
    client: httpx.AsyncClient, course: Course, dosen: Person
) -> None:
    headers = course.learner.headers
    attempt = (await client.post(f"/v1/quizzes/{course.quiz}/attempts", headers=headers)).json()
    target = f"/v1/attempts/{attempt['id']}"
    await client.put(f"{target}/answers/numeric", headers=headers, json={"answer": 2.72, "sequence": 1})
    await client.put(f"{target}/submission", headers=headers)
    corrected = [{**each, "correct": 2.72} if each["id"] == "numeric" else each for each in quizzes.QUESTIONS]
    change = {"content": {"banks": [quizzes.a_bank(corrected)]}}
    changed = await client.patch(f"/v1/lessons/{course.quiz}", headers={**dosen.headers, "If-Match": "*"}, json=change)
    assert changed.status_code == 200, changed.text
    assert changed.json()["content"]["quiz"]["time_limit_seconds"] == 600
    report = (await client.post(f"/v1/quizzes/{course.quiz}/regrade", headers=dosen.headers)).json()

    assert (report["version"], report["regraded"], report["remaining"]) == (2, 1, False)
    [one] = report["changed"]
    assert (one["user_id"], one["before"]["earned"], one["after"]["earned"]) == (course.learner.id, 0.0, 1.0)
    compared = await client.get(f"/v1/lessons/{course.quiz}/versions/compare?from=1&to=2", headers=dosen.headers)
    [field] = compared.json()["fields"]
    assert field["field"] == "banks"
    assert '-        "correct": 3.14' in field["diff"]
    assert '+        "correct": 2.72' in field["diff"]


@pytest.mark.parametrize(
    ("content", "pointer"),
    [
        ({"banks": {}}, "/content/banks"),
        ({"banks": [7]}, "/content/banks/0"),
        ({"banks": [quizzes.a_bank([{**quizzes.SINGLE, "kind": "essay"}])]}, "/content/banks/0/questions/0/kind"),
        ({"banks": [quizzes.a_bank([{**quizzes.SINGLE, "correct": "x"}])]}, "/content/banks/0/questions/0/correct"),
        ({"banks": [quizzes.a_bank([quizzes.SINGLE, quizzes.SINGLE])]}, "/content/banks/0/questions/1/id"),
        ({"banks": [quizzes.a_bank([{**quizzes.SINGLE, "prompt": "a\0"}])]}, "/content/banks/0/questions/0/prompt"),
        ({"banks": [quizzes.a_bank(draw=9)]}, "/content/banks/0/draw"),
        ({"quiz": {"pass_percent": 101}}, "/content/quiz/pass_percent"),
        ({"quiz": {"time_limit": 5}}, "/content/quiz"),
        ({"quiz": {"opens_at": "2026-12-01"}}, "/content/quiz/opens_at"),
        ({"quiz": {"reveals": "closed"}}, "/content/quiz/reveals"),
        ({"markdown": "x"}, "/content/markdown"),
    ],
)
async def test_what_is_wrong_with_a_quiz_is_named(
    client: httpx.AsyncClient, course: Course, dosen: Person, content: dict[str, Any], pointer: str
) -> None:
    target = f"/v1/modules/{course.module['id']}/lessons"
    body = {"title": "Kuis", "content": {"kind": "quiz", **content}}
    answer = await client.post(target, headers=dosen.headers, json=body)

    assert answer.status_code == 400, answer.text
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


async def test_a_quiz_without_a_question_is_not_published(
    client: httpx.AsyncClient, course: Course, dosen: Person, platform: Platform
) -> None:
    empty = await platform.make_lesson(dosen, course.module, content={"kind": "quiz"})
    target, headers = f"/v1/lessons/{empty['id']}/status", {**dosen.headers, "If-Match": "*"}
    answer = await client.put(target, headers=headers, json={"status": "published"})

    assert_problem(answer, 409, "lesson.incomplete")
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/content/banks"]


async def test_a_quiz_that_was_taken_is_not_deleted(client: httpx.AsyncClient, course: Course, dosen: Person) -> None:
    await client.post(f"/v1/quizzes/{course.quiz}/attempts", headers=course.learner.headers)
    answer = await client.delete(f"/v1/lessons/{course.quiz}", headers={**dosen.headers, "If-Match": "*"})

    assert_problem(answer, 409, "lesson.has_work")
    assert (await client.get(f"/v1/lessons/{course.quiz}", headers=dosen.headers)).status_code == 200


async def test_attempts_begin_where_there_is_an_open_quiz(
    client: httpx.AsyncClient, course: Course, dosen: Person, platform: Platform
) -> None:
    article = await platform.make_lesson(dosen, course.module, status="published")
    draft = await platform.make_lesson(dosen, course.module, content=quizzes.a_quiz())
    stranger = await platform.person(Role.MAHASISWA)
    for headers, lesson, status, code in (
        (course.learner.headers, article["id"], 409, "lesson.no_quiz"),
        (course.learner.headers, draft["id"], 404, "lesson.not_found"),
        (course.learner.headers, str(uuid4()), 404, "lesson.not_found"),
        (stranger.headers, course.quiz, 403, "enrollment.required"),
    ):
        assert_problem(await client.post(f"/v1/quizzes/{lesson}/attempts", headers=headers), status, code)


async def test_more_time_moves_the_deadline_of_a_running_attempt(
    client: httpx.AsyncClient, course: Course, dosen: Person
) -> None:
    attempt = (await client.post(f"/v1/quizzes/{course.quiz}/attempts", headers=course.learner.headers)).json()
    target = f"/v1/quizzes/{course.quiz}/extensions/{course.learner.id}"
    given = await client.put(target, headers=dosen.headers, json={"extra_seconds": 300})
    assert given.json() == {"lesson_id": course.quiz, "user_id": course.learner.id, "extra_seconds": 300}
    shown = (await client.get(f"/v1/attempts/{attempt['id']}", headers=course.learner.headers)).json()
    assert shown["deadline"] > attempt["deadline"]
    elsewhere = target.replace(course.learner.id, dosen.id)
    missing = await client.put(elsewhere, headers=dosen.headers, json={"extra_seconds": 0})
    assert_problem(missing, 409, "enrollment.missing")
    assert (await client.put(target, headers=dosen.headers, json={"extra_seconds": -1})).status_code == 400

"""A whole course as one document over HTTP."""

import json
from typing import Any

import httpx
import pytest
from jsonschema import Draft202012Validator

from tests.integration.http.problems import assert_problem
from tests.support.documents import A_DOCUMENT, A_LESSON, a_document
from tests.support.platform import Person, Platform

RULES = [{"rule": "after_lesson", "lesson": "1.1"}, {"rule": "not_before", "at": "2026-12-01T00:00:00Z"}]
CONTENTS: list[dict[str, Any]] = [
    {"kind": "video", "url": "https://example.org/v.mp4", "duration_seconds": 60, "watch_share": 0.1},
    {"kind": "file", "url": "https://example.org/f", "name": "f", "media_type": "text/plain", "size_bytes": None},
    {"kind": "link", "url": "https://example.org/"},
    {"kind": "article", "markdown": '# 语 \\ "é"\n\n<b>x</b>'},
]
WHOLE = a_document(
    [A_LESSON, {**A_LESSON, "status": "draft", "unlock": RULES}],
    [{**A_LESSON, "is_preview": True, "content": content} for content in CONTENTS],
    [],
)


async def test_a_course_comes_in_and_goes_out_the_same(client: httpx.AsyncClient, dosen: Person):
    made = await client.post("/v1/courses/imports", json=WHOLE, headers=dosen.headers)
    assert made.status_code == 201, made.text
    course = made.json()
    assert (course["status"], course["created_by"]) == ("draft", dosen.id)
    assert made.headers["location"] == f"/v1/courses/{course['id']}"

    out = await client.get(f"{made.headers['location']}/export", headers=dosen.headers)
    assert out.json() == WHOLE
    again = await client.post(
        "/v1/courses/imports", content=out.content, headers={**dosen.headers, "Content-Type": "application/json"}
    )
    assert again.status_code == 201
    assert again.json()["id"] != course["id"]
    second = await client.get(f"{again.headers['location']}/export", headers=dosen.headers)
    assert (second.content, second.headers["etag"]) == (out.content, out.headers["etag"])


async def test_the_schema_is_published_and_every_document_follows_it(
    client: httpx.AsyncClient, platform: Platform, dosen: Person
):
    answer = await client.get("/v1/schemas/course.json")
    schema = answer.json()
    Draft202012Validator.check_schema(schema)
    course = await platform.make_course(dosen, tags=["a"], level="advanced")
    module = await platform.make_module(dosen, course)
    await platform.make_lesson(dosen, module, unlock=[{"rule": "after_previous"}])
    document = (await client.get(f"/v1/courses/{course['id']}/export", headers=dosen.headers)).json()

    Draft202012Validator(schema).validate(document)
    Draft202012Validator(schema).validate(WHOLE)
    assert not Draft202012Validator(schema).is_valid({**A_DOCUMENT, "more": 1})
    cached = await client.get("/v1/schemas/course.json", headers={"If-None-Match": answer.headers["etag"]})
    assert cached.status_code == 304


async def test_what_is_wrong_is_named_and_nothing_is_imported(client: httpx.AsyncClient, dosen: Person):
    before = (await client.get("/v1/courses?created_by=me&limit=100", headers=dosen.headers)).json()["items"]
    wrong = {**A_LESSON, "content": {"kind": "link", "url": "https://a b"}}
    answer = await client.post("/v1/courses/imports", json=a_document([A_LESSON, wrong]), headers=dosen.headers)
    assert_problem(answer, 400, "course.document_invalid")
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/modules/0/lessons/1/content/url"]
    after = (await client.get("/v1/courses?created_by=me&limit=100", headers=dosen.headers)).json()["items"]
    assert before == after


@pytest.mark.parametrize(
    ("content", "media_type", "status", "code"),
    [
        (b"", "application/json", 400, "request.malformed"),
        (b"{", "application/json", 400, "request.malformed"),
        (b'"\\ud800"', "application/json", 400, "request.malformed"),
        (b"\xff", "application/json", 400, "request.malformed"),
        (b"[" * 100_000, "application/json", 400, "request.malformed"),
        (b"null", "application/json", 400, "course.document_invalid"),
        (b"{}", "text/csv", 415, "request.media_type_unsupported"),
        (b" " * (1024 * 1024 + 1), "application/json", 413, "request.too_large"),
    ],
    ids=["nothing", "half", "half a character", "no text", "deep", "null", "another type", "large"],
)
async def test_what_is_no_document(
    client: httpx.AsyncClient, dosen: Person, content: bytes, media_type: str, status: int, code: str
):
    headers = {**dosen.headers, "Content-Type": media_type}
    assert_problem(await client.post("/v1/courses/imports", content=content, headers=headers), status, code)


async def test_a_document_sent_twice_with_one_key_makes_one_course(client: httpx.AsyncClient, dosen: Person):
    headers = {**dosen.headers, "Idempotency-Key": "document-1"}
    first = await client.post("/v1/courses/imports", json=A_DOCUMENT, headers=headers)
    again = await client.post("/v1/courses/imports", json=A_DOCUMENT, headers=headers)
    other = await client.post("/v1/courses/imports", json=WHOLE, headers=headers)

    assert (first.status_code, first.content) == (again.status_code, again.content)
    assert_problem(other, 422, "idempotency.key_reused")


async def test_a_large_course_makes_the_trip(client: httpx.AsyncClient, dosen: Person):
    lesson = {**A_LESSON, "content": {"kind": "article", "markdown": "Isi. " * 200 + "x"}}
    large = a_document(*[[lesson] * 50] * 15)
    assert 700_000 < len(json.dumps(large)) < 1024 * 1024

    made = await client.post("/v1/courses/imports", json=large, headers=dosen.headers)
    out = await client.get(f"/v1/courses/{made.json()['id']}/export", headers=dosen.headers)
    assert out.json() == large

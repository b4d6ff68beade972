"""NUL characters, halves of characters and numbers out of range, wherever a value can stand."""

from typing import Any
from urllib.parse import quote
from uuid import uuid4

import httpx
import pytest
from uuid_utils.compat import uuid7

from tests.integration.http.problems import assert_problem
from tests.support.platform import Person, Platform

ODD = [
    "a\x00b",
    "\x00",
    "%ed%a0%80",
    "\ufffd",
    "\u202e",
    "😀" * 50,
    "a" * 5000,
    "' OR 1=1 --",
    "*:*",
    "&|!()",
    '"',
    "-",
    "\\",
]
NUMBERS = [
    "0", "-1", "101", "9999999999999999999999", "-9999999999999999999999", "1e3", "1.5", "0x10", "١", "NaN", " 5", "5 ",
    "", "null", "true", "1_0", "+5",
]  # fmt: skip


@pytest.fixture(scope="module")
def document(platform: Platform) -> dict[str, Any]:
    return platform.litestar.openapi_schema.to_schema()


@pytest.fixture(scope="module")
async def course(platform: Platform, admin: Person) -> dict[str, Any]:
    return await platform.make_course(admin)


@pytest.fixture(scope="module")
async def ids(platform: Platform, admin: Person) -> dict[str, str]:
    return await platform.path_ids(admin)


def queries(document: dict[str, Any], ids: dict[str, str]) -> list[tuple[str, str]]:
    found = [
        (path.format(**ids), parameter["name"])
        for path, item in document["paths"].items()
        for parameter in item.get("get", {}).get("parameters", ())
        if parameter["in"] == "query"
    ]
    assert len(found) > 15
    return found


async def test_odd_values_of_query_parameters(
    client: httpx.AsyncClient, admin: Person, document: dict[str, Any], ids: dict[str, str]
) -> None:
    for path, name in queries(document, ids):
        for value in ODD:
            answer = await client.get(f"{path}?{name}={quote(value, safe='%')}", headers=admin.headers)
            if answer.status_code != 200:
                assert_problem(answer, 400)


async def test_limits_out_of_range(
    client: httpx.AsyncClient, admin: Person, document: dict[str, Any], ids: dict[str, str]
) -> None:
    for path in {path for path, name in queries(document, ids) if name == "limit"}:
        for value in NUMBERS:
            answer = await client.get(f"{path}?limit={quote(value)}", headers=admin.headers)
            assert_problem(answer, 400, "request.invalid")
            assert answer.json()["errors"][0]["pointer"] == "/limit"


async def test_parameters_unknown_repeated_or_without_a_name(
    client: httpx.AsyncClient, admin: Person, document: dict[str, Any], ids: dict[str, str]
) -> None:
    for path, name in queries(document, ids):
        for query in (f"{name}x=1", f"{name}=1&{name}=2", f"{name}[]=1", "=1", "%00=1", "%ff=1", f"{name.upper()}=1"):
            answer = await client.get(f"{path}?{query}", headers=admin.headers)
            assert_problem(answer, 400, "request.unknown_parameter")


async def test_paths_that_name_nothing(client: httpx.AsyncClient, admin: Person) -> None:
    segments = [
        "abc",
        "%00",
        "%ff",
        "%ed%a0%80",
        "-1",
        "9" * 40,
        "..",
        "null",
        "a" * 3000,
        str(uuid4()) + "x",
        "{course_id}",
    ]
    for path in ("/v1/courses/", "/v1/users/", "/v1/lessons/"):
        for segment in segments:
            assert_problem(await client.get(path + segment, headers=admin.headers), 404)


async def test_ids_in_other_spellings_name_the_same(
    client: httpx.AsyncClient, admin: Person, course: dict[str, Any]
) -> None:
    for spelling in (course["id"].upper(), course["id"].replace("-", ""), f"{{{course['id']}}}"):
        answer = await client.get(f"/v1/courses/{spelling}", headers=admin.headers)
        assert answer.status_code in {200, 404}


async def test_odd_values_of_headers(client: httpx.AsyncClient, admin: Person) -> None:
    names = [
        "If-None-Match",
        "If-Match",
        "Accept-Language",
        "Accept",
        "Idempotency-Key",
        "Authorization",
        "X-Request-Id",
    ]
    names += ["X-Forwarded-For", "Origin", "Content-Type", "svix-id", "svix-timestamp", "svix-signature"]
    for name in names:
        for value in (b"", b"\xff\xfe", b"a\tb", b"," * 500, b";q=" * 500, b'"', b"W/", b"9" * 400, b"\xed\xa0\x80"):
            for method, path in (("GET", "/v1/courses"), ("POST", "/v1/courses"), ("POST", "/webhooks/clerk")):
                headers = httpx.Headers({**admin.headers, "Content-Type": "application/json"}, encoding="latin-1")
                headers[name] = value.decode("latin-1")
                answer = await client.request(
                    method, path, headers=headers, content=b"{}" if method == "POST" else None
                )
                assert answer.status_code < 500, (name, value)
                if answer.status_code >= 400:
                    assert_problem(answer)


def texts(document: dict[str, Any], schema: dict[str, Any]) -> list[str]:
    """The names of the fields of a body that take text."""
    resolved = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]] if "$ref" in schema else schema
    return [name for name, field in resolved["properties"].items() if "string" in repr(field)]


async def test_odd_values_of_every_text_in_a_body(
    client: httpx.AsyncClient, admin: Person, document: dict[str, Any], ids: dict[str, str]
) -> None:
    asked = 0
    for path, item in document["paths"].items():
        for method, operation in item.items():
            for media in operation.get("requestBody", {}).get("content", {}).values():
                for name in texts(document, media["schema"]):
                    asked += 1
                    await _try_texts(client, admin, method, path.format(**ids), name)
    assert asked >= 12


async def _try_texts(client: httpx.AsyncClient, admin: Person, method: str, path: str, name: str) -> None:
    for odd in (
        r'"a\u0000b"',
        r'"\ud800"',
        r'"\udc00\ud800"',
        "1",
        "-1",
        "1e400",
        "9" * 400,
        "true",
        "[]",
        "{}",
        "[[1]]",
    ):
        for text in (odd, f"[{odd}]"):
            body = '{"title": "Logika", "email": "a@example.org", "%s": %s}' % (name, text)  # noqa: UP031 # braces all over
            if name not in {"title", "email"}:
                body = f'{{"{name}": {text}}}'
            headers = {**admin.headers, "If-Match": "*", "Content-Type": "application/json"}
            answer = await client.request(method, path, headers=headers, content=body)
            if text != "[]" or answer.status_code != 200:
                assert_problem(answer, 400)


async def test_texts_of_a_course_that_can_not_be_kept(client: httpx.AsyncClient, admin: Person) -> None:
    for name in ("title", "summary", "description", "language", "cover_url"):
        for text in (r"a\u0000b", r"\ud800", r"\udc00\ud83d"):
            body = f'{{"{name}": "{text}"}}' if name == "title" else f'{{"title": "Logika", "{name}": "{text}"}}'
            headers = {**admin.headers, "Content-Type": "application/json"}
            answer = await client.post("/v1/courses", headers=headers, content=body)
            assert_problem(answer, 400)
            # Half a character is no text at all, which is found before there are fields.
            pointers = [f"/{name}"] if text == r"a\u0000b" else []
            assert [error["pointer"] for error in answer.json()["errors"]] == pointers


@pytest.mark.parametrize(
    "media_type", ["text/plain", "application/xml", "multipart/form-data; boundary=x", "", "json", "a/b/c"]
)
async def test_media_types_that_are_not_json(client: httpx.AsyncClient, admin: Person, media_type: str) -> None:
    headers = {**admin.headers, "Content-Type": media_type}
    answer = await client.post("/v1/courses", headers=headers, content=b'{"title": "Logika"}')
    assert_problem(answer, 415, "request.media_type_unsupported")


async def test_bodies_at_the_limit(client: httpx.AsyncClient, admin: Person) -> None:
    headers = {**admin.headers, "Content-Type": "application/json"}
    for size, code in ((1024 * 1024, "request.malformed"), (1024 * 1024 + 1, "request.too_large")):
        answer = await client.post("/v1/courses", headers=headers, content=b"[" * size)
        assert_problem(answer, None, code)


async def test_lists_that_are_too_long_or_name_what_is_not_there(client: httpx.AsyncClient, admin: Person) -> None:
    for field, value in (
        ("tags", ["a"] * 11),
        ("tags", ["a" * 41]),
        ("prerequisites", [str(uuid7()) for _ in range(51)]),
        ("prerequisites", [str(uuid7())]),
        ("prerequisites", ["not an id"]),
    ):
        answer = await client.post("/v1/courses", headers=admin.headers, json={"title": "Logika", field: value})
        assert_problem(answer, 400)
        assert answer.json()["errors"][0]["pointer"].startswith(f"/{field}"), answer.text

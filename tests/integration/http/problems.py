"""What every refusal looks like, whatever brought it about."""

import json
import re

import httpx
from jsonschema import Draft202012Validator

from entrypoints.http.error_catalog import CATALOG
from entrypoints.http.openapi_components import problem_schema

_PROBLEM = Draft202012Validator(problem_schema())
_INNARDS = re.compile(r"Traceback|SELECT |INSERT |asyncpg|/src/|\.py\b|postgresql://", re.IGNORECASE)


def assert_problem(answer: httpx.Response, status: int | None = None, code: str | None = None) -> None:
    """A 4xx problem whose code is in the catalog, and nothing of our innards."""
    assert 400 <= answer.status_code < 500, (answer.status_code, answer.text)
    assert answer.headers["content-type"] == "application/problem+json"
    assert_problem_body(answer.content, answer.status_code)
    assert answer.headers["x-request-id"] == answer.json()["request_id"]
    assert status in {None, answer.status_code}, answer.text
    assert code in {None, answer.json()["code"]}, answer.text


def assert_problem_body(body: bytes, status: int) -> None:
    problem = json.loads(body.decode("utf-8"))
    _PROBLEM.validate(problem)
    assert problem["status"] == status
    assert problem["code"] in CATALOG
    assert not _INNARDS.search(body.decode()), body

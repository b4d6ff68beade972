"""The OpenAPI document: Litestar's, with what it can't know or gets wrong made true."""

from typing import Any

import msgspec
from litestar import Litestar, Router
from litestar.openapi import OpenAPIConfig
from litestar.openapi.spec import Components, SecurityScheme, Tag
from litestar.routes import BaseRoute
from litestar.types import ControllerRouterHandler

from entrypoints.http.game_examples import BOARD_EVENT, EVENT
from entrypoints.http.openapi_components import (
    EXAMPLES,
    HEADERS,
    PROBLEMS,
    body_schemas,
    document_schemas,
    problem_responses,
    problem_schema,
)
from entrypoints.http.policy import EVERYONE, POLICY

_DESCRIPTION = """Tekun ("diligent" in Indonesian) is the backend of a platform for gamified learning.

Times are RFC 3339 in UTC, ids are UUIDv7. Errors are RFC 9457 problems with a stable `code`
([all codes](/docs/errors)). Lists are pages with an opaque cursor. Every resource has an `ETag`; changes of shared
resources need `If-Match`.

Without a Clerk account, `tekun token --as dosen` prints a session token to authorize with."""

_TAGS = (
    "Me",
    "Courses",
    "Content",
    "Users",
    "Learning",
    "Quizzes",
    "Assignments",
    "Analytics",
    "Certificates",
    "Game",
    "Rulesets",
    "Reviews",
    "Audit",
    "Webhooks",
    "Operations",
)
# What nobody else changes can be changed without If-Match.
UNSHARED = frozenset({"changeMe"})
# Whose body names something else that may not be there.
NAMING = frozenset({"createRuleset"})
STREAMS = frozenset({"streamMyEvents", "watchLeaderboard"})
# What each event of a stream is; the stream as a whole has no schema.
_EVENT = {
    "type": "object",
    "properties": {
        "id": {"type": "string", "description": "To be sent as Last-Event-ID."},
        "event": {"type": "string", "enum": ["reward", "league", "badges", "correction", "reset"]},
        "data": {"type": "string", "description": "JSON; of a `reward` a RewardView."},
        "retry": {"type": "integer"},
    },
}
_BOARD_EVENT = {
    "type": "object",
    "properties": {
        "event": {"type": "string", "enum": ["leaderboard"]},
        "data": {"type": "string", "description": "JSON, a LeaderboardView."},
        "retry": {"type": "integer"},
    },
}
_TABLE = {"text/csv": {"schema": {"type": "string"}}}
TEXTS = {
    "exportCourseAnalytics": _TABLE,
    "exportGrades": _TABLE,
    "streamMyEvents": {"text/event-stream": {"schema": _EVENT, "example": EVENT}},
    "watchLeaderboard": {"text/event-stream": {"schema": _BOARD_EVENT, "example": BOARD_EVENT}},
}
_OF_ONE_KIND = ("/v1/quizzes/", "/v1/assignments/")
_METHODS = ("get", "post", "put", "patch", "delete")


class _NoPages(Router):
    """Takes none of the routes that Litestar adds for its pages."""

    def register(self, value: ControllerRouterHandler) -> list[BaseRoute]:  # noqa: ARG002 # what is not taken
        return []


def openapi_config(version: str) -> OpenAPIConfig:
    """Litestar's own pages stay off: each loads its parts from elsewhere. Ours are in `documents.py`."""
    return OpenAPIConfig(
        title="Tekun",
        version=version,
        description=_DESCRIPTION,
        components=Components(
            security_schemes={
                "session": SecurityScheme(
                    type="http", scheme="bearer", bearer_format="JWT", description="A Clerk session token."
                )
            }
        ),
        tags=[Tag(name=name) for name in _TAGS],
        openapi_router=_NoPages("/", route_handlers=[]),
        render_plugins=[],
        use_handler_docstrings=True,
    )


def openapi_document(app: Litestar) -> dict[str, Any]:
    """The document as served and committed."""
    document: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(app.openapi_schema.to_schema()))
    components = document["components"]
    components["schemas"] = dict(
        sorted({**components["schemas"], **document_schemas(), **body_schemas(), "Problem": problem_schema()}.items())
    )
    for name, example in EXAMPLES.items():
        components["schemas"][name]["examples"] = [example]
    components["responses"] = problem_responses()
    components["headers"] = HEADERS
    for path, item in document["paths"].items():
        for method, operation in item.items():
            _correct(path, method, operation)
    document["paths"] = _in_order(document["paths"])
    return document


def _in_order(paths: dict[str, Any]) -> dict[str, Any]:
    """By tag and path, each path's methods from reading to deleting: pages show them as they come."""

    def place(path: str) -> tuple[int, str]:
        operation = next(iter(paths[path].values()))
        return _TAGS.index(operation["tags"][0]), path

    return {
        path: dict(sorted(paths[path].items(), key=lambda entry: _METHODS.index(entry[0])))
        for path in sorted(paths, key=place)
    }


def query_parameters(document: dict[str, Any]) -> dict[str, dict[str, bool]]:
    """The query parameters of each operation, and whether each takes any text; operations without any are left out."""
    return {
        operation["operationId"]: {
            parameter["name"]: _takes_text(parameter["schema"])
            for parameter in operation.get("parameters", ())
            if parameter["in"] == "query"
        }
        for item in document["paths"].values()
        for operation in item.values()
    }


def _takes_text(schema: dict[str, Any]) -> bool:
    return schema.get("type") == "string" and "format" not in schema


def _correct(path: str, method: str, operation: dict[str, Any]) -> None:
    rule = POLICY[operation["operationId"]]
    if rule.roles is not EVERYONE:
        operation["security"] = [{"session": []}]
        operation["x-roles"] = sorted(rule.roles)
    elif rule.asks_who:
        operation["security"] = [{}, {"session": []}]
    operation["x-relation"] = rule.relation.value
    operation.pop("deprecated")
    operation.update(_BEYOND.get(operation["operationId"], {}))
    if "parameters" in operation:
        is_shared = operation["operationId"] not in UNSHARED
        operation["parameters"] = [_corrected(parameter, is_shared=is_shared) for parameter in operation["parameters"]]
    if method == "patch":
        content = operation["requestBody"]["content"]
        content["application/merge-patch+json"] = content["application/json"]
    responses = operation["responses"]
    responses.pop("400", None)  # Litestar's own idea of errors
    for status in _statuses(path, method, operation, asks_who=rule.asks_who):
        responses.setdefault(status, {"$ref": f"#/components/responses/{PROBLEMS[status].name}"})
    _describe_success(path, method, operation, asks_who=rule.asks_who)
    operation["responses"] = dict(sorted(responses.items()))


def _describe_success(path: str, method: str, operation: dict[str, Any], *, asks_who: bool) -> None:
    responses = operation["responses"]
    if operation["operationId"] in TEXTS:
        responses["200"]["content"] = TEXTS[operation["operationId"]]
    for status, response in responses.items():
        if status in ("200", "201", "204"):
            response["headers"] = _headers(path, status)
    if operation["operationId"] in STREAMS:
        del responses["200"]["headers"]["ETag"]
        responses["409"] = {"$ref": f"#/components/responses/{PROBLEMS['409'].name}"}
    elif method == "get" and asks_who:
        responses["304"] = {"description": "You have this state already.", "headers": _headers(path, "304")}


def _corrected(parameter: dict[str, Any], *, is_shared: bool) -> dict[str, Any]:
    """A parameter can be left out, but it can't be null, whatever the handler's annotation says."""
    schema = dict(parameter["schema"])
    schema.pop("description", None)
    alternatives = schema.pop("oneOf", [])
    schema = {**next((choice for choice in alternatives if choice != {"type": "null"}), {}), **schema}
    for bound in ("minimum", "maximum"):
        if bound in schema:
            schema[bound] = int(schema[bound])
    kept: dict[str, Any] = {name: parameter[name] for name in ("name", "in", "description") if name in parameter}
    # Without it, every change of a shared resource is a 428.
    required = parameter["required"] or (is_shared and parameter["name"] == "If-Match")
    return {**kept, "required": required, "schema": schema}


def _headers(path: str, status: str) -> dict[str, Any]:
    names = ["X-Request-Id"]
    if path.startswith("/v1") and status != "204":
        names.append("ETag")
    if status == "201":
        names.append("Location")
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def _statuses(path: str, method: str, operation: dict[str, Any], *, asks_who: bool) -> list[str]:
    """The problems that this operation can answer with."""
    names = {parameter["name"] for parameter in operation.get("parameters", ())}
    statuses = ["400", "431", "503"]
    if asks_who:
        statuses += ["401", "403"]
    if "{" in path or operation["operationId"] in NAMING:
        statuses.append("404")
    if "requestBody" in operation:
        statuses.append("413")
        statuses += ["415"] if asks_who else []
    if method != "get" and asks_who:
        statuses.append("409")
    elif path.startswith(_OF_ONE_KIND):
        # The lesson may be of another kind.
        statuses.append("409")
    if "If-Match" in names:
        statuses += ["412"] if operation["operationId"] in UNSHARED else ["412", "428"]
    if "Idempotency-Key" in names:
        statuses.append("422")
    return statuses


def _signed(name: str, description: str) -> dict[str, Any]:
    return {
        "name": name,
        "in": "header",
        "description": description,
        "required": True,
        "schema": {"type": "string"},
    }


# Bodies that are taken as bytes, and headers as they are: Litestar can't know of them.
_BEYOND: dict[str, dict[str, Any]] = {
    "importCourse": {
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": {"$ref": "#/components/schemas/CourseDocument"}}},
        },
    },
    "importGrades": {
        "requestBody": {
            "required": True,
            "content": {
                "text/csv": {
                    "schema": {"type": "string"},
                    "example": "email,points,comment\nbudi@example.org,87.5,Bagus\n",
                }
            },
        },
    },
    "importEnrollments": {
        "requestBody": {
            "required": True,
            "content": {"text/csv": {"schema": {"type": "string"}, "example": "email\nbudi@example.org\n"}},
        },
    },
    "printCertificate": {
        "responses": {
            "200": {
                "description": "The page.",
                "content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}},
            },
            "409": {"$ref": f"#/components/responses/{PROBLEMS['409'].name}"},
        },
    },
    "receiveClerkWebhook": {
        "parameters": [
            _signed("svix-id", "The message's id; a message that was received before is taken note of once."),
            _signed("svix-timestamp", "Seconds since 1970; at most five minutes away from now."),
            _signed("svix-signature", "`v1,` and the signature in base64; several, separated by blanks."),
        ],
        "requestBody": {
            "description": "One of Clerk's events. Whatever is of no use is stored, and taken all the same.",
            "required": True,
            "content": {"application/json": {"schema": {"type": "object"}}},
        },
    },
}

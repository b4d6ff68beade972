"""The OpenAPI document: Litestar's, with what it can't know or gets wrong made true."""

from typing import Any

import msgspec
from litestar import Litestar, Router
from litestar.handlers import HTTPRouteHandler
from litestar.openapi import OpenAPIConfig
from litestar.openapi.spec import Components, SecurityScheme, Tag
from litestar.routes import BaseRoute
from litestar.types import ControllerRouterHandler

from entrypoints.http.auth import operation_of
from entrypoints.http.error_catalog import CATALOG
from entrypoints.http.errors import PROBLEM
from entrypoints.http.policy import EVERYONE, POLICY

_DESCRIPTION = """Tekun ("diligent" in Indonesian) is the backend of a platform for gamified learning.

Times are RFC 3339 in UTC, ids are UUIDv7. Errors are RFC 9457 problems with a stable `code`. Lists are pages with an
opaque cursor. Every resource has an `ETag`; changes of shared resources need `If-Match`."""

_REASONS = {
    "400": "Something in the request is not valid.",
    "401": "No valid session token.",
    "403": "The role or the relation lacks the right, or the account is not active.",
    "404": "No such thing, or not for these eyes.",
    "409": "The present state stands against it.",
    "412": "It has changed since it was read.",
    "413": "The body is too large.",
    "415": "The media type is not supported.",
    "422": "The Idempotency-Key was used for another request.",
    "428": "If-Match is missing.",
    "431": "The headers are too large.",
    "503": "A part is away; try again after `Retry-After` seconds.",
}
_ETAG = {"ETag": {"description": "The tag of this state.", "schema": {"type": "string"}}}


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
        tags=[Tag(name=name) for name in ("Me", "Users", "Courses", "Audit", "Webhooks", "Operations")],
        openapi_router=_NoPages("/", route_handlers=[]),
        render_plugins=[],
        use_handler_docstrings=True,
    )


def openapi_document(app: Litestar) -> dict[str, Any]:
    """The document as served and committed."""
    document: dict[str, Any] = msgspec.json.decode(msgspec.json.encode(app.openapi_schema.to_schema()))
    document["components"].setdefault("schemas", {})["Problem"] = problem_schema()
    for path, item in document["paths"].items():
        for method, operation in item.items():
            _correct(path, method, operation)
    return document


def query_parameters(handler: HTTPRouteHandler, app: Litestar) -> frozenset[str]:
    """The names of the query parameters that this handler declares."""
    operation_id = operation_of(handler)
    return frozenset(
        parameter["name"]
        for item in app.openapi_schema.to_schema()["paths"].values()
        for operation in item.values()
        if operation["operationId"] == operation_id
        for parameter in operation.get("parameters", ())
        if parameter["in"] == "query"
    )


def _correct(path: str, method: str, operation: dict[str, Any]) -> None:
    rule = POLICY[operation["operationId"]]
    if rule.roles is not EVERYONE:
        operation["security"] = [{"session": []}]
        operation["x-roles"] = sorted(rule.roles)
    elif path.startswith("/v1"):
        operation["security"] = [{}, {"session": []}]
    operation["x-relation"] = rule.relation.value
    responses = operation["responses"]
    for status in _statuses(path, method, operation):
        responses[status] = {
            "description": _REASONS[status],
            "content": {PROBLEM: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
    for status, response in responses.items():
        if status in ("200", "201") and path.startswith("/v1"):
            response.setdefault("headers", {}).update(_ETAG)
    if method == "get" and path.startswith("/v1"):
        responses["304"] = {"description": "You have this state already.", "headers": _ETAG}
    operation["responses"] = dict(sorted(responses.items()))


def _statuses(path: str, method: str, operation: dict[str, Any]) -> list[str]:
    """The problems that this operation can answer with."""
    names = {parameter["name"] for parameter in operation.get("parameters", ())}
    statuses = ["400", "431", "503"]
    if path.startswith("/v1"):
        statuses += ["401", "403"]
    if "{" in path:
        statuses.append("404")
    if "requestBody" in operation:
        statuses += ["413", "415"]
    if method in ("post", "put", "patch", "delete") and path.startswith("/v1"):
        statuses.append("409")
    if "If-Match" in names:
        statuses += ["412", "428"]
    if "Idempotency-Key" in names:
        statuses.append("422")
    return statuses


def problem_schema() -> dict[str, Any]:
    field = {
        "type": "object",
        "required": ["pointer", "code", "detail"],
        "properties": {name: {"type": "string"} for name in ("pointer", "code", "detail")},
    }
    texts = ("type", "title", "detail", "instance", "request_id")
    return {
        "title": "Problem",
        "type": "object",
        "description": "RFC 9457. `code` is stable, `title` in the language of `Accept-Language` (`id` or `en`).",
        "required": ["type", "title", "status", "detail", "instance", "code", "request_id", "errors"],
        "properties": {
            **{name: {"type": "string"} for name in texts},
            "status": {"type": "integer"},
            "code": {"type": "string", "enum": sorted(CATALOG)},
            "errors": {"type": "array", "items": field},
        },
    }

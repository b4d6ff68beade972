"""From whatever went wrong to an RFC 9457 problem: the one table between kinds of refusal and statuses."""

from collections.abc import Mapping
from typing import Any

import msgspec
import structlog
from litestar import Request
from litestar.exceptions import HTTPException, MethodNotAllowedException, ValidationException
from litestar.response import Response
from litestar.response.base import ASGIResponse

from application.identity.ports import TokenRejected
from domain.shared.errors import (
    Conflict,
    FieldError,
    Forbidden,
    Invalid,
    NotFound,
    Refusal,
    Stale,
    Unauthenticated,
    Unavailable,
)
from entrypoints.http.error_catalog import CATALOG, title_of
from entrypoints.http.language import language_of
from entrypoints.http.methods import methods_at

PROBLEM = "application/problem+json"

STATUS_OF_KIND: tuple[tuple[type[Refusal], int], ...] = (
    (Unauthenticated, 401),
    (Forbidden, 403),
    (NotFound, 404),
    (Conflict, 409),
    (Stale, 412),
    (Unavailable, 503),
    (Invalid, 400),
)
# HTTP knows finer distinctions than the kinds do.
STATUS_OF_CODE = {
    "request.too_large": 413,
    "request.media_type_unsupported": 415,
    "idempotency.key_reused": 422,
    "request.precondition_required": 428,
}
CODE_OF_STATUS = {
    400: "request.invalid",
    401: "auth.required",
    403: "auth.forbidden",
    404: "route.not_found",
    405: "route.method_not_allowed",
    413: "request.too_large",
    415: "request.media_type_unsupported",
}

logger = structlog.get_logger()


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    """RFC 9457. `code` is stable; `title` is in the language asked for; `errors` name single fields."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: str
    request_id: str
    errors: list[FieldError] = []


def status_of(refusal: Refusal) -> int:
    if refusal.code in STATUS_OF_CODE:
        return STATUS_OF_CODE[refusal.code]
    return next(status for kind, status in STATUS_OF_KIND if isinstance(refusal, kind))


def answer_error(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """The problem for any exception. A fault of ours is logged here once, with its cause, and tells nothing outside."""
    answer = _answer(request, error)
    # Litestar wants a Response of its own here.
    headers = {name: value for name, value in answer.headers.items() if name != "content-length"}
    return Response(answer.body, status_code=answer.status_code, headers=headers, media_type=PROBLEM)


def _answer(request: Request[Any, Any, Any], error: Exception) -> ASGIResponse:
    if isinstance(error, Refusal):
        return _answer_refusal(request, error)
    if isinstance(error, ValidationException):
        return _answer_findings(request, error)
    if isinstance(error, HTTPException) and error.status_code < 500:  # noqa: PLR2004 # where faults of ours begin
        code = CODE_OF_STATUS.get(error.status_code, "request.invalid")
        return problem(request.scope, error.status_code, code, headers=_headers_of(request, error))
    logger.error("unhandled fault", exc_info=error, **_where(request))
    return problem(request.scope, 500, "server.fault")


def _headers_of(request: Request[Any, Any, Any], error: HTTPException) -> dict[str, str]:
    if not isinstance(error, MethodNotAllowedException):
        return {}
    methods, template = methods_at(request.app, request.scope["path"])
    request.scope["path_template"] = template or ""
    return {"Allow": ", ".join(methods)}


def _answer_refusal(request: Request[Any, Any, Any], refusal: Refusal) -> ASGIResponse:
    status = status_of(refusal)
    headers: dict[str, str] = {}
    if isinstance(refusal, Unauthenticated):
        headers["WWW-Authenticate"] = "Bearer"
    if isinstance(refusal, TokenRejected):
        # Why is for log and metric, which the edge layer writes; the answer doesn't tell.
        request.scope["state"]["token_rejected"] = refusal.reason
    if isinstance(refusal, Unavailable):
        headers["Retry-After"] = str(refusal.retry_after)
        logger.warning("part unavailable", code=refusal.code, exc_info=refusal, **_where(request))
    return problem(request.scope, status, refusal.code, refusal.detail, errors=refusal.errors, headers=headers)


def _where(request: Request[Any, Any, Any]) -> dict[str, Any]:
    return {"route": request.scope.get("path_template"), "request_id": request.scope["state"].get("request_id")}


def problem(  # a row of the answer for each argument
    scope: Mapping[str, Any],
    status: int,
    code: str,
    detail: str = "",
    *,
    errors: tuple[FieldError, ...] = (),
    headers: Mapping[str, str] | None = None,
) -> ASGIResponse:
    assert code in CATALOG, f"{code} is missing from the error catalog"
    language = language_of(scope)
    body = bare_problem(
        status,
        code,
        detail,
        language=language,
        instance=scope["path"],
        request_id=scope["state"].get("request_id", ""),
        errors=errors,
    )
    return ASGIResponse(
        body=body,
        status_code=status,
        media_type=PROBLEM,
        headers={"Cache-Control": "no-store", "Content-Language": language, **(headers or {})},
    )


def bare_problem(
    status: int,
    code: str,
    detail: str = "",
    *,
    language: str,
    instance: str,
    request_id: str = "",
    errors: tuple[FieldError, ...] = (),
) -> bytes:
    """The body of a problem."""
    title = title_of(code, language)
    return msgspec.json.encode(
        Problem(
            type=f"/docs/errors#{code}",
            title=title,
            status=status,
            detail=detail or title,
            instance=instance,
            code=code,
            request_id=request_id,
            errors=list(errors),
        )
    )


def _answer_findings(request: Request[Any, Any, Any], error: ValidationException) -> ASGIResponse:
    """Litestar's findings about parameters (bodies are checked by `bodies.py`, which raises refusals of its own)."""
    found = [finding for finding in error.extra or () if isinstance(finding, dict)]
    if any(finding.get("key") == "data" for finding in found):
        # The one finding of Litestar's about a body: that there is none.
        return problem(request.scope, 400, "request.malformed", "A JSON body is needed.")
    errors = [FieldError(f"/{finding.get('key', '')}", "invalid", str(finding.get("message", ""))) for finding in found]
    return problem(request.scope, 400, "request.invalid", errors=tuple(errors))

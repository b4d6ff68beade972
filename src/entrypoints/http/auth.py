"""The gate before every route: the token, the policy's row, and parameters that nobody declared."""

from collections.abc import Awaitable, Callable
from typing import Any

from litestar import Request
from litestar.handlers import HTTPRouteHandler

from application.identity.authenticate import Authenticate
from application.identity.ports import Principal, TokenRejected
from application.shared.actor import Actor
from domain.identity.profile import Role
from domain.shared.errors import FieldError, Forbidden, Invalid, Unauthenticated
from entrypoints.http.headers import header_of
from entrypoints.http.policy import POLICY

PRINCIPAL = "principal"
_SCHEME = "bearer "

Gate = Callable[[Request[Any, Any, Any]], Awaitable[None]]


class SignInRequired(Unauthenticated):
    code = "auth.required"


class RoleForbidden(Forbidden):
    code = "auth.forbidden"


class ParameterUnknown(Invalid):
    code = "request.unknown_parameter"


class ParameterInvalid(Invalid):
    code = "request.invalid"


def policy_gate(authenticate: Authenticate) -> Gate:
    """Every request passes it before its parameters and body are read. It leaves the principal, or None, in the state.

    One of Litestar's guards would do the same, but for each it copies the route handler, which takes longer than this.
    """

    async def gate(request: Request[Any, Any, Any]) -> None:
        handler = request.scope["route_handler"]
        assert isinstance(handler, HTTPRouteHandler)
        rule = POLICY[operation_of(handler)]
        principal = None
        authorization = header_of(request.scope, b"authorization")
        if authorization is not None and rule.asks_who:
            principal = await authenticate(_bearer_token(authorization))
        request.scope["state"][PRINCIPAL] = principal
        if rule.roles is not None:
            if principal is None:
                raise SignInRequired("This needs a session token: Authorization: Bearer <token>.")
            if principal.role not in rule.roles:
                raise RoleForbidden(f"This is for {', '.join(sorted(rule.roles))}.")
        _assert_parameters_known(request, handler)

    return gate


def operation_of(handler: HTTPRouteHandler) -> str:
    assert isinstance(handler.operation_id, str), f"{handler} has no operation id"
    return handler.operation_id


def principal_of(request: Request[Any, Any, Any]) -> Principal:
    """Who asks, on routes whose policy asks for a role."""
    principal = request.scope["state"][PRINCIPAL]
    assert isinstance(principal, Principal)
    return principal


def optional_principal_of(request: Request[Any, Any, Any]) -> Principal | None:
    principal: Principal | None = request.scope["state"][PRINCIPAL]
    return principal


def actor_of(request: Request[Any, Any, Any]) -> Actor:
    """Who asks, as commands and the audit want it."""
    principal = principal_of(request)
    return Actor(
        user_id=principal.user_id,
        is_admin=principal.role is Role.ADMIN,
        source="http",
        address=request.scope["state"].get("address"),
        request_id=request.scope["state"].get("request_id"),
    )


def _bearer_token(authorization: str) -> str:
    if authorization[: len(_SCHEME)].lower() != _SCHEME:
        raise TokenRejected("scheme")
    return authorization[len(_SCHEME) :].strip()


def _assert_parameters_known(request: Request[Any, Any, Any], handler: HTTPRouteHandler) -> None:
    """A misspelled filter that is silently ignored shows people what they didn't ask for."""
    if not request.scope["query_string"]:
        return
    known: dict[str, bool] = handler.opt["query_parameters"]
    given = list(request.query_params.multi_items())
    asked = [name for name, _ in given]
    errors = [FieldError(f"/{name}", "unknown", "no such parameter") for name in asked if name not in known]
    errors += [FieldError(f"/{name}", "repeated", "given twice") for name in known if asked.count(name) > 1]
    if errors:
        raise ParameterUnknown("Some parameters are unknown or given twice.", errors=errors)
    # Litestar takes `null` for no value: a filter that isn't applied, for somebody who asked for one.
    nulls = [name for name, value in given if value.lower() == "null" and not known[name]]
    if nulls:
        errors = [FieldError(f"/{name}", "invalid", "null is no value") for name in nulls]
        raise ParameterInvalid("Some parameters are not valid.", errors=errors)

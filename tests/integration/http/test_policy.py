"""Every route, as everybody, on everything: the policy table says what comes of it."""

import json
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple
from uuid import uuid4

import httpx
import pytest
from litestar import Litestar, get
from litestar.routes import HTTPRoute

from adapters.clerk.development import development_webhook_secret
from adapters.clerk.webhooks import sign_webhook
from domain.gamification.ruleset_1 import RULESET_1
from domain.gamification.ruleset_document import document_of
from domain.identity.profile import Role
from entrypoints.http.auth import operation_of
from entrypoints.http.policy import POLICY, Relation, Rule
from tests.integration.http.principals import REFUSED_TOKENS, SHUT_OUT, THINGS, Caller, Kind, Thing, caller
from tests.support.documents import A_DOCUMENT
from tests.support.platform import Person, Platform

ALLOWED = "allowed"
_MATCH = {"If-Match": "*"}


class Route(NamedTuple):
    operation: str
    method: str
    path: str


def routes_of(app: Litestar) -> list[Route]:
    """All but Litestar's own for OPTIONS, which the edge layer answers."""
    return [
        Route(operation_of(handler), str(method), route.path_format)
        for route in app.routes
        if isinstance(route, HTTPRoute)
        for handler in route.route_handlers
        for method in handler.http_methods - {"OPTIONS"}
    ]


def gaps(routes: Iterable[Route], policy: Mapping[str, Rule]) -> set[str]:
    """Routes without a row, and rows without a route."""
    return {route.operation for route in routes} ^ policy.keys()


def test_every_route_has_a_row_and_every_row_a_route(platform: Platform) -> None:
    assert gaps(routes_of(platform.litestar), POLICY) == set()


def test_the_table_is_not_loosened_by_accident(platform: Platform) -> None:
    """The other tests believe the table; these are the lines that nobody moves without meaning to."""
    for operation, method, path in routes_of(platform.litestar):
        rule = POLICY[operation]
        if path.startswith(("/v1/users", "/v1/audit", "/v1/rulesets")):
            assert rule.roles == {Role.ADMIN}, operation
        if method != "GET" and path != "/webhooks/clerk":
            assert rule.roles, f"{operation} changes something, and nobody needs to sign in for it"
        is_mine = path.endswith(("/enrollment", "/review"))
        if method != "GET" and path.startswith("/v1/courses") and not is_mine:
            assert rule.roles, operation
            assert rule.roles <= {Role.ADMIN, Role.DOSEN}, operation
        if "{course_id}" in path:
            assert rule.relation in {Relation.OWNER_OR_ADMIN, Relation.VISIBLE, Relation.ENROLLED}, operation


def test_routes_and_rows_that_are_alone_are_found(platform: Platform) -> None:
    @get("/v1/secret", operation_id="getSecret")
    async def unlisted() -> None: ...

    routed = [*routes_of(platform.litestar), *routes_of(Litestar([unlisted], openapi_config=None))]
    assert gaps(routed, POLICY) == {"getSecret"}
    assert gaps(routed, {**POLICY, "getNothing": Rule(None)}) == {"getSecret", "getNothing"}


async def test_a_route_without_a_row_is_answered_to_nobody(platform: Platform, admin: Person) -> None:
    gate = platform.litestar.before_request

    @get("/v1/secret", operation_id="getSecret")
    async def unlisted() -> str:
        return "secret"

    app = Litestar([unlisted], before_request=gate, openapi_config=None)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)  # type: ignore[arg-type] # Litestar's own names for ASGI's types
    async with httpx.AsyncClient(transport=transport, base_url="http://tekun.test") as client:
        answer = await client.get("/v1/secret", headers=admin.headers)
    assert answer.status_code == 500
    assert "secret" not in answer.text


def expected(rule: Rule, who: Caller, thing: Thing) -> int | str:
    """What the table promises."""
    turned_away = status_of_caller(rule, who)
    if turned_away is not None:
        return turned_away
    if not thing.exists:
        return 404
    if rule.relation in {Relation.NONE, Relation.SELF} or not thing.ids or holds(rule.relation, who, thing):
        return ALLOWED
    return 403 if thing.is_public else 404


def holds(relation: Relation, who: Caller, thing: Thing) -> bool:
    may_change = thing.is_mine or who.role is Role.ADMIN
    return {
        Relation.OWNER_OR_ADMIN: may_change,
        Relation.VISIBLE: may_change or thing.is_public,
        Relation.READABLE: may_change or thing.is_open or thing.is_joined,
        Relation.ENROLLED: thing.is_joined,
        Relation.OWN: thing.is_own,
        Relation.OWN_OR_TEACHER: thing.is_own or may_change,
    }[relation]


def status_of_caller(rule: Rule, who: Caller) -> int | None:
    """The refusal that comes before any thing is looked at; None for whoever may go on."""
    if rule.asks_who and who.kind in REFUSED_TOKENS:
        return 401
    if rule.asks_who and who.kind in SHUT_OUT:
        return 403
    if rule.roles is None or who.role in rule.roles:
        return None
    return 401 if who.role is None else 403


def request_for(operation: str, platform: Platform, thing: Thing) -> dict[str, Any]:
    """A request that is in order, so that nothing but the policy can stand against it."""
    return {
        "changeMe": {"json": {"locale": "en"}, "headers": _MATCH},
        "inviteUser": {"json": {"email": f"{uuid4().hex}@example.ac.id"}},
        "changeUser": {"json": {"status": "inactive"}, "headers": _MATCH},
        "deleteUser": {"headers": _MATCH},
        "createCourse": {"json": {"title": "Aljabar Linear"}},
        "changeCourse": {"json": {"title": "Aljabar Abstrak"}, "headers": _MATCH},
        "changeCourseStatus": {"json": {"status": "archived"}, "headers": _MATCH},
        "deleteCourse": {"headers": _MATCH},
        "importCourse": {"json": A_DOCUMENT},
        "createModule": {"json": {"title": "Pendahuluan"}},
        "changeModule": {"json": {"title": "Penutup"}, "headers": _MATCH},
        "moveModule": {"json": {"after": None}, "headers": _MATCH},
        "deleteModule": {"headers": _MATCH},
        "createLesson": {"json": {"title": "Larik", "content": {"kind": "link", "url": "https://example.org"}}},
        "changeLesson": {"json": {"title": "Senarai"}, "headers": _MATCH},
        "moveLesson": {"json": {"module_id": thing.module_id or str(uuid4()), "after": None}, "headers": _MATCH},
        "changeLessonStatus": {"json": {"status": "published"}, "headers": _MATCH},
        "deleteLesson": {"headers": _MATCH},
        "compareLessonVersions": {"params": {"from": 1, "to": 1}},
        "restoreLessonVersion": {"headers": _MATCH},
        "changeCourseCapacity": {"json": {"capacity": 30}, "headers": _MATCH},
        "importEnrollments": {"content": b"user_id\n", "headers": {"Content-Type": "text/csv"}},
        "createRuleset": {"json": {"copy_of": 1}},
        "changeRuleset": {"json": {"rules": document_of(RULESET_1)}, "headers": _MATCH},
        "deleteRuleset": {"headers": _MATCH},
        "publishRuleset": {"headers": _MATCH},
        "watchLesson": {"json": {"watched_seconds": 10}},
        "correctXp": {"json": {"amount": 5, "note": "Keliru."}},
        "listFreeDays": {"params": {"year": 2026}},
        "declareFreeDay": {"json": {"name": "Libur"}},
        "handInWork": {"json": {"text": "Jawaban."}},
        "gradeSubmission": {"json": {"points": 80}, "headers": _MATCH},
        "importGrades": {"content": b"user_id,points\n", "headers": {"Content-Type": "text/csv"}},
        "revokeCertificate": {"json": {"reason": "Keliru."}},
        "reviewCourse": {"json": {"rating": 4}},
        "extendQuiz": {"json": {"extra_seconds": 60}},
        "saveAnswer": {"json": {"answer": True, "sequence": 1}},
        "receiveClerkWebhook": _webhook(platform),
    }.get(operation, {})


def _webhook(platform: Platform) -> dict[str, Any]:
    body = json.dumps({"type": "session.created", "object": "event", "data": {}}).encode()
    secret = development_webhook_secret(platform.container.settings().data_dir)
    return {"content": body, "headers": sign_webhook(secret, f"msg_{uuid4().hex}", datetime.now(UTC), body)}


def outcome(status: int) -> int | str:
    """409 is said of a thing's state, and only to who may change it."""
    return ALLOWED if status < 300 or status == 409 else status


@pytest.mark.parametrize("kind", Kind, ids=lambda kind: kind.name.lower())
async def test_policy(platform: Platform, client: httpx.AsyncClient, dosen: Person, kind: Kind) -> None:
    wrong: list[str] = []
    asked = 0
    for operation, method, path in routes_of(platform.litestar):
        parameters = tuple(re.findall(r"{(\w+)}", path))
        assert parameters in THINGS, f"say in principals.THINGS what {path} may point at"
        for make in THINGS[parameters]:
            # Both anew for each request: some requests leave nothing behind of one or the other.
            who = await caller(platform, kind)
            thing = await make(platform, who, dosen)
            if thing is None:
                continue
            call = request_for(operation, platform, thing)
            headers = {**call.pop("headers", {}), **who.headers}
            target = path.format(**dict(zip(parameters, thing.ids, strict=True)))
            answer = await client.request(method, target, headers=headers, **call)
            promised = expected(POLICY[operation], who, thing)
            asked += 1
            if outcome(answer.status_code) != promised:
                wrong.append(f"{operation} as {kind} on {thing.name}: {promised} promised, {answer.status_code} given")
    assert wrong == []
    assert asked >= len(POLICY), "every route was asked at least once"

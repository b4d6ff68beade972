"""Rulesets for admins: written as drafts, tried on history, published for good."""

from typing import Annotated, Any

from litestar import Controller, Request, delete, get, post, put
from litestar.params import FromPath, JSONBody
from litestar.response.base import ASGIResponse
from pydantic import Field

from application.gamification.change_ruleset import ChangeRuleset, ChangeRulesetHandler
from application.gamification.create_ruleset import CreateRuleset, CreateRulesetHandler
from application.gamification.delete_ruleset import DeleteRuleset, DeleteRulesetHandler
from application.gamification.publish_ruleset import PublishRuleset, PublishRulesetHandler
from application.gamification.ruleset_queries import RulesetQuestion
from application.gamification.ruleset_views import RulesetPage, RulesetView
from application.gamification.show_rulesets import ShowRulesets
from application.gamification.simulate_ruleset import SimulateRuleset, SimulateRulesetHandler
from application.gamification.simulation_views import SimulationView
from application.shared.page import DEFAULT_LIMIT
from domain.gamification.edition import NOTE_LENGTH
from entrypoints.http.answers import answer, answer_created, answer_view, expected_version
from entrypoints.http.auth import actor_of
from entrypoints.http.bodies import WHOLE, Body, Text
from entrypoints.http.documentation import shows
from entrypoints.http.injection import Offered
from entrypoints.http.parameters import Cursor, IdempotencyHeader, IfMatch, Limit, idempotency_of

# What the rules may be is for the domain, which finds everything at once.
Rules = Annotated[dict[str, Any], Field(json_schema_extra={"allOf": [{"$ref": "#/components/schemas/RulesDocument"}]})]
Note = Annotated[Text, Field(max_length=NOTE_LENGTH, description="What it is for; for other admins.")]


class NewRuleset(Body):
    """Either whole rules, or the version whose rules are taken over."""

    rules: Rules | None = None
    copy_of: Annotated[int, Field(ge=1), WHOLE] | None = None
    note: Note = ""


class RulesetDraft(Body):
    """The whole draft anew."""

    rules: Rules
    note: Note = ""


class RulesetsController(Controller):
    path = "/v1/rulesets"
    tags = ("Rulesets",)

    @get(operation_id="listRulesets", summary="All versions of the rules, newest first", responses=shows(RulesetPage))
    async def list_rulesets(
        self,
        request: Request[Any, Any, Any],
        show_rulesets: Offered[ShowRulesets],
        limit: Limit = DEFAULT_LIMIT,
        cursor: Cursor = None,
    ) -> ASGIResponse:
        return answer(request, await show_rulesets.page(RulesetQuestion(limit=limit, cursor=cursor)))

    @post(operation_id="createRuleset", summary="Draft a new version", responses=shows(RulesetView, 201))
    async def create(
        self,
        request: Request[Any, Any, Any],
        data: JSONBody[NewRuleset],
        create_ruleset: Offered[CreateRulesetHandler],
        idempotency_key: IdempotencyHeader = None,
    ) -> ASGIResponse:
        """From whole rules, or as a copy of another version. It is in force once it is published."""
        command = CreateRuleset(
            actor=actor_of(request),
            rules=data.rules,
            copy_of=data.copy_of,
            note=data.note,
            idempotency=await idempotency_of(request, idempotency_key),
        )
        created = await create_ruleset(command)
        return answer_created(request, created, f"/v1/rulesets/{created.id.int}")

    @get("/{version:int}", operation_id="getRuleset", summary="One version in full", responses=shows(RulesetView))
    async def detail(
        self, request: Request[Any, Any, Any], version: FromPath[int], show_rulesets: Offered[ShowRulesets]
    ) -> ASGIResponse:
        return answer(request, await show_rulesets.one(version))

    @put("/{version:int}", operation_id="changeRuleset", summary="Write a draft anew", responses=shows(RulesetView))
    async def change(
        self,
        request: Request[Any, Any, Any],
        version: FromPath[int],
        data: JSONBody[RulesetDraft],
        change_ruleset: Offered[ChangeRulesetHandler],
        if_match: IfMatch = None,
    ) -> ASGIResponse:
        command = ChangeRuleset(
            actor=actor_of(request),
            version=version,
            expected_revision=expected_version(if_match),
            rules=data.rules,
            note=data.note,
        )
        return answer(request, await change_ruleset(command))

    @delete(
        "/{version:int}",
        operation_id="deleteRuleset",
        summary="Delete a draft",
        status_code=204,
        responses=shows(None, 204),
    )
    async def delete_ruleset(
        self,
        request: Request[Any, Any, Any],
        version: FromPath[int],
        delete_ruleset: Offered[DeleteRulesetHandler],
        if_match: IfMatch = None,
    ) -> None:
        revision = expected_version(if_match)
        await delete_ruleset(DeleteRuleset(actor=actor_of(request), version=version, expected_revision=revision))

    @post(
        "/{version:int}/simulation",
        operation_id="simulateRuleset",
        summary="What it would have made of history",
        status_code=200,
        responses=shows(SimulationView),
    )
    async def simulate(
        self,
        request: Request[Any, Any, Any],
        version: FromPath[int],
        simulate_ruleset: Offered[SimulateRulesetHandler],
        limit: Limit = DEFAULT_LIMIT,
    ) -> ASGIResponse:
        """All claims of all learners decided anew, and what would be different. Writes nothing, and takes its time."""
        return answer_view(request, await simulate_ruleset(SimulateRuleset(rules=version, limit=limit)))

    @post(
        "/{version:int}/publication",
        operation_id="publishRuleset",
        summary="Put a draft in force",
        status_code=200,
        responses=shows(RulesetView),
    )
    async def publish(
        self,
        request: Request[Any, Any, Any],
        version: FromPath[int],
        publish_ruleset: Offered[PublishRulesetHandler],
        if_match: IfMatch = None,
    ) -> ASGIResponse:
        """For good: deeds from now on are decided by it, what was granted stays. Safe to send again."""
        command = PublishRuleset(actor=actor_of(request), version=version, expected_revision=expected_version(if_match))
        return answer(request, await publish_ruleset(command))

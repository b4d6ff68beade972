"""Corrections of XP by admins."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Controller, Request, post
from litestar.params import FromPath, JSONBody
from litestar.response.base import ASGIResponse
from pydantic import AfterValidator, Field

from application.gamification.correct_xp import CorrectionView, CorrectXp, CorrectXpHandler
from domain.shared.ids import UserId
from entrypoints.http.answers import answer
from entrypoints.http.auth import actor_of
from entrypoints.http.bodies import Body, Text
from entrypoints.http.documentation import shows
from entrypoints.http.injection import Offered
from entrypoints.http.parameters import IdempotencyHeader, idempotency_of

MOST = 100_000


def _something(amount: int) -> int:
    if amount == 0:
        raise ValueError("corrects nothing")
    return amount


class NewCorrection(Body):
    amount: Annotated[int, Field(ge=-MOST, le=MOST, strict=True), AfterValidator(_something)] = Field(
        description="What is added to the total, or, below zero, taken from it."
    )
    note: Annotated[Text, Field(min_length=1, max_length=500, pattern=r"\S")] = Field(
        description="Why; the learner reads it in their ledger."
    )


class CorrectionsController(Controller):
    path = "/v1/users"
    tags = ("Game",)

    @post(
        "/{user_id:uuid}/corrections",
        operation_id="correctXp",
        summary="Correct a learner's XP",
        status_code=201,
        responses=shows(CorrectionView, 201),
    )
    async def correct(
        self,
        request: Request[Any, Any, Any],
        user_id: FromPath[UUID],
        data: JSONBody[NewCorrection],
        correct_xp: Offered[CorrectXpHandler],
        idempotency_key: IdempotencyHeader = None,
    ) -> ASGIResponse:
        """One more row in their ledger; what is there stays. Badges for XP or a level come and go with the total."""
        command = CorrectXp(
            actor=actor_of(request),
            user_id=UserId(user_id),
            amount=data.amount,
            note=data.note,
            idempotency=await idempotency_of(request, idempotency_key),
        )
        created = await correct_xp(command)
        return answer(request, created.view, status=201, headers={"Location": f"/v1/users/{user_id}"})

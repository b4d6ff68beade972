"""The institution's calendar of free days: everybody reads it, admins keep it."""

from datetime import date
from typing import Annotated, Any

from litestar import Controller, Request, delete, get, put
from litestar.params import FromPath, JSONBody, QueryParameter
from litestar.response.base import ASGIResponse
from pydantic import Field

from application.gamification.free_days import ChangeFreeDays, FreeDayQueries, FreeDaysView, FreeDayView
from entrypoints.http.answers import answer_view
from entrypoints.http.auth import actor_of
from entrypoints.http.bodies import Body, Text
from entrypoints.http.documentation import shows
from entrypoints.http.injection import Offered

Year = Annotated[int, QueryParameter(ge=2000, le=2200, description="Which year.")]


class FreeDay(Body):
    name: Annotated[Text, Field(min_length=1, max_length=100, pattern=r"\S")] = Field(
        description="What people call it, such as the name of a holiday."
    )


class FreeDaysController(Controller):
    path = "/v1/free-days"
    tags = ("Game",)

    @get("", operation_id="listFreeDays", summary="Free days of a year", responses=shows(FreeDaysView))
    async def list(
        self, request: Request[Any, Any, Any], free_day_queries: Offered[FreeDayQueries], year: Year
    ) -> ASGIResponse:
        """Days on which a streak rests: they neither break it, nor extend it, nor cost a freeze."""
        return answer_view(request, FreeDaysView(items=await free_day_queries.of_year(year)))

    @put("/{day:date}", operation_id="declareFreeDay", summary="Declare a day free", responses=shows(FreeDayView))
    async def declare(
        self,
        request: Request[Any, Any, Any],
        day: FromPath[date],
        data: JSONBody[FreeDay],
        change_free_days: Offered[ChangeFreeDays],
    ) -> ASGIResponse:
        """Or rename it. A day that has begun somewhere stays what it is."""
        declared = FreeDayView(day=day, name=data.name)
        return answer_view(request, await change_free_days.declare(actor_of(request), declared))

    @delete(
        "/{day:date}",
        operation_id="withdrawFreeDay",
        summary="Make a day ordinary again",
        status_code=204,
        responses=shows(None, 204),
    )
    async def withdraw(
        self, request: Request[Any, Any, Any], day: FromPath[date], change_free_days: Offered[ChangeFreeDays]
    ) -> None:
        """A day that has begun somewhere stays what it is."""
        await change_free_days.withdraw(actor_of(request), day)

"""Leaderboards: the first ones, those around me, how far up I am, and who improved most."""

import asyncio
from collections.abc import AsyncIterator
from typing import Annotated, Any
from uuid import UUID

import msgspec
from litestar import Controller, Request, get
from litestar.openapi.datastructures import ResponseSpec
from litestar.params import FromPath, QueryParameter
from litestar.response import Stream
from litestar.response.base import ASGIResponse

from application.gamification.first_places import MOST_ROWS
from application.gamification.live_feed import LiveFeed
from application.gamification.show_leaderboard import (
    MOST_NEIGHBORS,
    LeaderboardQuestion,
    LeaderboardView,
    ShowLeaderboard,
    View,
)
from application.gamification.watch_leaderboard import MOST_WATCHED, PERIOD_SECONDS, WatchLeaderboard
from domain.gamification.leaderboard import Scope
from domain.identity.profile import Role
from domain.shared.errors import NotFound, Unavailable
from domain.shared.ids import CourseId
from entrypoints.http.answers import answer_view
from entrypoints.http.auth import principal_of
from entrypoints.http.documentation import shows
from entrypoints.http.event_stream import MEDIA_TYPE, RETRY_MILLISECONDS, STILL_HERE, answer_stream, event
from entrypoints.http.injection import Offered
from entrypoints.settings import Settings

AsView = Annotated[View, QueryParameter(description="Which part of the board, or who improved most since last week.")]
Rows = Annotated[int, QueryParameter(ge=1, le=MOST_ROWS, description="How many at most, in `top` and `improved`.")]
Neighbors = Annotated[
    int, QueryParameter(ge=1, le=MOST_NEIGHBORS, description="How many on either side of me, in `around`.")
]
OfCourse = Annotated[UUID | None, QueryParameter(required=False, description="Which course, for the scope `course`.")]


class LeaderboardScopeUnknown(NotFound):
    code = "leaderboard.scope_unknown"


class LeaderboardsController(Controller):
    path = "/v1/leaderboards"
    tags = ("Game",)

    @get(
        "/{board:str}",
        operation_id="getLeaderboard",
        summary="A leaderboard: all-time, week, or course",
        responses=shows(LeaderboardView),
    )
    async def show(
        self,
        request: Request[Any, Any, Any],
        board: FromPath[str],
        show_leaderboard: Offered[ShowLeaderboard],
        view: AsView = View.TOP,
        course_id: OfCourse = None,
        limit: Rows = 20,
        neighbors: Neighbors = 5,
    ) -> ASGIResponse:
        """Ties go to whoever reached the score first. Names are what each learner chose; who hides is nowhere.

        A course's is for who learns in it, and for its owner. At most a second old.
        """
        question = _question(request, board, view, course_id, limit, neighbors)
        return answer_view(request, await show_leaderboard(question))

    @get(
        "/{board:str}/events",
        operation_id="watchLeaderboard",
        summary="A leaderboard's first ones, as they change",
        responses={200: ResponseSpec(data_container=str, description="A stream.", media_type=MEDIA_TYPE)},
    )
    async def watch(
        self,
        request: Request[Any, Any, Any],
        board: FromPath[str],
        watch_leaderboard: Offered[WatchLeaderboard],
        live_feed: Offered[LiveFeed],
        settings: Offered[Settings],
        course_id: OfCourse = None,
    ) -> Stream:
        """`leaderboard` with the first twenty, as the view `top` has them: at once, and whenever they are different.

        Changes come within a second, and several at once as one. A comment every few seconds shows that the stream
        lives. It ends after some minutes: connect again, as `EventSource` does by itself.
        """
        question = _question(request, board, View.TOP, course_id, MOST_WATCHED, 1)
        return await answer_stream(request, _changes(watch_leaderboard, question, live_feed, settings))


def _question(
    request: Request[Any, Any, Any], board: str, view: View, course_id: UUID | None, limit: int, neighbors: int
) -> LeaderboardQuestion:
    if board not in set(Scope):
        raise LeaderboardScopeUnknown(f"The scopes are {', '.join(Scope)}.")
    principal = principal_of(request)
    return LeaderboardQuestion(
        user_id=principal.user_id,
        is_admin=principal.role is Role.ADMIN,
        scope=Scope(board),
        view=view,
        course_id=None if course_id is None else CourseId(course_id),
        limit=limit,
        neighbors=neighbors,
    )


async def _changes(
    watch: WatchLeaderboard, question: LeaderboardQuestion, feed: LiveFeed, settings: Settings
) -> AsyncIterator[bytes]:
    now = asyncio.get_running_loop().time
    ends, said = now() + settings.events_seconds, now()
    async with watch(question) as watched:
        yield f"retry: {RETRY_MILLISECONDS}\n\n".encode()
        while now() < ends:
            try:
                view = await watched.look()
            except Unavailable:
                # Waited for: what has changed meanwhile is seen then.
                view = None
            if view is not None:
                yield event("leaderboard", msgspec.json.encode(view).decode())
                said = now()
            elif now() - said >= settings.events_heartbeat_seconds:
                yield STILL_HERE
                said = now()
            if await feed.closes_within(PERIOD_SECONDS):
                return

"""Leaderboards: the first ones, those around me, how far up I am, and who improved most."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Controller, Request, get
from litestar.params import FromPath, QueryParameter
from litestar.response.base import ASGIResponse

from application.gamification.show_leaderboard import (
    MOST_NEIGHBORS,
    MOST_ROWS,
    LeaderboardQuestion,
    LeaderboardView,
    ShowLeaderboard,
    View,
)
from domain.gamification.leaderboard import Scope
from domain.identity.profile import Role
from domain.shared.errors import NotFound
from domain.shared.ids import CourseId
from entrypoints.http.answers import answer_view
from entrypoints.http.auth import principal_of
from entrypoints.http.documentation import shows
from entrypoints.http.injection import Offered

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

        A course's is for who learns in it, and for its owner. At most half a second old.
        """
        if board not in set(Scope):
            raise LeaderboardScopeUnknown(f"The scopes are {', '.join(Scope)}.")
        principal = principal_of(request)
        question = LeaderboardQuestion(
            user_id=principal.user_id,
            is_admin=principal.role is Role.ADMIN,
            scope=Scope(board),
            view=view,
            course_id=None if course_id is None else CourseId(course_id),
            limit=limit,
            neighbors=neighbors,
        )
        return answer_view(request, await show_leaderboard(question))

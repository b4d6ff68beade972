"""One's own game: level, streak, quests, badges, and the ledger that all of it follows from."""

from typing import Any

from litestar import Controller, Request, get
from litestar.response.base import ASGIResponse

from application.gamification.queries import GameQueries, XpQuestion
from application.gamification.show_game import ShowGame
from application.gamification.show_league import LeagueView, ShowLeague
from application.gamification.views import BadgesView, GameView, QuestsView, XpPage
from application.shared.page import DEFAULT_LIMIT
from entrypoints.http.answers import answer, answer_view
from entrypoints.http.auth import principal_of
from entrypoints.http.documentation import shows
from entrypoints.http.injection import Offered
from entrypoints.http.parameters import Cursor, Limit


class GameController(Controller):
    path = "/v1/me"
    tags = ("Game",)

    @get("/game", operation_id="getMyGame", summary="My game", responses=shows(GameView))
    async def game(self, request: Request[Any, Any, Any], show_game: Offered[ShowGame]) -> ASGIResponse:
        """As of today in my time zone. Looking changes nothing, whatever the day."""
        return answer_view(request, await show_game.game(principal_of(request).user_id))

    @get("/xp", operation_id="listMyXp", summary="Where my XP come from", responses=shows(XpPage))
    async def xp(
        self,
        request: Request[Any, Any, Any],
        games: Offered[GameQueries],
        limit: Limit = DEFAULT_LIMIT,
        cursor: Cursor = None,
    ) -> ASGIResponse:
        """Each decision, newest first: what was granted, and what was refused, with the reason."""
        question = XpQuestion(limit=limit, cursor=cursor)
        return answer(request, await games.ledger(principal_of(request).user_id, question))

    @get("/badges", operation_id="listMyBadges", summary="My badges, and how far the next ones are",
         responses=shows(BadgesView))  # fmt: skip
    async def badges(self, request: Request[Any, Any, Any], show_game: Offered[ShowGame]) -> ASGIResponse:
        """All that there are, each with the tiers that I hold and my progress to the next one."""
        return answer_view(request, await show_game.badges(principal_of(request).user_id))

    @get(
        "/quests",
        operation_id="listMyQuests",
        summary="My quests of today, and of my classes this week",
        responses=shows(QuestsView),
    )
    async def quests(self, request: Request[Any, Any, Any], show_game: Offered[ShowGame]) -> ASGIResponse:
        """Three for each learner and day, the same however often they are looked at, and one for each of my courses."""
        return answer_view(request, await show_game.quests(principal_of(request).user_id))

    @get("/league", operation_id="getMyLeague", summary="My league of this week", responses=shows(LeagueView))
    async def league(self, request: Request[Any, Any, Any], show_league: Offered[ShowLeague]) -> ASGIResponse:
        """My group, and what would become of each of us if the week ended now."""
        return answer_view(request, await show_league(principal_of(request).user_id))

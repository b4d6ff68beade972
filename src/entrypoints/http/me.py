from typing import Annotated, Any
from zoneinfo import available_timezones

from litestar import Controller, Request, get, patch, post
from litestar.params import JSONBody
from litestar.response.base import ASGIResponse
from pydantic import AfterValidator, Field

from application.identity.adjust_me import AdjustMe, AdjustMeHandler
from application.identity.log_out import LogOutHandler
from application.identity.queries import UserQueries, UserView
from application.shared.unchanged import UNCHANGED
from domain.identity.user import LOCALES, LeaderboardChoice
from entrypoints.http.answers import answer, optional_version
from entrypoints.http.auth import actor_of, principal_of
from entrypoints.http.bodies import MergePatch, Text
from entrypoints.http.documentation import shows
from entrypoints.http.injection import Offered
from entrypoints.http.parameters import IfMatch

_ZONES = frozenset(available_timezones())


def _known_zone(zone: str) -> str:
    if zone not in _ZONES:
        raise ValueError("not an IANA time zone")
    return zone


def _known_locale(locale: str) -> str:
    if locale not in LOCALES:
        raise ValueError(f"not one of {', '.join(LOCALES)}")
    return locale


def _trimmed(pseudonym: str) -> str:
    if pseudonym != pseudonym.strip():
        raise ValueError("begins or ends with a space")
    return pseudonym


class MeChanges(MergePatch):
    """Merge patch of one's own settings: absent means unchanged, null clears."""

    display_name: Annotated[Text, Field(min_length=1, max_length=100)] | None = Field(
        default=None, description="What others see instead of the name at Clerk."
    )
    time_zone: Annotated[Text, AfterValidator(_known_zone)] = Field(
        default="Asia/Jakarta", description="IANA name; days of the game follow it."
    )
    locale: Annotated[Text, AfterValidator(_known_locale)] = Field(
        default="id",
        description="The language of what is written to this person.",
        json_schema_extra={"enum": list(LOCALES)},
    )
    leaderboard: LeaderboardChoice = Field(
        default=LeaderboardChoice.NAME, description="How others see me on leaderboards; `hidden`: not at all."
    )
    pseudonym: Annotated[Text, Field(min_length=3, max_length=40), AfterValidator(_trimmed)] | None = Field(
        default=None, description="Shown instead of my name on leaderboards, if I chose so; nobody else has it."
    )


class MeController(Controller):
    path = "/v1"
    tags = ("Me",)

    @get("/me", operation_id="getMe", summary="Who I am", responses=shows(UserView))
    async def me(self, request: Request[Any, Any, Any], users: Offered[UserQueries]) -> ASGIResponse:
        return answer(request, await users.detail(principal_of(request).user_id))

    @patch("/me", operation_id="changeMe", summary="Change my settings", responses=shows(UserView))
    async def change(
        self,
        request: Request[Any, Any, Any],
        data: JSONBody[MeChanges],
        adjust_me: Offered[AdjustMeHandler],
        if_match: IfMatch = None,
    ) -> ASGIResponse:
        sent = data.model_fields_set
        command = AdjustMe(
            user_id=principal_of(request).user_id,
            expected_version=optional_version(if_match),
            display_name=data.display_name if "display_name" in sent else UNCHANGED,
            time_zone=data.time_zone if "time_zone" in sent else UNCHANGED,
            locale=data.locale if "locale" in sent else UNCHANGED,
            leaderboard=data.leaderboard if "leaderboard" in sent else UNCHANGED,
            pseudonym=data.pseudonym if "pseudonym" in sent else UNCHANGED,
        )
        return answer(request, await adjust_me(command))

    @post(
        "/auth/logout", operation_id="logOut", summary="End this session", status_code=204, responses=shows(None, 204)
    )
    async def log_out(self, request: Request[Any, Any, Any], log_out: Offered[LogOutHandler]) -> None:
        await log_out(principal_of(request).session_id, actor_of(request))

"""Questions about one's own game."""

from dataclasses import dataclass
from datetime import date
from typing import Protocol

from application.gamification.views import XpPage
from application.shared.encoded import Encoded
from application.shared.page import DEFAULT_LIMIT
from domain.gamification.player import Player
from domain.shared.ids import UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayerFacts:
    """A player as stored, what they earned in that week, and the free days since the last day of their streak."""

    player: Player
    time_zone: str
    week_xp: int
    free_days: frozenset[date]


@dataclass(frozen=True, slots=True, kw_only=True)
class XpQuestion:
    limit: int = DEFAULT_LIMIT
    cursor: str | None = None


class GameQueries(Protocol):
    """One query each. Who never enrolled has a game in which nothing happened yet."""

    async def player(self, user_id: UserId, week: date) -> PlayerFacts:
        """`week` is its Monday."""
        ...

    async def ledger(self, user_id: UserId, question: XpQuestion) -> Encoded[XpPage]:
        """Newest first, refusals included. Raises CursorInvalid."""
        ...

"""The first ones of each leaderboard with their names, asked for once in a while, however many look at them."""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass

from application.gamification.leaderboard_ports import Leaderboards, Place, Standings
from domain.gamification.leaderboard import Board

MOST_ROWS = 100
FRESH_SECONDS = 0.5
"""How long what was asked for holds."""
MOST_BOARDS = 1000
"""Boards that are remembered; the one that was asked for first goes first."""


@dataclass(frozen=True, slots=True)
class ShownPlace:
    """A place with the name that its learner chose."""

    place: Place
    name: str
    gain: int | None = None


@dataclass(slots=True)
class _Kept:
    shown: Sequence[ShownPlace] = ()
    holds_until: float = 0.0
    asking: asyncio.Task[None] | None = None


class FirstPlaces:
    def __init__(
        self, leaderboards: Leaderboards, standings: Standings, *, fresh_seconds: float = FRESH_SECONDS
    ) -> None:
        self._leaderboards = leaderboards
        self._standings = standings
        self._fresh_seconds = fresh_seconds
        self._kept: dict[str, _Kept] = {}

    async def __call__(self, board: Board) -> Sequence[ShownPlace]:
        """The first hundred, as of half a second ago at most; of the leaderboards' answer, that is."""
        kept = self._kept.get(board.name)
        if kept is None:
            if len(self._kept) >= MOST_BOARDS:
                del self._kept[next(iter(self._kept))]
            kept = self._kept[board.name] = _Kept()
        if time.monotonic() >= kept.holds_until:
            if kept.asking is None:
                kept.asking = asyncio.create_task(self._ask(board, kept))
            # Also in its failure: who looks on doesn't wait in line to fail one after the other.
            await asyncio.shield(kept.asking)
        return kept.shown

    async def _ask(self, board: Board, kept: _Kept) -> None:
        try:
            places = await self._leaderboards.top(board, limit=MOST_ROWS)
            kept.shown = await named(self._standings, places)
            kept.holds_until = time.monotonic() + self._fresh_seconds
        finally:
            kept.asking = None


async def named(standings: Standings, places: Sequence[Place], gains: Sequence[int] = ()) -> Sequence[ShownPlace]:
    """Who hid in this very moment is left out. `gains` are the places', or none."""
    faces = await standings.faces([place.user_id for place in places]) if places else {}
    return [
        ShownPlace(place, faces[place.user_id].name or "", gains[number] if gains else None)
        for number, place in enumerate(places)
        if place.user_id in faces and faces[place.user_id].is_visible
    ]

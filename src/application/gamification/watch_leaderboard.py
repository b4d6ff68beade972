"""A leaderboard's first ones as they change, for whoever watches: asked for once, however many do."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from application.gamification.live_feed import MOST_PAGES, TooManyPages
from application.gamification.show_leaderboard import (
    LeaderboardQuestion,
    LeaderboardView,
    ShowLeaderboard,
    ShownPlace,
    view_of,
)
from domain.gamification.leaderboard import Board
from domain.shared.ids import UserId

PERIOD_SECONDS = 0.5
MOST_WATCHED = 20
"""Rows of a board that is watched."""


@dataclass(slots=True)
class _Top:
    """What all who watch one board see; `shown` is another object only where something is different."""

    shown: Sequence[ShownPlace] = ()
    asked_at: float = -PERIOD_SECONDS
    watchers: int = 0
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class Watched:
    """One learner's look at a board."""

    def __init__(self, show: ShowLeaderboard, top: _Top, board: Board, question: LeaderboardQuestion) -> None:
        self._show = show
        self._top = top
        self._board = board
        self._question = question
        self._seen: Sequence[ShownPlace] | None = None

    async def look(self) -> LeaderboardView | None:
        """The board where it is different from the last look, at most `PERIOD_SECONDS` late."""
        top = self._top
        async with top.lock:
            if time.monotonic() - top.asked_at >= PERIOD_SECONDS:
                shown = await self._show.first(self._board, limit=MOST_WATCHED)
                top.shown = top.shown if shown == top.shown else shown
                top.asked_at = time.monotonic()
        if top.shown is self._seen:
            return None
        self._seen = top.shown
        return view_of(self._question, self._board, top.shown)


class WatchLeaderboard:
    def __init__(self, show: ShowLeaderboard) -> None:
        self._show = show
        self._tops: dict[str, _Top] = {}
        self._watchers: Counter[UserId] = Counter()

    @property
    def open_watches(self) -> int:
        return self._watchers.total()

    @asynccontextmanager
    async def __call__(self, question: LeaderboardQuestion) -> AsyncIterator[Watched]:
        """For as long as the block lasts.

        Raises:
            TooManyPages: this learner watches as many as there may be.
            LeaderboardQuestionInvalid, LeaderboardCourseNotFound, LeaderboardOfOthers: as for who looks once.
        """
        board = await self._show.admitted(question)
        if self._watchers[question.user_id] >= MOST_PAGES:
            raise TooManyPages(f"There are {MOST_PAGES} streams open already; close one.")
        top = self._tops.setdefault(board.name, _Top())
        top.watchers += 1
        self._watchers[question.user_id] += 1
        try:
            yield Watched(self._show, top, board, question)
        finally:
            top.watchers -= 1
            self._watchers[question.user_id] -= 1
            if not top.watchers:
                del self._tops[board.name]
            if not self._watchers[question.user_id]:
                del self._watchers[question.user_id]

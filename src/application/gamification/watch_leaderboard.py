"""A leaderboard's first ones as they change, for whoever watches."""

from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from application.gamification.first_places import FirstPlaces, ShownPlace
from application.gamification.live_feed import MOST_PAGES, TooManyPages
from application.gamification.show_leaderboard import LeaderboardQuestion, LeaderboardView, ShowLeaderboard, view_of
from domain.gamification.leaderboard import Board
from domain.shared.ids import UserId

PERIOD_SECONDS = 0.5
"""From one look to the next one."""
MOST_WATCHED = 20
"""Rows of a board that is watched."""


class Watched:
    """One learner's look at a board."""

    def __init__(self, first_places: FirstPlaces, board: Board, question: LeaderboardQuestion) -> None:
        self._first_places = first_places
        self._board = board
        self._question = question
        self._seen: Sequence[ShownPlace] | None = None

    async def look(self) -> LeaderboardView | None:
        """The board, where it is different from the last look."""
        shown = (await self._first_places(self._board))[:MOST_WATCHED]
        if shown == self._seen:
            return None
        self._seen = shown
        return view_of(self._question, self._board, shown)


class WatchLeaderboard:
    def __init__(self, show: ShowLeaderboard, first_places: FirstPlaces) -> None:
        self._show = show
        self._first_places = first_places
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
        self._watchers[question.user_id] += 1
        try:
            yield Watched(self._first_places, board, question)
        finally:
            self._watchers[question.user_id] -= 1
            if not self._watchers[question.user_id]:
                del self._watchers[question.user_id]

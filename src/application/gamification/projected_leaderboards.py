"""Leaderboards from a projection, caught up with the outbox before it answers; from SQL while it can't."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from application.gamification.leaderboard_ports import Leaderboards, Place, Projection, ProjectionAway, Standings
from domain.gamification.leaderboard import Board
from domain.shared.errors import Unavailable
from domain.shared.ids import UserId

MOST_CHANGED = 2000
"""Learners that are caught up with one by one; after more, the board is built anew."""
FRESH_SECONDS = 0.5
"""How old a projection may be."""
PATIENCE_SECONDS = 5.0
"""After a projection failed, until it is tried again."""

Answer = TypeVar("Answer")


class ProjectedLeaderboards(Leaderboards):
    """Says the same as `sql`, at most `FRESH_SECONDS` later, and faster. Never fails where SQL answers."""

    def __init__(
        self, projection: Projection, sql: Leaderboards, standings: Standings, *, fresh_seconds: float = FRESH_SECONDS
    ) -> None:
        self._projection = projection
        self._sql = sql
        self._standings = standings
        self._fresh_seconds = fresh_seconds
        self._caught_up: dict[str, float] = {}
        self._locks: dict[str, asyncio.Lock] = {}
        self._builds: dict[str, asyncio.Task[None]] = {}
        self._away_until = 0.0

    async def top(self, board: Board, *, limit: int) -> Sequence[Place]:
        return await self._ask(board, lambda source: source.top(board, limit=limit))

    async def around(self, board: Board, user_id: UserId, *, neighbors: int) -> Sequence[Place]:
        return await self._ask(board, lambda source: source.around(board, user_id, neighbors=neighbors))

    async def place(self, board: Board, user_id: UserId) -> tuple[int | None, int]:
        return await self._ask(board, lambda source: source.place(board, user_id))

    async def build(self, board: Board) -> None:
        """The whole board from SQL. What changes meanwhile is caught up with: the position is from before."""
        position = (await self._standings.changed_since(None, limit=0)).position
        await self._projection.replace(board, self._standings.all(board), position=position)

    async def aclose(self) -> None:
        for build in list(self._builds.values()):
            build.cancel()
        await asyncio.gather(*self._builds.values(), return_exceptions=True)

    async def _ask(self, board: Board, question: Callable[[Leaderboards], Awaitable[Answer]]) -> Answer:
        if time.monotonic() >= self._away_until:
            try:
                await self._catch_up(board)
                return await question(self._projection)
            except ProjectionAway:
                self._build_aside(board)
        return await question(self._sql)

    async def _catch_up(self, board: Board) -> None:
        async with self._locks.setdefault(board.name, asyncio.Lock()):
            if time.monotonic() - self._caught_up.get(board.name, -self._fresh_seconds) < self._fresh_seconds:
                return
            position = await self._projection.position(board)
            changed = await self._standings.changed_since(position, limit=MOST_CHANGED)
            if changed.user_ids is None:
                raise ProjectionAway("It is too far behind.")
            standings = await self._standings.of(board, changed.user_ids) if changed.user_ids else []
            await self._projection.put(board, standings, position=changed.position)
            self._caught_up[board.name] = time.monotonic()

    def _build_aside(self, board: Board) -> None:
        if board.name not in self._builds:
            self._builds[board.name] = asyncio.create_task(self._build(board))

    async def _build(self, board: Board) -> None:
        try:
            await self.build(board)
        except (ProjectionAway, Unavailable):
            # Asked again in a while: until then everybody is spared the wait.
            self._away_until = time.monotonic() + PATIENCE_SECONDS
        finally:
            self._caught_up.pop(board.name, None)
            del self._builds[board.name]

from bisect import bisect_left, insort
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

from application.gamification.leaderboard_ports import Place, Projection, ProjectionAway, Standing
from domain.gamification.leaderboard import Board, Order
from domain.shared.ids import UserId

MOST_BOARDS = 50
"""The least recently built one gives way: it is built again when somebody asks."""


@dataclass(slots=True)
class _Ranking:
    """`orders` are sorted."""

    position: int
    orders: list[Order] = field(default_factory=list)
    standings: dict[UserId, Standing] = field(default_factory=dict)

    def put(self, standing: Standing) -> None:
        known = self.standings.get(standing.user_id)
        if known is not None and known.stamp >= standing.stamp:
            return
        if known is not None and known.order is not None:
            del self.orders[bisect_left(self.orders, known.order)]
        if standing.order is not None:
            insort(self.orders, standing.order)
        self.standings[standing.user_id] = standing

    def rank_of(self, user_id: UserId) -> int | None:
        standing = self.standings.get(user_id)
        return None if standing is None or standing.order is None else bisect_left(self.orders, standing.order) + 1

    def places(self, first: int, last: int) -> list[Place]:
        """Ranks from 1, both included."""
        first = max(first, 1)
        found = self.orders[first - 1 : last]
        return [Place(rank, order.user_id, order.xp) for rank, order in enumerate(found, start=first)]


class MemoryProjection(Projection):
    """For one process; what it knows ends with it."""

    def __init__(self) -> None:
        self._rankings: dict[str, _Ranking] = {}

    async def position(self, board: Board) -> int:
        return self._ranking(board).position

    async def put(self, board: Board, standings: Sequence[Standing], *, position: int) -> None:
        ranking = self._ranking(board)
        for standing in standings:
            ranking.put(standing)
        ranking.position = max(ranking.position, position)

    async def replace(self, board: Board, pages: AsyncIterator[Sequence[Standing]], *, position: int) -> None:
        ranking = _Ranking(position)
        async for page in pages:
            ranking.standings |= {standing.user_id: standing for standing in page}
        ranking.orders = sorted(each.order for each in ranking.standings.values() if each.order is not None)
        self._rankings.pop(board.name, None)
        self._rankings[board.name] = ranking
        while len(self._rankings) > MOST_BOARDS:
            del self._rankings[next(iter(self._rankings))]

    async def top(self, board: Board, *, limit: int) -> Sequence[Place]:
        return self._ranking(board).places(1, limit)

    async def around(self, board: Board, user_id: UserId, *, neighbors: int) -> Sequence[Place]:
        ranking = self._ranking(board)
        rank = ranking.rank_of(user_id)
        return [] if rank is None else ranking.places(rank - neighbors, rank + neighbors)

    async def place(self, board: Board, user_id: UserId) -> tuple[int | None, int]:
        ranking = self._ranking(board)
        return ranking.rank_of(user_id), len(ranking.orders)

    def _ranking(self, board: Board) -> _Ranking:
        if board.name not in self._rankings:
            raise ProjectionAway("The board isn't built.")
        return self._rankings[board.name]

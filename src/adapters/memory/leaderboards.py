from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from datetime import date, timedelta

from adapters.memory.learning import find_enrollment
from adapters.memory.tables import MemoryTables
from adapters.memory.user_queries import Committed
from application.gamification.leaderboard_ports import (
    Changed,
    Face,
    Improvement,
    Leaderboards,
    Place,
    Standing,
    Standings,
)
from application.gamification.outbox_ports import Told
from domain.gamification.leaderboard import Board, Order, Scope
from domain.gamification.quests import monday_of
from domain.gamification.replay import Score, scores_of
from domain.identity.user import LeaderboardChoice, Status, User
from domain.shared.ids import CourseId, UserId


class MemoryLeaderboards(Leaderboards):
    """Sorted anew for each question."""

    def __init__(self, committed: Committed) -> None:
        self._committed = committed

    async def top(self, board: Board, *, limit: int) -> Sequence[Place]:
        return _places(self._committed(), board)[:limit]

    async def around(self, board: Board, user_id: UserId, *, neighbors: int) -> Sequence[Place]:
        places = _places(self._committed(), board)
        mine = next((place.rank for place in places if place.user_id == user_id), None)
        return [] if mine is None else [place for place in places if abs(place.rank - mine) <= neighbors]

    async def place(self, board: Board, user_id: UserId) -> tuple[int | None, int]:
        places = _places(self._committed(), board)
        return next((place.rank for place in places if place.user_id == user_id), None), len(places)


class MemoryStandings(Standings):
    def __init__(self, committed: Committed) -> None:
        self._committed = committed

    async def changed_since(self, position: int | None, *, limit: int) -> Changed:
        tables = self._committed()
        if position is None:
            return Changed([], tables.notices_told)
        new = (kept.told for kept in tables.outbox if kept.told.number > position)
        user_ids = _users_of(new)
        return Changed(user_ids if len(user_ids) <= limit else None, tables.notices_told)

    async def of(self, board: Board, user_ids: Sequence[UserId]) -> Sequence[Standing]:
        tables = self._committed()
        orders = {order.user_id: order for order in _orders(tables, board)}
        return [
            Standing(each, tables.player_versions.get(each, 1) + tables.users[each].version, orders.get(each))
            for each in user_ids
            if each in tables.players
        ]

    async def all(self, board: Board) -> AsyncIterator[Sequence[Standing]]:
        orders = _orders(self._committed(), board)
        yield await self.of(board, [order.user_id for order in orders])

    async def faces(self, user_ids: Sequence[UserId]) -> Mapping[UserId, Face]:
        users = self._committed().users
        return {each: Face(_face(users[each]), is_visible(users[each])) for each in user_ids}

    async def improved(self, week: date, *, limit: int) -> Sequence[Improvement]:
        tables = self._committed()
        before = {order.user_id: order.xp for order in all_orders(tables, _week(week - timedelta(days=7)))}
        gains = [(order.xp - before.get(order.user_id, 0), order) for order in _orders(tables, _week(week))]
        gains.sort(key=lambda each: (-each[0], each[1].reached_at, each[1].user_id))
        return [Improvement(order.user_id, order.xp, gain) for gain, order in gains if gain > 0][:limit]

    async def may_see(self, course_id: CourseId, user_id: UserId) -> bool | None:
        tables = self._committed()
        course = tables.courses.get(course_id)
        if course is None:
            return None
        enrollment = find_enrollment(tables, course_id, user_id)
        return course.created_by == user_id or (enrollment is not None and not enrollment.is_withdrawn)


def _week(monday: date) -> Board:
    return Board(scope=Scope.WEEK, week=monday)


def _users_of(notices: Iterable[Told]) -> list[UserId]:
    return list(dict.fromkeys(told.user_id for told in notices))


def _places(tables: MemoryTables, board: Board) -> list[Place]:
    return [Place(rank, order.user_id, order.xp) for rank, order in enumerate(_orders(tables, board), start=1)]


def _orders(tables: MemoryTables, board: Board) -> list[Order]:
    return [order for order in all_orders(tables, board) if is_visible(tables.users[order.user_id])]


def all_orders(tables: MemoryTables, board: Board) -> list[Order]:
    scores = {user_id: _score(tables, board, user_id) for user_id in tables.players}
    return sorted(Order.of(score.xp, score.reached_at, of) for of, score in scores.items() if score and score.xp > 0)


def _score(tables: MemoryTables, board: Board, user_id: UserId) -> Score | None:
    entries = [entry for entry in tables.xp_ledger if entry.user_id == user_id]
    if board.scope is Scope.ALL_TIME:
        return scores_of(entries, lambda _: True).get(True)
    if board.scope is Scope.WEEK:
        return scores_of(entries, lambda entry: monday_of(entry.at)).get(board.week)  # type: ignore[arg-type] # a week's board has one
    return scores_of(entries, lambda entry: entry.course_id).get(board.course_id)  # type: ignore[arg-type] # as above


def is_visible(user: User) -> bool:
    return user.is_live and user.status is not Status.INACTIVE and user.leaderboard is not LeaderboardChoice.HIDDEN


def _face(user: User) -> str | None:
    return user.pseudonym if user.leaderboard is LeaderboardChoice.PSEUDONYM else user.display_name or user.name

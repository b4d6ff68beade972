from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import date, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Date,
    FromClause,
    Integer,
    Select,
    Subquery,
    Uuid,
    and_,
    bindparam,
    case,
    exists,
    func,
    literal_column,
    or_,
    select,
    tuple_,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY

from adapters.postgres.pool import Pool
from adapters.postgres.queries.outbox import HORIZON, position_now
from adapters.postgres.queries.visibility import is_visible
from adapters.postgres.repositories.players import BEFORE_ALL
from adapters.postgres.statement import Row, Statement
from adapters.postgres.tables.catalog import courses
from adapters.postgres.tables.gamification import course_scores, outbox, players, week_scores
from adapters.postgres.tables.identity import users
from adapters.postgres.tables.learning import enrollments
from application.gamification.leaderboard_ports import (
    Changed,
    Face,
    Improvement,
    Leaderboards,
    Place,
    Standing,
    Standings,
)
from domain.gamification.leaderboard import Board, Order, Scope
from domain.shared.ids import CourseId, UserId

AT_ONCE = 10_000
_WEEK = timedelta(days=7)
_SCORES = {Scope.ALL_TIME: players, Scope.WEEK: week_scores, Scope.COURSE: course_scores}
_ZERO = literal_column("0", Integer)


def _is_on(scope: Scope, scores: FromClause) -> list[ColumnElement[bool]]:
    """Which rows of the scores are of this board."""
    if scope is Scope.WEEK:
        return [scores.c.week == bindparam("week", type_=Date)]
    if scope is Scope.COURSE:
        return [scores.c.course_id == bindparam("course_id", type_=Uuid)]
    return []


def _board(scope: Scope) -> Select[Any]:
    """Who is on it, in no order."""
    scores, user = _SCORES[scope].alias(), users.alias()
    return (
        select(scores.c.user_id, scores.c.xp, scores.c.reached_at)
        .join(user, user.c.id == scores.c.user_id)
        .where(*_is_on(scope, scores), scores.c.xp > _ZERO, is_visible(user))
    )


def _my_row(scope: Scope) -> Subquery:
    board = _board(scope).subquery()
    return select(board).where(board.c.user_id == bindparam("user_id", type_=Uuid)).subquery("me")


def _sides(scope: Scope) -> tuple[Select[Any], Select[Any], Select[Any]]:
    """Me; those ahead of me, from the nearest on; and those behind.

    What is mine stands there as single values, so that the index on the order is walked from my place on.
    """
    me = select(_my_row(scope)).cte("me")
    xp, reached_at, user_id = (select(me.c[name]).scalar_subquery() for name in ("xp", "reached_at", "user_id"))
    one, other = _board(scope).subquery("one"), _board(scope).subquery("other")
    is_ahead = or_(one.c.xp > xp, tuple_(one.c.reached_at, one.c.user_id) < tuple_(reached_at, user_id))
    ahead = select(one).where(one.c.xp >= xp, is_ahead)
    is_behind = or_(other.c.xp < xp, tuple_(other.c.reached_at, other.c.user_id) > tuple_(reached_at, user_id))
    behind = select(other).where(other.c.xp <= xp, is_behind)
    return (
        select(me),
        ahead.order_by(one.c.xp, one.c.reached_at.desc(), one.c.user_id.desc()),
        behind.order_by(other.c.xp.desc(), other.c.reached_at, other.c.user_id),
    )


@lru_cache
def top_statement(scope: Scope) -> Statement:
    board = _board(scope).subquery("board")
    return Statement(
        select(board)
        .order_by(board.c.xp.desc(), board.c.reached_at, board.c.user_id)
        .limit(bindparam("limit", type_=Integer))
    )


@lru_cache
def around_statement(scope: Scope) -> Statement:
    me, ahead, behind = _sides(scope)
    neighbors = bindparam("neighbors", type_=Integer)
    rows = union_all(
        *(select(side.subquery()) for side in (me, ahead.limit(neighbors), behind.limit(neighbors)))
    ).subquery("rows")
    count = select(func.count()).select_from(ahead.order_by(None).subquery()).scalar_subquery()
    return Statement(select(rows, count.label("ahead")))


@lru_cache
def place_statement(scope: Scope) -> Statement:
    me, ahead, _ = _sides(scope)
    count = select(func.count()).select_from(ahead.order_by(None).subquery()).scalar_subquery()
    all_ = select(func.count()).select_from(_board(scope).subquery()).scalar_subquery()
    return Statement(select(exists(me).label("is_on_it"), count.label("ahead"), all_.label("participants")))


def _standing_columns(scope: Scope) -> Select[Any]:
    """Also of who has no place. The stamp rises with a deed, a correction, and a choice of what is shown."""
    scores = players.alias("scores") if scope is Scope.ALL_TIME else _SCORES[scope].alias("scores")
    has_place = and_(is_visible(users), scores.c.xp > _ZERO)
    return (
        select(
            players.c.user_id,
            (players.c.version + users.c.version).label("stamp"),
            case((has_place, scores.c.xp)).label("xp"),
            case((has_place, scores.c.reached_at)).label("reached_at"),
        )
        .select_from(
            players.join(users, users.c.id == players.c.user_id).outerjoin(
                scores, and_(scores.c.user_id == players.c.user_id, *_is_on(scope, scores))
            )
        )
        .order_by(players.c.user_id)
    )


@lru_cache
def standings_statement(scope: Scope) -> Statement:
    asked = players.c.user_id == func.any(bindparam("user_ids", type_=ARRAY(Uuid)))
    return Statement(_standing_columns(scope).where(asked))


@lru_cache
def all_statement(scope: Scope) -> Statement:
    after = bindparam("after_user_id", type_=Uuid)
    # Of both, since the planner doesn't conclude the one from the other: a page would begin with the first user.
    return Statement(
        _standing_columns(scope)
        .where(players.c.user_id > after, users.c.id > after)
        .limit(bindparam("limit", type_=Integer))
    )


def _changed_statement() -> Statement:
    """Everybody once, and where to go on; one more than the limit says that there are more."""
    since = outbox.c.xact >= bindparam("position", type_=BigInteger)
    told = select(outbox.c.user_id).where(since).distinct().limit(bindparam("limit", type_=Integer)).subquery()
    user_ids = select(func.array_agg(told.c.user_id)).scalar_subquery()
    return Statement(HORIZON.add_columns(user_ids.label("user_ids")))


_changed = _changed_statement()
_faces = Statement(
    select(
        users.c.id,
        case(
            (users.c.leaderboard == "pseudonym", users.c.pseudonym),
            else_=func.coalesce(users.c.display_name, users.c.name),
        ).label("face"),
        is_visible(users).label("is_visible"),
    ).where(users.c.id == func.any(bindparam("user_ids", type_=ARRAY(Uuid))))
)


def _improved_statement() -> Statement:
    before, user = week_scores.alias("before"), users.alias()
    gain = week_scores.c.xp - func.coalesce(before.c.xp, _ZERO)
    is_theirs = and_(before.c.user_id == week_scores.c.user_id, before.c.week == bindparam("week_before", type_=Date))
    return Statement(
        select(week_scores.c.user_id, week_scores.c.xp, gain.label("gain"))
        .select_from(week_scores.join(user, user.c.id == week_scores.c.user_id).outerjoin(before, is_theirs))
        .where(week_scores.c.week == bindparam("week", type_=Date), gain > _ZERO, is_visible(user))
        .order_by(gain.desc(), week_scores.c.reached_at, week_scores.c.user_id)
        .limit(bindparam("limit", type_=Integer))
    )


_improved = _improved_statement()
_may_see = Statement(
    select(
        or_(
            func.coalesce(courses.c.created_by == bindparam("user_id", type_=Uuid), literal_column("false")),
            exists().where(
                enrollments.c.course_id == courses.c.id,
                enrollments.c.user_id == bindparam("user_id", type_=Uuid),
                enrollments.c.status != "withdrawn",
            ),
        ).label("may_see")
    ).where(courses.c.id == bindparam("course_id", type_=Uuid))
)


class PostgresLeaderboards(Leaderboards):
    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def top(self, board: Board, *, limit: int) -> Sequence[Place]:
        async with self._pool.connection() as connection:
            rows = await top_statement(board.scope).rows(connection, limit=limit, **_values(board))
        return [Place(rank, UserId(row["user_id"]), row["xp"]) for rank, row in enumerate(rows, start=1)]

    async def around(self, board: Board, user_id: UserId, *, neighbors: int) -> Sequence[Place]:
        values = {"user_id": user_id, "neighbors": neighbors, **_values(board)}
        async with self._pool.connection() as connection:
            rows = await around_statement(board.scope).rows(connection, **values)
        orders = sorted(Order.of(row["xp"], row["reached_at"], UserId(row["user_id"])) for row in rows)
        mine = next((at for at, order in enumerate(orders) if order.user_id == user_id), None)
        if mine is None:
            return []
        first = rows[0]["ahead"] + 1 - mine
        return [Place(rank, order.user_id, order.xp) for rank, order in enumerate(orders, start=first)]

    async def place(self, board: Board, user_id: UserId) -> tuple[int | None, int]:
        async with self._pool.connection() as connection:
            row = await place_statement(board.scope).row(connection, user_id=user_id, **_values(board))
        assert row is not None, "counts always answer"
        return (row["ahead"] + 1 if row["is_on_it"] else None), row["participants"]


class PostgresStandings(Standings):
    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def changed_since(self, position: int | None, *, limit: int) -> Changed:
        async with self._pool.connection() as connection:
            if position is None:
                return Changed([], await position_now.value(connection))
            row = await _changed.row(connection, position=position, limit=limit + 1)
        assert row is not None, "it always answers"
        user_ids = [UserId(user_id) for user_id in row["user_ids"] or ()]
        return Changed(user_ids if len(user_ids) <= limit else None, row["horizon"])

    async def of(self, board: Board, user_ids: Sequence[UserId]) -> Sequence[Standing]:
        async with self._pool.connection() as connection:
            statement = standings_statement(board.scope)
            rows = await statement.rows(connection, user_ids=list(user_ids), **_values(board))
        return [_standing(row) for row in rows]

    async def all(self, board: Board) -> AsyncIterator[Sequence[Standing]]:
        after = BEFORE_ALL
        while True:
            async with self._pool.connection() as connection:
                values = {"after_user_id": after, "limit": AT_ONCE, **_values(board)}
                rows = await all_statement(board.scope).rows(connection, **values)
            if not rows:
                return
            after = UserId(rows[-1]["user_id"])
            yield [standing for row in rows if (standing := _standing(row)).order is not None]

    async def faces(self, user_ids: Sequence[UserId]) -> Mapping[UserId, Face]:
        async with self._pool.connection() as connection:
            rows = await _faces.rows(connection, user_ids=list(user_ids))
        return {UserId(row["id"]): Face(row["face"], row["is_visible"]) for row in rows}

    async def improved(self, week: date, *, limit: int) -> Sequence[Improvement]:
        async with self._pool.connection() as connection:
            rows = await _improved.rows(connection, week=week, week_before=week - _WEEK, limit=limit)
        return [Improvement(UserId(row["user_id"]), row["xp"], row["gain"]) for row in rows]

    async def may_see(self, course_id: CourseId, user_id: UserId) -> bool | None:
        async with self._pool.connection() as connection:
            may_see: bool | None = await _may_see.value(connection, course_id=course_id, user_id=user_id)
        return may_see


def _values(board: Board) -> dict[str, Any]:
    if board.scope is Scope.WEEK:
        return {"week": board.week}
    return {"course_id": board.course_id} if board.scope is Scope.COURSE else {}


def _standing(row: Row) -> Standing:
    user_id = UserId(row["user_id"])
    order = None if row["xp"] is None else Order.of(row["xp"], row["reached_at"], user_id)
    return Standing(user_id, row["stamp"], order)

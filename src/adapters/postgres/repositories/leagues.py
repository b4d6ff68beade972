from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import (
    ColumnElement,
    Date,
    Integer,
    ScalarSelect,
    Uuid,
    and_,
    bindparam,
    case,
    exists,
    func,
    literal_column,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert

from adapters.postgres.arrays import unnested
from adapters.postgres.queries.visibility import is_visible
from adapters.postgres.statement import Connection, Statement
from adapters.postgres.tables.gamification import league_groups, league_members, outbox, players, week_scores
from adapters.postgres.tables.identity import users
from application.gamification.league_ports import Group, Leagues, Newcomer, told_of
from domain.gamification.leaderboard import Order
from domain.gamification.leagues import Result
from domain.shared.ids import UserId

_GROUP = ("id", "week", "tier", "size")


def tier_now(user_id: ColumnElement[Any]) -> ScalarSelect[int]:
    """Where the newest race that ended has left somebody; 1 for who never raced."""
    moved = case(
        (league_members.c.movement == "promoted", literal_column("1")),
        (league_members.c.movement == "demoted", literal_column("-1")),
        else_=literal_column("0"),
    )
    return (
        select(league_groups.c.tier + moved)
        .select_from(league_members.join(league_groups, league_groups.c.id == league_members.c.group_id))
        .where(league_members.c.user_id == user_id, league_members.c.movement.is_not(None))
        .order_by(league_members.c.week.desc())
        .limit(literal_column("1"))
        .scalar_subquery()
    )


def _joining() -> Statement:
    given = unnested("given", (league_groups.c[name] for name in _GROUP), prefix="group_")
    groups = insert(league_groups).from_select(list(_GROUP), select(*(given.c[name] for name in _GROUP)))
    groups = groups.on_conflict_do_update(index_elements=["id"], set_={"size": groups.excluded.size})
    joined = unnested("joined", (league_members.c[name] for name in ("user_id", "week", "group_id")), prefix="member_")
    members = insert(league_members).from_select(["user_id", "week", "group_id"], select(joined))
    return Statement(members.add_cte(groups.cte("groups")))


def _closing() -> Statement:
    """Each member is told how it ended; their players are locked, so that notices come in their order."""
    columns = [league_members.c.user_id, league_members.c.rank, league_members.c.movement, outbox.c.body]
    given = unnested("given", columns, prefix="result_")
    group_id = bindparam("of_group", type_=Uuid)
    ended = (
        update(league_groups)
        .values(closed_at=bindparam("closed_at", type_=league_groups.c.closed_at.type))
        .where(league_groups.c.id == group_id)
    )
    told = {
        "user_id": given.c.user_id,
        "kind": literal_column("'league'"),
        "body": given.c.body,
        "at": bindparam("closed_at", type_=outbox.c.at.type),
    }
    telling = insert(outbox).from_select(list(told), select(*told.values()))
    finished = (
        update(league_members)
        .values(rank=given.c.rank, movement=given.c.movement)
        .where(league_members.c.group_id == group_id, league_members.c.user_id == given.c.user_id)
    )
    return Statement(finished.add_cte(ended.cte("ended"), telling.cte("told")))


_lock = Statement(
    select(func.pg_advisory_xact_lock(func.hashtextextended(literal_column("'leagues'"), literal_column("0"))))
)
_newcomers = Statement(
    select(week_scores.c.user_id, func.coalesce(tier_now(week_scores.c.user_id), literal_column("1")).label("tier"))
    .join(users, users.c.id == week_scores.c.user_id)
    .where(
        week_scores.c.week == bindparam("week", type_=Date),
        week_scores.c.xp > literal_column("0"),
        is_visible(users),
        ~exists().where(league_members.c.user_id == week_scores.c.user_id, league_members.c.week == week_scores.c.week),
    )
    .order_by(week_scores.c.reached_at, week_scores.c.user_id)
    .limit(bindparam("limit", type_=Integer))
)
_open_groups = Statement(
    select(*(league_groups.c[name] for name in _GROUP))
    .where(
        league_groups.c.week == bindparam("week", type_=Date),
        league_groups.c.closed_at.is_(None),
        league_groups.c.size < bindparam("size", type_=Integer),
    )
    .order_by(league_groups.c.tier)
)
_join = _joining()
_due = Statement(
    select(league_groups.c.id)
    .where(league_groups.c.week < bindparam("week", type_=Date), league_groups.c.closed_at.is_(None))
    .order_by(league_groups.c.week, league_groups.c.id)
    .limit(bindparam("limit", type_=Integer))
)
_group = Statement(
    select(*(league_groups.c[name] for name in _GROUP))
    .where(league_groups.c.id == bindparam("group_id", type_=Uuid), league_groups.c.closed_at.is_(None))
    .with_for_update()
)
_lock_players = Statement(
    select(players.c.user_id)
    .join(league_members, league_members.c.user_id == players.c.user_id)
    .where(league_members.c.group_id == bindparam("group_id", type_=Uuid))
    .order_by(players.c.user_id)
    .with_for_update(key_share=True, of=players)
)
members_statement = Statement(
    select(league_members.c.user_id, week_scores.c.xp, week_scores.c.reached_at)
    .join(
        week_scores,
        and_(week_scores.c.user_id == league_members.c.user_id, week_scores.c.week == league_members.c.week),
    )
    .join(users, users.c.id == league_members.c.user_id)
    .where(league_members.c.group_id == bindparam("group_id", type_=Uuid), is_visible(users))
)
_close = _closing()


class PostgresLeagues(Leagues):
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def lock(self) -> None:
        await _lock.row(self._connection)

    async def newcomers(self, week: date, *, limit: int) -> Sequence[Newcomer]:
        rows = await _newcomers.rows(self._connection, week=week, limit=limit)
        return [Newcomer(UserId(row["user_id"]), row["tier"]) for row in rows]

    async def open_groups(self, week: date, *, size: int) -> Mapping[int, Group]:
        rows = await _open_groups.rows(self._connection, week=week, size=size)
        return {row["tier"]: Group(**row) for row in rows}

    async def join(self, groups: Sequence[Group], members: Sequence[tuple[UserId, UUID]]) -> None:
        weeks = {group.id: group.week for group in groups}
        await _join.run(
            self._connection,
            **{f"group_{name}": [getattr(group, name) for group in groups] for name in _GROUP},
            member_user_id=[user_id for user_id, _ in members],
            member_week=[weeks[group_id] for _, group_id in members],
            member_group_id=[group_id for _, group_id in members],
        )

    async def due(self, before: date, *, limit: int) -> Sequence[UUID]:
        return [row["id"] for row in await _due.rows(self._connection, week=before, limit=limit)]

    async def race(self, group_id: UUID) -> tuple[Group, Sequence[Order]] | None:
        row = await _group.row(self._connection, group_id=group_id)
        if row is None:
            return None
        await _lock_players.rows(self._connection, group_id=group_id)
        rows = await members_statement.rows(self._connection, group_id=group_id)
        return Group(**row), [Order.of(each["xp"], each["reached_at"], UserId(each["user_id"])) for each in rows]

    async def close(self, group: Group, results: Sequence[Result], *, at: datetime) -> None:
        await _close.run(
            self._connection,
            of_group=group.id,
            closed_at=at,
            result_user_id=[result.user_id for result in results],
            result_rank=[result.rank for result in results],
            result_movement=[result.movement.value for result in results],
            result_body=[told_of(group, result) for result in results],
        )

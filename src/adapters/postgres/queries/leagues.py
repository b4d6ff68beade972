from datetime import date

from sqlalchemy import Date, Uuid, and_, bindparam, func, literal_column, select

from adapters.postgres.pool import Pool
from adapters.postgres.queries.visibility import is_visible
from adapters.postgres.repositories.leagues import tier_now
from adapters.postgres.statement import Statement
from adapters.postgres.tables.gamification import league_groups, league_members, week_scores
from adapters.postgres.tables.identity import users
from application.gamification.league_ports import Finish, LeagueFacts, LeagueQueries
from domain.gamification.leaderboard import Order
from domain.gamification.leagues import Movement
from domain.shared.ids import UserId

_user_id = bindparam("user_id", type_=Uuid)
_mine = (
    select(league_members.c.group_id, league_groups.c.tier)
    .join(league_groups, league_groups.c.id == league_members.c.group_id)
    .where(league_members.c.user_id == _user_id, league_members.c.week == bindparam("week", type_=Date))
    .cte("mine")
)
_last = (
    select(league_members.c.week, league_groups.c.tier, league_members.c.rank, league_members.c.movement)
    .join(league_groups, league_groups.c.id == league_members.c.group_id)
    .where(league_members.c.user_id == _user_id, league_members.c.movement.is_not(None))
    .order_by(league_members.c.week.desc())
    .limit(literal_column("1"))
    .cte("last")
)
_race = (
    select(week_scores.c.user_id, week_scores.c.xp, week_scores.c.reached_at)
    .join(
        league_members,
        and_(league_members.c.user_id == week_scores.c.user_id, league_members.c.week == week_scores.c.week),
    )
    .join(_mine, _mine.c.group_id == league_members.c.group_id)
    .join(users, users.c.id == week_scores.c.user_id)
    .where(is_visible(users))
    .cte("race")
)
_facts = Statement(
    select(
        func.coalesce(select(_mine.c.tier).scalar_subquery(), tier_now(_user_id), literal_column("1")).label("tier"),
        select(func.array_agg(_race.c.user_id)).scalar_subquery().label("user_ids"),
        select(func.array_agg(_race.c.xp)).scalar_subquery().label("xp"),
        select(func.array_agg(_race.c.reached_at)).scalar_subquery().label("reached_at"),
        *(
            select(_last.c[name]).scalar_subquery().label(f"last_{name}")
            for name in ("week", "tier", "rank", "movement")
        ),
    )
)


class PostgresLeagueQueries(LeagueQueries):
    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def mine(self, user_id: UserId, week: date) -> LeagueFacts:
        async with self._pool.connection() as connection:
            row = await _facts.row(connection, user_id=user_id, week=week)
        assert row is not None, "it always answers"
        members = zip(row["xp"] or (), row["reached_at"] or (), row["user_ids"] or (), strict=True)
        last = None
        if row["last_week"] is not None:
            last = Finish(row["last_week"], row["last_tier"], row["last_rank"], Movement(row["last_movement"]))
        return LeagueFacts(
            tier=row["tier"], orders=[Order.of(xp, at, UserId(who)) for xp, at, who in members], last=last
        )  # fmt: skip

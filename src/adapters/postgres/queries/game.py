from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import Integer, bindparam, func, literal_column, select

from adapters.postgres.pool import Pool
from adapters.postgres.queries.json import json_object, page_body
from adapters.postgres.repositories.players import player_of
from adapters.postgres.statement import Statement
from adapters.postgres.tables.gamification import free_days, players, week_scores, xp_ledger
from adapters.postgres.tables.identity import users
from application.gamification.queries import GameQueries, PlayerFacts, XpQuestion
from application.gamification.views import XpEntryView, XpPage
from application.shared.encoded import Encoded, content_tag
from application.shared.page import decode_cursor, encode_cursor
from domain.gamification.player import Player
from domain.shared.ids import UserId

_entry = json_object({name: xp_ledger.c[name] for name in XpEntryView.__struct_fields__}).label("view")


def _player_statement() -> Statement:
    free = (
        select(func.array_agg(free_days.c.day))
        .where(free_days.c.day >= players.c.streak_last_day)
        .correlate(players)
        .scalar_subquery()
    )
    week_xp = (
        select(week_scores.c.xp)
        .where(week_scores.c.user_id == users.c.id, week_scores.c.week == bindparam("week"))
        .correlate(users)
        .scalar_subquery()
    )
    return Statement(
        select(
            *players.columns,
            users.c.time_zone,
            func.coalesce(week_xp, literal_column("0")).label("week_xp"),
            free.label("free_days"),
        )
        .select_from(users.outerjoin(players, players.c.user_id == users.c.id))
        .where(users.c.id == bindparam("user_id"))
    )


_player = _player_statement()


class PostgresGameQueries(GameQueries):
    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def player(self, user_id: UserId, week: date) -> PlayerFacts:
        async with self._pool.connection() as connection:
            row = await _player.row(connection, user_id=user_id, week=week)
        assert row is not None, "who asks is known"
        return PlayerFacts(
            player=Player(user_id=user_id) if row["user_id"] is None else player_of(row),
            time_zone=row["time_zone"],
            week_xp=row["week_xp"],
            free_days=frozenset(row["free_days"] or ()),
        )

    async def ledger(self, user_id: UserId, question: XpQuestion) -> Encoded[XpPage]:
        asked = {"user_id": user_id}
        values: dict[str, Any] = {**asked, "limit": question.limit + 1}
        if question.cursor is not None:
            [values["after_number"]] = decode_cursor(asked, question.cursor, tuple[int])
        async with self._pool.connection() as connection:
            rows = await ledger_statement(has_cursor=question.cursor is not None).rows(connection, **values)
        shown = rows[: question.limit]
        last = shown[-1] if len(rows) > question.limit else None
        cursor = None if last is None else encode_cursor(asked, (last["number"],))
        body = page_body([row["view"] for row in shown], cursor)
        return Encoded(body, content_tag(body))


@lru_cache
def ledger_statement(*, has_cursor: bool) -> Statement:
    number = xp_ledger.c.number
    statement = select(_entry, number).where(xp_ledger.c.user_id == bindparam("user_id"))
    if has_cursor:
        statement = statement.where(number < bindparam("after_number", type_=Integer))
    return Statement(statement.order_by(number.desc()).limit(bindparam("limit", type_=Integer)))

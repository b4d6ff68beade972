from collections.abc import Sequence
from typing import Any

from sqlalchemy import BigInteger, Integer, Uuid, bindparam, func, literal_column, select, true

from adapters.postgres.pool import Pool
from adapters.postgres.statement import Row, Statement
from adapters.postgres.tables.gamification import outbox
from application.gamification.outbox_ports import STANDING, OutboxQueries, Tail, Told
from domain.shared.ids import UserId

_TOLD = (outbox.c.user_id, outbox.c.number, outbox.c.kind, outbox.c.body)
_of_user = outbox.c.user_id == bindparam("user_id", type_=Uuid)

# Every transaction below it has ended: what they wrote is seen by this very statement, or never.
HORIZON = select(literal_column("pg_snapshot_xmin(pg_current_snapshot())::text::bigint", BigInteger).label("horizon"))
_is_for_pages = outbox.c.kind != STANDING
_newest = Statement(select(func.max(outbox.c.number)).where(_of_user, _is_for_pages))
_since = Statement(
    select(*_TOLD)
    .where(_of_user, _is_for_pages, outbox.c.number >= bindparam("since_number", type_=BigInteger))
    .order_by(outbox.c.number)
    .limit(bindparam("limit", type_=Integer))
)
position_now = Statement(HORIZON)


def _tail_statement() -> Statement:
    now = HORIZON.cte("now")
    found = (
        select(*_TOLD).where(_is_for_pages, outbox.c.xact >= bindparam("position", type_=BigInteger)).subquery("found")
    )
    return Statement(select(now.c.horizon, found).select_from(now.outerjoin(found, true())).order_by(found.c.number))


_tail = _tail_statement()


class PostgresOutboxQueries(OutboxQueries):
    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def newest(self, user_id: UserId) -> int:
        async with self._pool.connection() as connection:
            return await _newest.value(connection, user_id=user_id) or 0

    async def since(self, user_id: UserId, number: int, *, limit: int) -> Sequence[Told]:
        async with self._pool.connection() as connection:
            rows = await _since.rows(connection, user_id=user_id, since_number=number, limit=limit)
        return [_told(row) for row in rows]

    async def tail(self, position: int | None) -> Tail:
        async with self._pool.connection() as connection:
            if position is None:
                return Tail(notices=[], position=await position_now.value(connection))
            rows: Sequence[Any] = await _tail.rows(connection, position=position)
        notices = [_told(row) for row in rows if row["number"] is not None]
        return Tail(notices=notices, position=rows[0]["horizon"])


def _told(row: Row) -> Told:
    return Told(user_id=UserId(row["user_id"]), number=row["number"], kind=row["kind"], body=row["body"])

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Date, bindparam, delete, select
from sqlalchemy.dialects.postgresql import insert

from adapters.postgres.pool import Pool
from adapters.postgres.statement import Connection, Statement
from adapters.postgres.tables.gamification import free_days
from application.gamification.free_days import FreeDayQueries, FreeDays, FreeDayView

_stored = insert(free_days).values(day=bindparam("day"), name=bindparam("name"))
_put = Statement(
    _stored.on_conflict_do_update(
        index_elements=["day"], set_={"name": _stored.excluded.name}, where=free_days.c.name != _stored.excluded.name
    )
)
_remove = Statement(delete(free_days).where(free_days.c.day == bindparam("day")))
_between = Statement(
    select(free_days.c.day, free_days.c.name)
    .where(free_days.c.day.between(bindparam("first", type_=Date), bindparam("last", type_=Date)))
    .order_by(free_days.c.day)
)


class PostgresFreeDays(FreeDays):
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def put(self, day: FreeDayView) -> bool:
        return bool(await _put.run(self._connection, day=day.day, name=day.name))

    async def remove(self, day: date) -> bool:
        return bool(await _remove.run(self._connection, day=day))


class PostgresFreeDayQueries(FreeDayQueries):
    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def of_year(self, year: int) -> Sequence[FreeDayView]:
        async with self._pool.connection() as connection:
            rows = await _between.rows(connection, first=date(year, 1, 1), last=date(year, 12, 31))
        return [FreeDayView(day=row["day"], name=row["name"]) for row in rows]

from dataclasses import asdict
from datetime import datetime

from sqlalchemy import bindparam, delete, func, insert, literal_column, select

from adapters.postgres.pool import Pool
from adapters.postgres.statement import Connection, Statement
from adapters.postgres.tables.gamification import ledger_checks
from application.gamification.check_ledger import LedgerCheck, LedgerCheckQueries, LedgerChecks

_add = Statement(
    insert(ledger_checks).values({column.name: bindparam(column.name) for column in ledger_checks.columns})
)
_forget = Statement(
    delete(ledger_checks).where(
        ledger_checks.c.at < bindparam("instant", type_=ledger_checks.c.at.type),
        ledger_checks.c.at < select(func.max(ledger_checks.c.at)).scalar_subquery(),
    )
)
_newest = Statement(select(ledger_checks).order_by(ledger_checks.c.at.desc()).limit(literal_column("1")))


class PostgresLedgerChecks(LedgerChecks):
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def add(self, check: LedgerCheck) -> None:
        await _add.run(self._connection, **asdict(check))

    async def forget_before(self, instant: datetime) -> int:
        return await _forget.run(self._connection, instant=instant)


class PostgresLedgerCheckQueries(LedgerCheckQueries):
    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def newest(self) -> LedgerCheck | None:
        async with self._pool.connection() as connection:
            row = await _newest.row(connection)
        return None if row is None else LedgerCheck(**row)

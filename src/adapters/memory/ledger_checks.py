from datetime import datetime

from adapters.memory.tables import MemoryTables
from adapters.memory.user_queries import Committed
from application.gamification.check_ledger import LedgerCheck, LedgerCheckQueries, LedgerChecks


class MemoryLedgerChecks(LedgerChecks):
    def __init__(self, tables: MemoryTables) -> None:
        self._tables = tables

    async def add(self, check: LedgerCheck) -> None:
        self._tables.ledger_checks.append(check)

    async def forget_before(self, instant: datetime) -> int:
        before = self._tables.ledger_checks
        self._tables.ledger_checks = [check for check in before[:-1] if check.at >= instant] + before[-1:]
        return len(before) - len(self._tables.ledger_checks)


class MemoryLedgerCheckQueries(LedgerCheckQueries):
    def __init__(self, committed: Committed) -> None:
        self._committed = committed

    async def newest(self) -> LedgerCheck | None:
        return max(self._committed().ledger_checks, key=lambda check: check.at, default=None)

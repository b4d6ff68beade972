"""Every night the whole ledger is verified, and what was found is kept for whoever watches."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from application.gamification.verify_ledger import VerifyLedgerHandler
from application.shared.clock import Clock
from application.shared.unit import Begin, Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerCheck:
    """`drifts` are numbers that didn't follow from the ledger: 0, or something is wrong."""

    at: datetime
    players: int
    entries: int
    drifts: int


class LedgerChecks(Protocol):
    async def add(self, check: LedgerCheck) -> None: ...

    async def forget_before(self, instant: datetime) -> int:
        """How many were forgotten; the newest is kept."""
        ...


class LedgerCheckUnit(Unit, Protocol):
    ledger_checks: LedgerChecks


class LedgerCheckQueries(Protocol):
    async def newest(self) -> LedgerCheck | None: ...


class CheckLedgerHandler:
    """Twice is twice the work and nothing else."""

    def __init__(self, verify: VerifyLedgerHandler, begin: Begin[LedgerCheckUnit], clock: Clock) -> None:
        self._verify = verify
        self._begin = begin
        self._clock = clock

    async def __call__(self) -> LedgerCheck:
        report = await self._verify()
        check = LedgerCheck(
            at=self._clock(), players=report.players, entries=report.entries, drifts=len(report.drifts)
        )  # fmt: skip
        async with self._begin() as unit:
            await unit.ledger_checks.add(check)
            await unit.commit()
        return check

"""The institution's calendar: days that neither break a streak nor extend one, kept by admins.

Only days that haven't begun anywhere are changed: what streaks were decided by stays as it was.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Protocol

import msgspec

from application.audit.ports import AuditLog
from application.audit.record import record
from application.shared.actor import Actor
from application.shared.clock import Clock, NewId
from application.shared.unit import Begin, Unit
from domain.shared.errors import Conflict, NotFound

FIRST_TO_SEE_A_DAY = timedelta(hours=14)
"""How far ahead of UTC the earliest zone is (Pacific/Kiritimati)."""


class FreeDayBegun(Conflict):
    code = "free_day.begun"


class FreeDayNotFound(NotFound):
    code = "free_day.not_found"


class FreeDayView(msgspec.Struct, frozen=True, kw_only=True):
    day: date
    name: str


class FreeDaysView(msgspec.Struct, frozen=True, kw_only=True):
    items: Sequence[FreeDayView]


class FreeDayQueries(Protocol):
    async def of_year(self, year: int) -> Sequence[FreeDayView]:
        """In their order."""
        ...


class FreeDays(Protocol):
    async def put(self, day: FreeDayView) -> bool:
        """Says whether anything is different now."""
        ...

    async def remove(self, day: date) -> bool:
        """Says whether it was there."""
        ...


class FreeDayUnit(Unit, Protocol):
    free_days: FreeDays
    audit: AuditLog


@dataclass(frozen=True, slots=True)
class ChangeFreeDays:
    begin: Begin[FreeDayUnit]
    clock: Clock
    new_id: NewId

    async def declare(self, actor: Actor, day: FreeDayView) -> FreeDayView:
        """Again with another name, it is renamed. Raises FreeDayBegun."""
        self._assert_ahead(day.day)
        async with self.begin() as unit:
            if await unit.free_days.put(day):
                await self._record(unit, actor, "free_day.declared", {"day": str(day.day), "name": day.name})
                await unit.commit()
        return day

    async def withdraw(self, actor: Actor, day: date) -> None:
        """Raises FreeDayBegun, FreeDayNotFound."""
        self._assert_ahead(day)
        async with self.begin() as unit:
            if not await unit.free_days.remove(day):
                raise FreeDayNotFound("That day is not free.")
            await self._record(unit, actor, "free_day.withdrawn", {"day": str(day)})
            await unit.commit()

    def _assert_ahead(self, day: date) -> None:
        if day <= (self.clock() + FIRST_TO_SEE_A_DAY).date():
            raise FreeDayBegun("That day has begun somewhere: streaks were decided by what it is.")

    async def _record(self, unit: FreeDayUnit, actor: Actor, action: str, facts: dict[str, str]) -> None:
        await record(unit.audit, actor, action, None, changes=facts, new_id=self.new_id, at=self.clock())

from collections.abc import Sequence
from datetime import date

from adapters.memory.tables import MemoryTables
from adapters.memory.user_queries import Committed
from application.gamification.free_days import FreeDayQueries, FreeDays, FreeDayView


class MemoryFreeDays(FreeDays):
    def __init__(self, tables: MemoryTables) -> None:
        self._tables = tables

    async def put(self, day: FreeDayView) -> bool:
        is_new = self._tables.free_days.get(day.day) != day.name
        self._tables.free_days[day.day] = day.name
        return is_new

    async def remove(self, day: date) -> bool:
        return self._tables.free_days.pop(day, None) is not None


class MemoryFreeDayQueries(FreeDayQueries):
    def __init__(self, committed: Committed) -> None:
        self._committed = committed

    async def of_year(self, year: int) -> Sequence[FreeDayView]:
        found = sorted(self._committed().free_days.items())
        return [FreeDayView(day=day, name=name) for day, name in found if day.year == year]

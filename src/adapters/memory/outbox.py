from collections.abc import Sequence
from datetime import datetime

from adapters.memory.tables import KeptNotice, MemoryTables
from adapters.memory.user_queries import Committed
from application.gamification.outbox_ports import STANDING, Outbox, OutboxQueries, Tail, Told
from application.gamification.ports import Notice
from domain.shared.ids import UserId


def tell(tables: MemoryTables, user_id: UserId, notice: Notice) -> None:
    tables.notices_told += 1
    told = Told(user_id=user_id, number=tables.notices_told, kind=notice.kind, body=notice.body)
    tables.outbox.append(KeptNotice(told, notice.at))


class MemoryOutbox(Outbox):
    def __init__(self, tables: MemoryTables) -> None:
        self._tables = tables

    async def forget_before(self, instant: datetime) -> int:
        before = len(self._tables.outbox)
        self._tables.outbox = [kept for kept in self._tables.outbox if kept.at >= instant]
        return before - len(self._tables.outbox)


class MemoryOutboxQueries(OutboxQueries):
    """Positions are numbers: units become true one at a time."""

    def __init__(self, committed: Committed) -> None:
        self._committed = committed

    async def newest(self, user_id: UserId) -> int:
        return max((told.number for told in self._notices() if told.user_id == user_id), default=0)

    async def since(self, user_id: UserId, number: int, *, limit: int) -> Sequence[Told]:
        return [told for told in self._notices() if told.user_id == user_id and told.number >= number][:limit]

    async def tail(self, position: int | None) -> Tail:
        told = self._committed().notices_told
        new = [] if position is None else [each for each in self._notices() if each.number > position]
        return Tail(notices=new, position=told)

    def _notices(self) -> list[Told]:
        return [kept.told for kept in self._committed().outbox if kept.told.kind != STANDING]

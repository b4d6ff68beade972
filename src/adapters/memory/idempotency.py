from datetime import datetime
from typing import Any

from adapters.memory.tables import KeptAnswer, MemoryTables
from application.shared.idempotency import Created, IdempotencyKey, IdempotencyKeyReused, IdempotencyKeys


class MemoryIdempotencyKeys(IdempotencyKeys):
    """Units come one at a time, so no request is ever found in flight: the second waits for the first one's answer."""

    def __init__(self, tables: MemoryTables) -> None:
        self._tables = tables

    async def find(self, key: IdempotencyKey | None) -> Created[Any] | None:
        kept = None if key is None else self._tables.kept_answers.get((key.user_id, key.key))
        if key is None or kept is None:
            return None
        if kept.fingerprint != key.fingerprint:
            raise IdempotencyKeyReused("This Idempotency-Key was used for another request.")
        return kept.answer

    async def keep(self, key: IdempotencyKey | None, answer: Created[Any], *, at: datetime) -> None:
        if key is not None:
            self._tables.kept_answers[(key.user_id, key.key)] = KeptAnswer(key.fingerprint, answer, at)

    async def forget_before(self, instant: datetime) -> int:
        kept = self._tables.kept_answers
        old = [place for place, answer in kept.items() if answer.at < instant]
        for place in old:
            del kept[place]
        return len(old)

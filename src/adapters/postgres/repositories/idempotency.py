from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Text, bindparam, delete, func, insert, select

from adapters.postgres.statement import Connection, Statement
from adapters.postgres.tables.operations import idempotency_keys
from application.shared.encoded import Encoded
from application.shared.idempotency import (
    Created,
    IdempotencyKey,
    IdempotencyKeyInFlight,
    IdempotencyKeyReused,
    IdempotencyKeys,
)

_claim = Statement(
    select(
        func.pg_try_advisory_xact_lock(
            func.hashtextextended(bindparam("claim", type_=Text), bindparam("seed", 0, type_=BigInteger))
        )
    )
)
_find = Statement(
    select(idempotency_keys).where(
        idempotency_keys.c.user_id == bindparam("user_id"), idempotency_keys.c.key == bindparam("key")
    )
)
_keep = Statement(
    insert(idempotency_keys).values(
        {column.name: bindparam(column.name, type_=column.type) for column in idempotency_keys.columns}
    )
)
_forget = Statement(delete(idempotency_keys).where(idempotency_keys.c.created_at < bindparam("instant")))


class PostgresIdempotencyKeys(IdempotencyKeys):
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def find(self, key: IdempotencyKey | None) -> Created[Any] | None:
        if key is None:
            return None
        # Not a row lock: the second of two equal requests is told so at once instead of waiting for the first.
        if not await _claim.value(self._connection, claim=f"{key.user_id}:{key.key}"):
            raise IdempotencyKeyInFlight("The same request is being worked on at this moment.")
        row = await _find.row(self._connection, user_id=key.user_id, key=key.key)
        if row is None:
            return None
        if row["fingerprint"] != key.fingerprint:
            raise IdempotencyKeyReused("This Idempotency-Key was used for another request.")
        return Created(row["subject_id"], Encoded(row["body"], row["tag"]))

    async def keep(self, key: IdempotencyKey | None, answer: Created[Any], *, at: datetime) -> None:
        if key is None:
            return
        await _keep.run(
            self._connection,
            user_id=key.user_id,
            key=key.key,
            fingerprint=key.fingerprint,
            subject_id=answer.id,
            body=answer.view.body,
            tag=answer.view.tag,
            created_at=at,
        )

    async def forget_before(self, instant: datetime) -> int:
        return await _forget.run(self._connection, instant=instant)

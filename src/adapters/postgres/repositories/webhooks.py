from datetime import datetime

from sqlalchemy import bindparam, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from adapters.postgres.statement import Connection, Row, Statement
from adapters.postgres.tables.identity import denied_sessions, webhook_deliveries
from application.identity.ports import (
    DeliveryState,
    SessionDenyList,
    WebhookDelivery,
    WebhookDeliveryNotFound,
    WebhookInbox,
)

_table = webhook_deliveries
_columns = {column.name: bindparam(column.name, type_=column.type) for column in _table.columns}
_receive = Statement(upsert(_table).values(_columns).on_conflict_do_nothing(index_elements=["id"]))
_by_id = Statement(select(_table).where(_table.c.id == bindparam("id")).with_for_update())
_next_due = Statement(
    select(_table)
    .where(_table.c.state == "failed", _table.c.next_attempt_at <= bindparam("now"))
    .order_by(_table.c.next_attempt_at)
    .limit(1)
    .with_for_update(skip_locked=True)
)
_update = Statement(
    update(_table)
    .where(_table.c.id == bindparam("delivery_id", type_=_table.c.id.type))
    .values({name: _columns[name] for name in ("state", "attempts", "next_attempt_at", "error")})
)
_forget = Statement(
    delete(_table).where(
        _table.c.received_at < bindparam("instant"), _table.c.state.in_(["applied", "ignored", "dead"])
    )
)
_denial = upsert(denied_sessions).values(session_id=bindparam("session_id"), until=bindparam("until"))
_deny = Statement(
    _denial.on_conflict_do_update(
        index_elements=["session_id"],
        set_={"until": func.greatest(denied_sessions.c.until, _denial.excluded.until)},
    )
)
_forget_denied = Statement(delete(denied_sessions).where(denied_sessions.c.until < bindparam("instant")))


class PostgresWebhookInbox(WebhookInbox):
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def receive(self, delivery: WebhookDelivery) -> bool:
        return bool(
            await _receive.run(
                self._connection,
                id=delivery.id,
                type=delivery.type,
                payload=delivery.payload,
                received_at=delivery.received_at,
                state=delivery.state,
                attempts=delivery.attempts,
                next_attempt_at=delivery.next_attempt_at,
                error=delivery.error,
            )
        )

    async def get(self, delivery_id: str) -> WebhookDelivery:
        row = await _by_id.row(self._connection, id=delivery_id)
        if row is None:
            raise WebhookDeliveryNotFound("There is no such delivery.")
        return _delivery(row)

    async def next_due(self, now: datetime) -> WebhookDelivery | None:
        row = await _next_due.row(self._connection, now=now)
        return None if row is None else _delivery(row)

    async def save(self, delivery: WebhookDelivery) -> None:
        await _update.run(
            self._connection,
            delivery_id=delivery.id,
            state=delivery.state,
            attempts=delivery.attempts,
            next_attempt_at=delivery.next_attempt_at,
            error=delivery.error,
        )

    async def forget_before(self, instant: datetime) -> int:
        return await _forget.run(self._connection, instant=instant)


class PostgresSessionDenyList(SessionDenyList):
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def deny(self, session_id: str, *, until: datetime) -> None:
        await _deny.run(self._connection, session_id=session_id, until=until)

    async def forget_before(self, instant: datetime) -> int:
        return await _forget_denied.run(self._connection, instant=instant)


def _delivery(row: Row) -> WebhookDelivery:
    return WebhookDelivery(
        id=row["id"],
        type=row["type"],
        payload=row["payload"],
        received_at=row["received_at"],
        state=DeliveryState(row["state"]),
        attempts=row["attempts"],
        next_attempt_at=row["next_attempt_at"],
        error=row["error"],
    )

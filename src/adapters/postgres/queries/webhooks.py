from collections.abc import Sequence

from sqlalchemy import Integer, bindparam, select

from adapters.postgres.pool import Pool
from adapters.postgres.statement import Statement
from adapters.postgres.tables.identity import webhook_deliveries
from application.identity.ports import DeliveryState
from application.identity.webhook_queries import DeliverySummary, WebhookQueries

_table = webhook_deliveries
_newest = (
    select(*(column for column in _table.columns if column.name != "payload"))
    .order_by(_table.c.received_at.desc(), _table.c.id.desc())
    .limit(bindparam("limit", type_=Integer))
)
_all = Statement(_newest)
_of_state = Statement(_newest.where(_table.c.state == bindparam("state")))


class PostgresWebhookQueries(WebhookQueries):
    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def list(self, *, state: DeliveryState | None, limit: int) -> Sequence[DeliverySummary]:
        async with self._pool.connection() as connection:
            if state is None:
                rows = await _all.rows(connection, limit=limit)
            else:
                rows = await _of_state.rows(connection, limit=limit, state=state)
        return [
            DeliverySummary(
                id=row["id"],
                type=row["type"],
                state=DeliveryState(row["state"]),
                received_at=row["received_at"],
                attempts=row["attempts"],
                next_attempt_at=row["next_attempt_at"],
                error=row["error"],
            )
            for row in rows
        ]

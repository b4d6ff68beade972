from datetime import datetime

from sqlalchemy import bindparam, delete

from adapters.postgres.statement import Connection, Statement
from adapters.postgres.tables.gamification import outbox
from application.gamification.outbox_ports import Outbox

_forget = Statement(delete(outbox).where(outbox.c.at < bindparam("instant", type_=outbox.c.at.type)))


class PostgresOutbox(Outbox):
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def forget_before(self, instant: datetime) -> int:
        return await _forget.run(self._connection, instant=instant)

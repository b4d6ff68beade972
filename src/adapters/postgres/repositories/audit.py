from sqlalchemy import insert, select

from adapters.postgres.arrays import unnested
from adapters.postgres.statement import Connection, Statement
from adapters.postgres.tables.audit import audit_entries
from application.audit.ports import AuditLog
from domain.audit.entry import AuditEntry

_NAMES = tuple(column.name for column in audit_entries.columns)
_insert = Statement(insert(audit_entries).from_select(list(_NAMES), select(unnested("given", audit_entries.columns))))


class PostgresAuditLog(AuditLog):
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def record(self, *entries: AuditEntry) -> None:
        await _insert.run(self._connection, **{name: [getattr(entry, name) for entry in entries] for name in _NAMES})

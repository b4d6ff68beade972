from sqlalchemy import bindparam, insert

from adapters.postgres.statement import Connection, Statement
from adapters.postgres.tables.audit import audit_entries
from application.audit.ports import AuditLog
from domain.audit.entry import AuditEntry

_insert = Statement(
    insert(audit_entries).values(
        {column.name: bindparam(column.name, type_=column.type) for column in audit_entries.columns}
    )
)


class PostgresAuditLog(AuditLog):
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def record(self, entry: AuditEntry) -> None:
        await _insert.run(
            self._connection,
            id=entry.id,
            at=entry.at,
            actor_id=entry.actor_id,
            source=entry.source,
            action=entry.action,
            subject_type=entry.subject_type,
            subject_id=entry.subject_id,
            changes=entry.changes,
            address=entry.address,
            request_id=entry.request_id,
        )

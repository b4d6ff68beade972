from collections.abc import Sequence

import msgspec
from sqlalchemy import CTE, Insert, insert, select, true

from adapters.postgres.arrays import recorded
from adapters.postgres.statement import Connection, Statement
from adapters.postgres.tables.audit import audit_entries
from application.audit.ports import AuditLog
from domain.audit.entry import AuditEntry

_NAMES = tuple(column.name for column in audit_entries.columns)


def audit_insertion(gate: CTE | None = None) -> Insert:
    """Entries from the argument `audit`, as a statement or a part of one: they are written only if `gate` has a row."""
    given = recorded("audited", audit_entries.columns, "audit")
    found = select(given) if gate is None else select(given).join_from(given, gate, true())
    return insert(audit_entries).from_select(list(_NAMES), found)


def audit_value(entries: Sequence[AuditEntry]) -> str:
    """The argument of `audit_insertion`."""
    return msgspec.json.encode(entries).decode()


_insert = Statement(audit_insertion())


class PostgresAuditLog(AuditLog):
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def record(self, *entries: AuditEntry) -> None:
        await _insert.run(self._connection, audit=audit_value(entries))

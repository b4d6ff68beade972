from collections.abc import Sequence
from typing import Any

from sqlalchemy import CTE, Insert, insert, select, true

from adapters.postgres.arrays import unnested
from adapters.postgres.statement import Connection, Statement
from adapters.postgres.tables.audit import audit_entries
from application.audit.ports import AuditLog
from domain.audit.entry import AuditEntry

_NAMES = tuple(column.name for column in audit_entries.columns)


def audit_insertion(prefix: str = "", gate: CTE | None = None) -> Insert:
    """Entries from arrays, as a statement of its own or as a part of another one: there only if `gate` has a row."""
    given = unnested("audited", audit_entries.columns, prefix=prefix)
    found = select(given) if gate is None else select(given).join_from(given, gate, true())
    return insert(audit_entries).from_select(list(_NAMES), found)


def values_of(entries: Sequence[AuditEntry], prefix: str = "") -> dict[str, Any]:
    """The arguments of `audit_insertion`."""
    return {prefix + name: [getattr(entry, name) for entry in entries] for name in _NAMES}


_insert = Statement(audit_insertion())


class PostgresAuditLog(AuditLog):
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def record(self, *entries: AuditEntry) -> None:
        await _insert.run(self._connection, **values_of(entries))

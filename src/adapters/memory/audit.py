from copy import deepcopy

from adapters.memory.tables import MemoryTables
from application.audit.ports import AuditLog
from domain.audit.entry import AuditEntry


class MemoryAuditLog(AuditLog):
    def __init__(self, tables: MemoryTables) -> None:
        self._tables = tables

    async def record(self, *entries: AuditEntry) -> None:
        self._tables.audit_entries += deepcopy(list(entries))

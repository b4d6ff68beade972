from typing import Protocol

from domain.audit.entry import AuditEntry


class AuditLog(Protocol):
    async def record(self, *entries: AuditEntry) -> None:
        """Written in the unit of the deed: no deed without its entry, no entry without its deed.

        Any number of them, at least one, in one statement.
        """
        ...

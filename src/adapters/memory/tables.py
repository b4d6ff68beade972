"""What a database would hold, in dictionaries."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from application.identity.ports import WebhookDelivery
from application.shared.idempotency import Created
from domain.audit.entry import AuditEntry
from domain.catalog.course import Course
from domain.identity.user import User
from domain.shared.ids import CourseId, UserId


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    fingerprint: str
    answer: Created[Any]
    at: datetime


@dataclass(slots=True)
class MemoryTables:
    """The objects in here belong to the tables alone: repositories copy on the way in and on the way out.

    `was_refused` says that something broke a rule, after which these tables must not become true.
    """

    users: dict[UserId, User] = field(default_factory=dict)
    courses: dict[CourseId, Course] = field(default_factory=dict)
    deliveries: dict[str, WebhookDelivery] = field(default_factory=dict)
    denied_sessions: dict[str, datetime] = field(default_factory=dict)
    kept_answers: dict[tuple[UserId, str], KeptAnswer] = field(default_factory=dict)
    audit_entries: list[AuditEntry] = field(default_factory=list)
    was_refused: bool = False

    def copy(self) -> "MemoryTables":
        return MemoryTables(
            users=dict(self.users),
            courses=dict(self.courses),
            deliveries=dict(self.deliveries),
            denied_sessions=dict(self.denied_sessions),
            kept_answers=dict(self.kept_answers),
            audit_entries=list(self.audit_entries),
        )

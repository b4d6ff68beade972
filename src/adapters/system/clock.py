"""The real clock and real ids."""

from datetime import UTC, datetime
from uuid import UUID

from uuid_utils.compat import uuid7

from application.shared.clock import Clock, NewId


class SystemClock(Clock):
    def __call__(self) -> datetime:
        return datetime.now(UTC)


class SystemNewId(NewId):
    def __call__(self) -> UUID:
        return uuid7()

from datetime import datetime, timedelta

from application.shared.clock import Clock


class SettableClock(Clock):
    """Stands still until it is told otherwise."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **span: float) -> None:
        """`span` as `timedelta` takes it; it may be negative."""
        self.now += timedelta(**span)

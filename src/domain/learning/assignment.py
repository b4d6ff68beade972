"""The rules of an assignment: what is taken until when, and what coming late costs."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from fractions import Fraction
from math import ceil

from domain.shared.errors import Conflict

DAY = timedelta(days=1)


class Accepted(StrEnum):
    """What can be handed in."""

    TEXT = "text"
    LINK = "link"


class LatePolicy(StrEnum):
    """What becomes of what comes after the due time."""

    ACCEPT = "accept"
    DEDUCT = "deduct"
    REFUSE = "refuse"


class AssignmentClosed(Conflict):
    """Nothing is taken any more."""

    code = "assignment.closed"


class SubmissionsUsedUp(Conflict):
    code = "assignment.submissions_used_up"


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentRules:
    """`points` are whole; `rubric` has the most that each criterion gives, and sums up to them. Instants are in UTC."""

    accepts: Collection[Accepted] = (Accepted.TEXT, Accepted.LINK)
    points: int = 100
    due_at: datetime | None = None
    closes_at: datetime | None = None
    late: LatePolicy = LatePolicy.ACCEPT
    late_percent_per_day: int = 10
    submissions_allowed: int | None = None
    rubric: Mapping[str, int] = field(default_factory=dict)

    def assert_takes(self, *, made: int, at: datetime) -> None:
        """Returns only if one more submission is taken after those that were made.

        Raises:
            AssignmentClosed, SubmissionsUsedUp
        """
        if self.closes_at is not None and at > self.closes_at:
            raise AssignmentClosed(f"It closed at {self.closes_at.isoformat()}.")
        if self.late is LatePolicy.REFUSE and self.lateness(at):
            assert self.due_at is not None, "otherwise nothing is late"
            raise AssignmentClosed(f"It was due at {self.due_at.isoformat()}, and nothing late is taken.")
        if self.submissions_allowed is not None and made >= self.submissions_allowed:
            raise SubmissionsUsedUp(f"All {self.submissions_allowed} submissions were made.")

    def lateness(self, at: datetime) -> timedelta:
        """None at all until the due time, itself included."""
        return timedelta() if self.due_at is None else max(timedelta(), at - self.due_at)

    def deduction(self, earned: int, lateness: timedelta) -> int:
        """Hundredths of points that each day which has begun since the due time costs; never more than were earned."""
        if self.late is not LatePolicy.DEDUCT or not lateness:
            return 0
        share = Fraction(min(100, self.late_percent_per_day * ceil(lateness / DAY)), 100)
        return int(earned * share + Fraction(1, 2))

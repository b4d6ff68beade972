"""Which learners might want a word from their teacher: a stated rule, with its reasons."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

INACTIVE_AFTER = timedelta(days=14)
"""Two weeks without a deed: one missed week is a holiday or an illness."""

GRACE = timedelta(days=14)
"""Who came lately isn't behind yet."""

BEHIND_SHARE = 2
"""Less than one in so many of the median's progress."""


class Risk(StrEnum):
    INACTIVE = "inactive"
    BEHIND = "behind"
    FAILING = "failing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """An active learner of a course. `failing` counts graded lessons whose score is not enough yet."""

    enrolled_at: datetime
    last_active_at: datetime
    percent: int
    failing: int


def risks(standing: Standing, *, median_percent: float, at: datetime) -> tuple[Risk, ...]:
    """Inactive: no deed for two weeks. Behind: here for two weeks, and at less than half of the median. Failing: a quiz
    or an assignment was graded, and not with what it asks for.
    """
    found = []
    if at - standing.last_active_at >= INACTIVE_AFTER:
        found.append(Risk.INACTIVE)
    if at - standing.enrolled_at >= GRACE and standing.percent * BEHIND_SHARE < median_percent:
        found.append(Risk.BEHIND)
    if standing.failing:
        found.append(Risk.FAILING)
    return tuple(found)

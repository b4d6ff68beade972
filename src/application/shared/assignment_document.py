"""The settings of an assignment: in requests, rows, answers, documents. What they mean is in `domain.learning`."""

from collections.abc import Sequence
from typing import Annotated

from msgspec import Meta

from application.shared.quiz_document import Closed, Instant, Key, Percent, Points, Words
from domain.learning.assignment import Accepted, LatePolicy


class Criterion(Closed, frozen=True, kw_only=True):
    """One row of a rubric, for at most that many points."""

    id: Key
    title: Words
    description: Annotated[str, Meta(max_length=2000)] = ""
    points: Points


class AssignmentSettings(Closed, frozen=True, kw_only=True):
    """`points` can be had in all; where there is a rubric, they are the sum of its criteria's.

    What comes after `due_at` is late, and after `closes_at` nothing is taken. `late_percent_per_day` is what each day
    that has begun since then costs, where the late policy is `deduct`. `pass_percent` of the points are enough to
    complete the lesson.
    """

    accepts: Annotated[Sequence[Accepted], Meta(min_length=1, max_length=2)] = (Accepted.TEXT, Accepted.LINK)
    points: Points = 100
    pass_percent: Percent = 0
    due_at: Instant | None = None
    closes_at: Instant | None = None
    late: LatePolicy = LatePolicy.ACCEPT
    late_percent_per_day: Percent = 10
    submissions_allowed: Annotated[int, Meta(ge=1, le=1000)] | None = None
    rubric: Annotated[Sequence[Criterion], Meta(max_length=30)] = ()

"""A course in numbers, as its teacher sees it."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from domain.catalog.lesson_content import LessonKind
from domain.learning.item_analysis import Flag
from domain.learning.risk import Risk

BINS = 10


class EnrollmentCounts(msgspec.Struct, frozen=True, kw_only=True):
    """`completion_rate` is of those who are not withdrawn; `median_days` to completion is null where there is none."""

    active: int
    completed: int
    withdrawn: int
    completion_rate: float
    median_days: float | None


class FunnelStep(msgspec.Struct, frozen=True, kw_only=True):
    """A published lesson in the order of the course; shares are of those who are not withdrawn, from 0 to 1."""

    lesson_id: UUID
    title: str
    kind: LessonKind
    started: int
    completed: int
    completed_share: float


class ScoreDistribution(msgspec.Struct, frozen=True, kw_only=True):
    """Of a quiz or an assignment. `bins` count scores from 0 to 9, ..., 80 to 89, and 90 to 100 percent."""

    lesson_id: UUID
    title: str
    learners: int
    mean: float | None
    median: float | None
    pass_percent: int
    pass_rate: float | None
    bins: Sequence[int]


class LearnerAtRisk(msgspec.Struct, frozen=True, kw_only=True):
    user_id: UUID
    learner: str | None
    percent: int
    last_active_at: datetime
    reasons: Sequence[Risk]


class CourseAnalytics(msgspec.Struct, frozen=True, kw_only=True):
    """`at_risk` shows at most a hundred of `at_risk_count`, those with most reasons first."""

    course_id: UUID
    enrollments: EnrollmentCounts
    funnel: Sequence[FunnelStep]
    scores: Sequence[ScoreDistribution]
    at_risk_count: int
    at_risk: Sequence[LearnerAtRisk]


class ItemAnalysis(msgspec.Struct, frozen=True, kw_only=True):
    """A question over the `learners` who met it in their first attempt; null where nothing can be said."""

    question_id: str
    kind: str
    prompt: str
    learners: int
    difficulty: float | None
    discrimination: float | None
    flags: Sequence[Flag]


class QuizItems(msgspec.Struct, frozen=True):
    items: Sequence[ItemAnalysis]

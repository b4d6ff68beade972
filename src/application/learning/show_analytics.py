from collections.abc import Iterator, Sequence
from datetime import datetime
from statistics import fmean, median

from application.learning.analytics_queries import AnalyticsQueries, LearnerFacts, LessonFacts
from application.learning.analytics_views import (
    BINS,
    CourseAnalytics,
    EnrollmentCounts,
    FunnelStep,
    ItemAnalysis,
    LearnerAtRisk,
    QuizItems,
    ScoreDistribution,
)
from application.shared.actor import Actor
from application.shared.clock import Clock
from domain.learning.enrollment import EnrollmentStatus
from domain.learning.item_analysis import ItemSums, difficulty, discrimination, flags
from domain.learning.progress import percent_of
from domain.learning.risk import Risk, Standing, risks
from domain.shared.ids import CourseId, LessonId

MOST_AT_RISK = 100
PROMPT_LENGTH = 120
SECONDS_A_DAY = 86_400

Table = tuple[Sequence[str], Sequence[Sequence[object]]]


class ShowAnalytics:
    """Two queries for a course: its lessons, and its learners."""

    def __init__(self, queries: AnalyticsQueries, clock: Clock) -> None:
        self._queries = queries
        self._clock = clock

    async def course(self, course_id: CourseId, actor: Actor) -> CourseAnalytics:
        """Raises CourseNotFound, CourseNotYours."""
        lessons = await self._queries.lessons(course_id, actor)
        learners = await self._queries.learners(course_id)
        staying = [each for each in learners if each.status is not EnrollmentStatus.WITHDRAWN]
        at_risk = list(_at_risk(learners, len(lessons), self._clock()))
        at_risk.sort(key=lambda each: (-len(each.reasons), each.last_active_at))
        return CourseAnalytics(
            course_id=course_id,
            enrollments=_counts(learners),
            funnel=[_step(lesson, len(staying)) for lesson in lessons],
            scores=[
                _distribution(lesson, lesson.pass_percent) for lesson in lessons if lesson.pass_percent is not None
            ],
            at_risk_count=len(at_risk),
            at_risk=at_risk[:MOST_AT_RISK],
        )

    async def table(self, course_id: CourseId, actor: Actor) -> Table:
        """Header, and a row for each learner with a column for each graded lesson. Raises as `course`."""
        lessons = await self._queries.lessons(course_id, actor)
        learners = await self._queries.learners(course_id)
        graded = [lesson for lesson in lessons if lesson.pass_percent is not None]
        reasons = {each.user_id: each.reasons for each in _at_risk(learners, len(lessons), self._clock())}
        header = [
            "user_id", "email", "name", "status", "enrolled_at", "completed_at", "last_active_at", "lessons_completed",
            "lessons", "percent", "at_risk", *(lesson.title for lesson in graded),
        ]  # fmt: skip
        return header, [
            [
                each.user_id, each.email, each.learner, each.status, each.enrolled_at.isoformat(),
                None if each.completed_at is None else each.completed_at.isoformat(), each.last_active_at.isoformat(),
                each.lessons_completed, len(lessons), percent_of(each.lessons_completed, len(lessons)),
                " ".join(reasons.get(each.user_id, ())), *(each.scores.get(lesson.id) for lesson in graded),
            ]
            for each in learners
        ]  # fmt: skip

    async def items(self, lesson_id: LessonId, actor: Actor) -> QuizItems:
        """Raises LessonNotFound, CourseNotYours, NoQuiz."""
        found = []
        for item in await self._queries.items(lesson_id, actor):
            names = ("n", "possible", "x", "r", "xx", "rr", "xr")
            sums = ItemSums(**{name: getattr(item, name) for name in names})
            found.append(
                ItemAnalysis(
                    question_id=item.question_id,
                    kind=item.kind,
                    prompt=item.prompt[:PROMPT_LENGTH],
                    learners=item.n,
                    difficulty=difficulty(sums),
                    discrimination=discrimination(sums),
                    flags=flags(sums),
                )
            )
        return QuizItems(found)


def _counts(learners: Sequence[LearnerFacts]) -> EnrollmentCounts:
    numbers = {status: sum(each.status is status for each in learners) for status in EnrollmentStatus}
    staying = numbers[EnrollmentStatus.ACTIVE] + numbers[EnrollmentStatus.COMPLETED]
    days = [
        (each.completed_at - each.enrolled_at).total_seconds() / SECONDS_A_DAY for each in learners if each.completed_at
    ]
    return EnrollmentCounts(
        active=numbers[EnrollmentStatus.ACTIVE],
        completed=numbers[EnrollmentStatus.COMPLETED],
        withdrawn=numbers[EnrollmentStatus.WITHDRAWN],
        completion_rate=_share(numbers[EnrollmentStatus.COMPLETED], staying),
        median_days=round(median(days), 2) if days else None,
    )


def _step(lesson: LessonFacts, staying: int) -> FunnelStep:
    return FunnelStep(
        lesson_id=lesson.id,
        title=lesson.title,
        kind=lesson.kind,
        started=lesson.started,
        completed=lesson.completed,
        completed_share=_share(lesson.completed, staying),
    )


def _distribution(lesson: LessonFacts, pass_percent: int) -> ScoreDistribution:
    scores = lesson.scores
    bins = [0] * BINS
    for score in scores:
        bins[min(score * BINS // 100, BINS - 1)] += 1
    return ScoreDistribution(
        lesson_id=lesson.id,
        title=lesson.title,
        learners=len(scores),
        mean=round(fmean(scores), 2) if scores else None,
        median=float(median(scores)) if scores else None,
        pass_percent=pass_percent,
        pass_rate=_share(sum(score >= pass_percent for score in scores), len(scores)) if scores else None,
        bins=bins,
    )


def _at_risk(learners: Sequence[LearnerFacts], lessons: int, at: datetime) -> Iterator[LearnerAtRisk]:
    percents = {
        each.user_id: percent_of(each.lessons_completed, lessons)
        for each in learners
        if each.status is not EnrollmentStatus.WITHDRAWN
    }
    middle = median(percents.values()) if percents else 0
    for each in learners:
        if each.status is EnrollmentStatus.ACTIVE:
            reasons = _reasons(each, percents[each.user_id], middle, at)
            if reasons:
                yield LearnerAtRisk(
                    user_id=each.user_id,
                    learner=each.learner,
                    percent=percents[each.user_id],
                    last_active_at=each.last_active_at,
                    reasons=reasons,
                )


def _reasons(learner: LearnerFacts, percent: int, middle: float, at: datetime) -> tuple[Risk, ...]:
    standing = Standing(
        enrolled_at=learner.enrolled_at,
        last_active_at=learner.last_active_at,
        percent=percent,
        failing=learner.failing,
    )
    return risks(standing, median_percent=middle, at=at)


def _share(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 0.0

"""How far a learner is: lessons completed by the rule of their kind, and the course with its last lesson.

Completion is a state and no event that could be missed: any order of steps, each once or often, leads to the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil

from domain.learning.enrollment import Enrollment
from domain.learning.unlocking import Reason, rule_to_json
from domain.shared.errors import Conflict, FieldError
from domain.shared.ids import LessonId


class LessonLocked(Conflict):
    """`errors` hold a rule each that doesn't hold yet, with its name for a code."""

    code = "lesson.locked"


class LessonUnwatched(Conflict):
    """A video is completed by watching it."""

    code = "lesson.unwatched"


class LessonUnpassed(Conflict):
    """A quiz is completed by passing it, an assignment by its grade."""

    code = "lesson.unpassed"


class NothingToWatch(Conflict):
    code = "lesson.nothing_to_watch"


@dataclass(frozen=True, slots=True)
class Viewed:
    """Completed when the learner says that they have seen it."""


@dataclass(frozen=True, slots=True)
class Watched:
    """Completed when that many seconds were watched."""

    seconds: int

    @classmethod
    def share_of(cls, duration_seconds: int, share: float) -> "Watched":
        # Rounded first: 0.07 of 100 seconds is 7 of them, but a float says 7.000000000000001.
        return cls(ceil(round(duration_seconds * share, 6)))


@dataclass(frozen=True, slots=True)
class Passed:
    """Completed when a quiz is worth that many percent."""

    percent: int


@dataclass(frozen=True, slots=True)
class Graded:
    """Completed when an assignment was graded with that many percent."""

    percent: int


CompletionRule = Viewed | Watched | Passed | Graded


@dataclass(slots=True, kw_only=True)
class LessonProgress:
    """Neither `watched_seconds` nor `completed_at` ever goes back.

    `score` is what a quiz or an assignment is worth so far, in percent; a regrade or a newer grade may lower it.
    """

    lesson_id: LessonId
    watched_seconds: int = 0
    completed_at: datetime | None = None
    score: int | None = None
    first_seen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A lesson as one learner finds it: how it is completed, why it is locked, how much there is besides.

    `others` counts the other published lessons of the course, `others_completed` those that this learner completed. One
    that isn't published any more can still be graded, and completes no course.
    """

    lesson_id: LessonId
    rule: CompletionRule
    reasons: Sequence[Reason] = ()
    is_published: bool = True
    others: int
    others_completed: int

    def assert_open(self) -> None:
        """Raises LessonLocked."""
        if self.reasons:
            errors = [_told(place, reason) for place, reason in enumerate(self.reasons)]
            raise LessonLocked("This lesson is not open yet.", errors=errors)


@dataclass(frozen=True, slots=True)
class Advance:
    """What happened: nothing of it happens twice. `changed` says that there is something to store at all."""

    changed: bool
    lesson_completed: bool = False
    course_completed: bool = False


def complete_lesson(enrollment: Enrollment, progress: LessonProgress, step: Step, *, at: datetime) -> Advance:
    """The learner says that they are through with it.

    Raises:
        LessonLocked: it isn't open to them yet, and they haven't completed it before.
        LessonUnwatched: it is a video, of which they haven't watched enough.
        LessonUnpassed: it is a quiz that they haven't passed, or an assignment without the grade that it asks for.
    """
    if progress.completed_at is None:
        step.assert_open()
        if isinstance(step.rule, Watched) and progress.watched_seconds < step.rule.seconds:
            raise LessonUnwatched(f"{progress.watched_seconds} of {step.rule.seconds} seconds were watched.")
        if isinstance(step.rule, Passed | Graded) and not _is_reached(progress.score, step.rule.percent):
            raise LessonUnpassed(f"{progress.score or 0} of {step.rule.percent} percent were reached.")
    return _advance(enrollment, progress, step, is_done=True, at=at)


def watch_lesson(
    enrollment: Enrollment, progress: LessonProgress, step: Step, *, seconds: int, at: datetime
) -> Advance:
    """The learner has watched that many seconds of it in all; it is completed with the share that it asks for.

    Raises:
        NothingToWatch: it is no video.
        LessonLocked: it isn't open to them yet, and they haven't completed it before.
    """
    if not isinstance(step.rule, Watched):
        raise NothingToWatch("This lesson is completed by viewing it, not by watching.")
    if progress.completed_at is None:
        step.assert_open()
    more = seconds > progress.watched_seconds
    progress.watched_seconds = max(seconds, progress.watched_seconds)
    return _advance(
        enrollment, progress, step, is_done=progress.watched_seconds >= step.rule.seconds, at=at, changed=more
    )


def score_lesson(enrollment: Enrollment, progress: LessonProgress, step: Step, *, score: int, at: datetime) -> Advance:
    """A quiz was handed in, or an assignment graded, and is worth that many percent now.

    It counts also where the lesson was locked meanwhile: it was open when it was begun.
    """
    assert isinstance(step.rule, Passed | Graded), "only what is graded has a score"
    other = score != progress.score
    progress.score = score
    enrollment.version += other
    is_done = score >= step.rule.percent
    return _advance(enrollment, progress, step, is_done=is_done, at=at, changed=other)


def _is_reached(score: int | None, percent: int) -> bool:
    return score is not None and score >= percent


def percent_of(completed: int, lessons: int) -> int:
    """Rounded down: 100 is all of them, and nothing less. A course without lessons is at 0."""
    return completed * 100 // lessons if lessons else 0


def _advance(
    enrollment: Enrollment, progress: LessonProgress, step: Step, *, is_done: bool, at: datetime, changed: bool = False
) -> Advance:
    lesson_completed = is_done and progress.completed_at is None
    if lesson_completed:
        progress.completed_at = at
        enrollment.version += 1
    all_done = step.is_published and progress.completed_at is not None and step.others_completed == step.others
    course_completed = all_done and enrollment.complete(at=at)
    return Advance(changed or lesson_completed or course_completed, lesson_completed, course_completed)


def _told(place: int, reason: Reason) -> FieldError:
    rule = rule_to_json(reason.rule)
    name = rule.pop("rule")
    what = ", ".join(f"{field} {value}" for field, value in rule.items())
    detail = f"{name} {what}".strip()
    if reason.lesson_id is not None:
        detail += f": {reason.remaining} to complete, first lesson {reason.lesson_id}"
    return FieldError(f"/unlock/{place}", f"unlock.{name}", detail)

from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from uuid_utils.compat import uuid7

from domain.learning.enrollment import Enrollment, EnrollmentStatus
from domain.learning.progress import (
    Advance,
    CompletionRule,
    Graded,
    LessonLocked,
    LessonProgress,
    LessonUnpassed,
    LessonUnwatched,
    NothingToWatch,
    Passed,
    Step,
    Viewed,
    Watched,
    complete_lesson,
    percent_of,
    score_lesson,
    watch_lesson,
)
from domain.learning.unlocking import AfterLesson, NotBefore, Reason
from domain.shared.ids import CourseId, EnrollmentId, LessonId, UserId
from tests.support.people import NOON

LESSON = LessonId(uuid7())


@dataclass
class Learner:
    """One learner in a course of these lessons, with what the use case would store."""

    rules: list[CompletionRule]
    enrollment: Enrollment = field(
        default_factory=lambda: Enrollment.begun(EnrollmentId(uuid7()), CourseId(uuid7()), UserId(uuid7()), at=NOON)
    )
    hours: int = 0

    def __post_init__(self) -> None:
        self.progress = [LessonProgress(lesson_id=LessonId(uuid7()), first_seen_at=NOON) for _ in self.rules]

    def take(self, place: int, seconds: int | None) -> Advance:
        """Watches the lesson at that place for so many seconds, None says that they are through with it."""
        self.hours += 1
        at = NOON + timedelta(hours=self.hours)
        progress, rule = self.progress[place], self.rules[place]
        others = [other for other in self.progress if other is not progress]
        step = Step(
            lesson_id=progress.lesson_id,
            rule=rule,
            others=len(others),
            others_completed=sum(other.completed_at is not None for other in others),
        )
        if seconds is None or isinstance(rule, Viewed):
            return complete_lesson(self.enrollment, progress, step, at=at)
        return watch_lesson(self.enrollment, progress, step, seconds=seconds, at=at)


RULES = st.lists(st.just(Viewed()) | st.integers(0, 100).map(Watched), min_size=1, max_size=6)


@given(RULES, st.data())
def test_any_order_and_any_number_of_times_leads_to_one_state(rules: list[CompletionRule], data: st.DataObject):
    learner = Learner(rules)
    places = st.integers(0, len(rules) - 1)
    extra = data.draw(st.lists(st.tuples(places, st.integers(0, 99)), max_size=10))
    steps = data.draw(st.permutations([*((place, 100) for place in range(len(rules))), *extra]))
    advances = [learner.take(place, seconds) for place, seconds in steps]

    assert all(progress.completed_at is not None for progress in learner.progress)
    assert learner.enrollment.status is EnrollmentStatus.COMPLETED
    assert sum(advance.lesson_completed for advance in advances) == len(rules)
    assert [advance.course_completed for advance in advances].count(True) == 1
    assert learner.enrollment.completed_at == max(p.completed_at for p in learner.progress if p.completed_at)
    watched = [progress.watched_seconds for progress in learner.progress]
    assert watched == [100 if isinstance(rule, Watched) else 0 for rule in rules]


@given(RULES, st.lists(st.tuples(st.integers(0, 5), st.none() | st.integers(0, 120)), max_size=20))
def test_nothing_ever_goes_back_and_nothing_happens_twice(
    rules: list[CompletionRule], steps: list[tuple[int, int | None]]
):
    learner = Learner(rules)
    for wanted, seconds in steps:
        place = wanted % len(rules)
        progress = learner.progress[place]
        before = (progress.watched_seconds, progress.completed_at, learner.enrollment.completed_at)
        try:
            advance = learner.take(place, seconds)
        except LessonUnwatched:
            advance = Advance(changed=False)
        assert progress.watched_seconds >= before[0]
        assert before[1] is None or progress.completed_at == before[1]
        assert before[2] is None or learner.enrollment.completed_at == before[2]
        assert advance.lesson_completed == (before[1] is None and progress.completed_at is not None)
        assert advance.course_completed == (before[2] is None and learner.enrollment.completed_at is not None)
        after = (progress.watched_seconds, progress.completed_at, learner.enrollment.completed_at)
        assert advance.changed == (after != before)
    all_done = all(progress.completed_at is not None for progress in learner.progress)
    assert (learner.enrollment.completed_at is not None) == all_done


def fresh() -> tuple[Enrollment, LessonProgress]:
    learner = Learner([Viewed()])
    return learner.enrollment, learner.progress[0]


def a_step(rule: CompletionRule, *reasons: Reason, others: int = 1) -> Step:
    return Step(lesson_id=LESSON, rule=rule, reasons=reasons, others=others, others_completed=0)


def test_a_locked_lesson_says_why_and_a_completed_one_stays_open():
    other = LessonId(uuid7())
    reasons = (Reason(AfterLesson(other), other, 1), Reason(NotBefore(NOON)))
    enrollment, progress = fresh()
    for deed in (
        lambda: complete_lesson(enrollment, progress, a_step(Viewed(), *reasons), at=NOON),
        lambda: watch_lesson(enrollment, progress, a_step(Watched(10), *reasons), seconds=20, at=NOON),
    ):
        with pytest.raises(LessonLocked) as refused:
            deed()
        found = [(error.pointer, error.code) for error in refused.value.errors]
        assert found == [("/unlock/0", "unlock.after_lesson"), ("/unlock/1", "unlock.not_before")]
        assert str(other) in refused.value.errors[0].detail
        assert "2025-04-10T12:00:00Z" in refused.value.errors[1].detail
    assert (progress.watched_seconds, progress.completed_at) == (0, None)

    progress.completed_at = NOON
    assert complete_lesson(enrollment, progress, a_step(Viewed(), *reasons), at=NOON) == Advance(changed=False)


def test_a_video_is_completed_by_watching_alone():
    enrollment, progress = fresh()
    with pytest.raises(LessonUnwatched):
        complete_lesson(enrollment, progress, a_step(Watched(90)), at=NOON)
    assert watch_lesson(enrollment, progress, a_step(Watched(90)), seconds=89, at=NOON) == Advance(changed=True)
    assert watch_lesson(enrollment, progress, a_step(Watched(90)), seconds=10, at=NOON) == Advance(changed=False)
    done = watch_lesson(enrollment, progress, a_step(Watched(90)), seconds=90, at=NOON)
    assert done == Advance(changed=True, lesson_completed=True)


def test_what_is_no_video_is_not_watched():
    enrollment, progress = fresh()
    with pytest.raises(NothingToWatch):
        watch_lesson(enrollment, progress, a_step(Viewed()), seconds=10, at=NOON)


@pytest.mark.parametrize("kind", [Passed, Graded])
@given(least=st.integers(0, 100), scores=st.lists(st.integers(0, 100), min_size=1, max_size=8))
def test_what_is_graded_is_completed_by_the_first_score_that_is_enough_and_stays_so(
    kind: type[Passed | Graded], least: int, scores: list[int]
):
    enrollment, progress = fresh()
    first = next((place for place, score in enumerate(scores) if score >= least), None)
    for place, score in enumerate(scores):
        at = NOON + timedelta(hours=place)
        done = score_lesson(enrollment, progress, a_step(kind(least)), score=score, at=at)
        assert done.lesson_completed == (place == first)
        assert done.changed == (place == 0 or score != scores[place - 1])
    assert progress.score == scores[-1]
    assert progress.completed_at == (None if first is None else NOON + timedelta(hours=first))


@pytest.mark.parametrize("rule", [Passed(60), Graded(60)])
def test_nobody_says_alone_that_they_have_passed(rule: CompletionRule):
    enrollment, progress = fresh()
    for score in (None, 59):
        progress.score = score
        with pytest.raises(LessonUnpassed):
            complete_lesson(enrollment, progress, a_step(rule), at=NOON)
    progress.score = 60
    assert complete_lesson(enrollment, progress, a_step(rule), at=NOON).lesson_completed


def test_a_lesson_that_was_locked_meanwhile_is_graded_all_the_same():
    enrollment, progress = fresh()
    locked = a_step(Passed(60), Reason(NotBefore(NOON)), others=0)
    assert score_lesson(enrollment, progress, locked, score=60, at=NOON).course_completed


def test_a_lesson_added_later_takes_no_completion_away():
    enrollment, progress = fresh()
    assert complete_lesson(enrollment, progress, a_step(Viewed(), others=0), at=NOON).course_completed
    later = LessonProgress(lesson_id=LESSON, first_seen_at=NOON)
    done = complete_lesson(enrollment, later, a_step(Viewed(), others=5), at=NOON + timedelta(days=1))

    assert done == Advance(changed=True, lesson_completed=True)
    assert (enrollment.status, enrollment.completed_at) == (EnrollmentStatus.COMPLETED, NOON)


def test_saying_so_again_completes_a_course_whose_last_open_lesson_was_taken_away():
    enrollment, progress = fresh()
    progress.completed_at = NOON
    done = complete_lesson(enrollment, progress, a_step(Viewed(), others=0), at=NOON)

    assert done == Advance(changed=True, course_completed=True)


@pytest.mark.parametrize(
    ("duration", "share", "seconds"), [(100, 0.9, 90), (100, 0.07, 7), (101, 0.5, 51), (10, 1.0, 10), (10, 0.0, 0)]
)
def test_the_share_of_a_video(duration: int, share: float, seconds: int):
    assert Watched.share_of(duration, share) == Watched(seconds)


@given(st.integers(0, 500), st.integers(0, 500))
def test_a_hundred_percent_is_all_and_nothing_less(completed: int, rest: int):
    percent = percent_of(completed, completed + rest)
    assert 0 <= percent <= 100
    assert (percent == 100) == (rest == 0 and completed > 0)

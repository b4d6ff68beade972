from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from uuid_utils.compat import uuid7

from domain.learning.attempt import Attempt, AttemptOver
from domain.learning.quiz import AttemptsUsedUp, QuizClosed, QuizRules, Reveal, Score, Scoring
from domain.learning.quiz_check import settings_errors
from domain.shared.ids import AttemptId, EnrollmentId, LessonId
from tests.support.people import NOON

HOUR = timedelta(hours=1)
spans = st.none() | st.timedeltas(timedelta(seconds=10), timedelta(days=3))
scores = st.integers(1, 5000).flatmap(lambda possible: st.builds(Score, st.integers(0, possible), st.just(possible)))


def an_attempt(**given_: object) -> Attempt:
    fields = {"started_at": NOON, "deadline": NOON + HOUR, **given_}
    return Attempt(
        id=AttemptId(uuid7()), enrollment_id=EnrollmentId(uuid7()), lesson_id=LessonId(uuid7()), number=1,
        lesson_version=1, graded_version=1, seed=7, question_ids=("q",), **fields,  # type: ignore[arg-type] # as given
    )  # fmt: skip


@given(spans, spans, st.booleans(), st.timedeltas(timedelta(), HOUR))
def test_an_attempt_ends_with_its_limit_or_the_quiz_whichever_is_first(
    limit: timedelta | None, closing: timedelta | None, closes: bool, extension: timedelta
):
    rules = QuizRules(
        time_limit=limit,
        closes_at=None if closing is None else NOON + closing,
        closing_ends_attempts=closes,
    )
    deadline = rules.deadline(NOON, extension=extension)

    ends = [] if limit is None else [NOON + limit + extension]
    ends += [NOON + closing] if closes and closing is not None else []
    assert deadline == (min(ends) if ends else None)


def test_more_time_keeps_no_quiz_open_that_closes():
    rules = QuizRules(time_limit=HOUR, closes_at=NOON + HOUR)
    assert rules.deadline(NOON, extension=HOUR) == NOON + HOUR
    assert QuizRules(time_limit=HOUR).deadline(NOON, extension=HOUR) == NOON + 2 * HOUR


@pytest.mark.parametrize(
    ("hours", "made", "refusal"),
    [(-1, 0, QuizClosed), (0, 0, None), (1, 1, None), (1, 2, AttemptsUsedUp), (2, 0, QuizClosed)],
)
def test_when_an_attempt_may_begin(hours: int, made: int, refusal: type[Exception] | None):
    rules = QuizRules(opens_at=NOON, closes_at=NOON + 2 * HOUR, attempts_allowed=2)
    if refusal is None:
        rules.assert_may_begin(made=made, at=NOON + hours * HOUR)
        return
    with pytest.raises(refusal):
        rules.assert_may_begin(made=made, at=NOON + hours * HOUR)


@given(st.lists(scores, min_size=1, max_size=5))
def test_what_several_attempts_are_worth(some: list[Score]):
    best, last, average = (QuizRules(scoring=scoring).percent(some) for scoring in Scoring)
    percents = [score.percent for score in some]

    assert (best, last) == (max(percents), percents[-1])
    assert average is not None
    assert min(percents) <= average <= max(percents)
    assert all(0 <= percent <= 100 for percent in percents)


def test_one_hundred_percent_is_all_and_an_average_of_it_too():
    assert Score(999, 1000).percent == 99
    assert QuizRules(scoring=Scoring.AVERAGE).percent([Score(1, 3), Score(3, 3)]) == 66
    assert QuizRules(scoring=Scoring.AVERAGE).percent([Score(7, 7)] * 3) == 100
    assert QuizRules().percent([]) is None
    assert Score(0, 0).percent == 0


@pytest.mark.parametrize(
    ("reveals", "hours", "shown"),
    [(Reveal.HANDED_IN, 0, True), (Reveal.CLOSED, 0, False), (Reveal.CLOSED, 1, True), (Reveal.NEVER, 1, False)],
)
def test_when_answers_are_revealed(reveals: Reveal, hours: int, shown: bool):
    assert QuizRules(closes_at=NOON + HOUR, reveals=reveals).reveals_at(NOON + hours * HOUR) == shown


@given(st.timedeltas(timedelta(), 2 * HOUR))
def test_an_attempt_is_answered_until_its_deadline_and_not_a_moment_longer(passed: timedelta):
    attempt = an_attempt()
    if passed <= HOUR:
        attempt.assert_answerable(NOON + passed)
        return
    with pytest.raises(AttemptOver):
        attempt.assert_answerable(NOON + passed)


@given(st.timedeltas(timedelta(), timedelta(days=400)))
def test_what_time_hands_in_ended_at_its_deadline_however_late_that_was_seen(passed: timedelta):
    attempt = an_attempt()
    attempt.hand_in(Score(1, 2), at=NOON + passed)

    assert attempt.is_timed_out == (passed > HOUR)
    assert attempt.handed_in_at == NOON + min(passed, HOUR)
    assert not attempt.has_run_out(NOON + timedelta(days=500))
    with pytest.raises(AttemptOver):
        attempt.assert_answerable(NOON)


def test_without_a_deadline_time_never_hands_in():
    assert not an_attempt(deadline=None).has_run_out(NOON + timedelta(days=5000))


def test_a_regrade_says_whether_the_score_is_another():
    attempt = an_attempt()
    attempt.hand_in(Score(1, 2), at=NOON)

    assert not attempt.regrade(Score(1, 2), version=2)
    assert attempt.graded_version == 2
    assert attempt.regrade(Score(2, 2), version=3)
    assert attempt.score == Score(2, 2)


@pytest.mark.parametrize(
    ("opens", "closes", "reveals", "pointers"),
    [
        (None, None, Reveal.HANDED_IN, []),
        (0, 1, Reveal.CLOSED, []),
        (0, 0, Reveal.HANDED_IN, ["/closes_at"]),
        (1, 0, Reveal.HANDED_IN, ["/closes_at"]),
        (None, None, Reveal.CLOSED, ["/reveals"]),
    ],
)
def test_times_that_fit_no_quiz_are_named(opens: int | None, closes: int | None, reveals: Reveal, pointers: list[str]):
    first, last = (None if hours is None else NOON + hours * HOUR for hours in (opens, closes))

    assert [error.pointer for error in settings_errors(first, last, reveals)] == pointers

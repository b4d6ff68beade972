from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from uuid_utils.compat import uuid7

from domain.learning.assignment import Accepted, AssignmentClosed, AssignmentRules, LatePolicy, SubmissionsUsedUp
from domain.learning.submission import (
    GradeInvalid,
    Submission,
    SubmissionInvalid,
    Verdict,
    Work,
    checked_work,
    score_of,
)
from domain.shared.ids import EnrollmentId, LessonId, SubmissionId, UserId
from tests.support.people import NOON

DAY = timedelta(days=1)
BOTH = (Accepted.TEXT, Accepted.LINK)
TEACHER = UserId(uuid7())
RUBRIC = AssignmentRules(points=30, rubric={"isi": 20, "gaya": 10})


def a_submission(number: int = 1, **given_: Any) -> Submission:
    return Submission(
        id=SubmissionId(uuid7()),
        enrollment_id=EnrollmentId(uuid7()),
        lesson_id=LessonId(uuid7()),
        number=number,
        work=Work("Jawaban."),
        submitted_at=NOON,
        **given_,
    )


def graded(points: int, rules: AssignmentRules, lateness: timedelta = timedelta(), number: int = 1) -> Submission:
    submission = a_submission(number, lateness=lateness)
    assert submission.give(Verdict(points=points), rules, by=TEACHER, at=NOON)
    return submission


@pytest.mark.parametrize(
    ("days", "made", "refusal"),
    [(-1, 0, None), (0, 0, None), (1, 0, None), (1, 2, SubmissionsUsedUp), (3, 0, AssignmentClosed)],
)
def test_what_is_taken(days: int, made: int, refusal: type[Exception] | None):
    rules = AssignmentRules(due_at=NOON, closes_at=NOON + 2 * DAY, submissions_allowed=2)
    if refusal is None:
        rules.assert_takes(made=made, at=NOON + days * DAY)
        return
    with pytest.raises(refusal):
        rules.assert_takes(made=made, at=NOON + days * DAY)


def test_nothing_late_is_taken_where_that_is_the_policy():
    rules = AssignmentRules(due_at=NOON, late=LatePolicy.REFUSE)
    rules.assert_takes(made=0, at=NOON)
    with pytest.raises(AssignmentClosed):
        rules.assert_takes(made=0, at=NOON + timedelta(microseconds=1))


@pytest.mark.parametrize(
    ("late", "deducted"),
    [
        (timedelta(), 0),
        (timedelta(seconds=1), 800),
        (DAY, 800),
        (DAY + timedelta(seconds=1), 1600),
        (20 * DAY, 8000),
    ],
)
def test_each_day_that_has_begun_costs_its_share_of_what_was_earned(late: timedelta, deducted: int):
    rules = AssignmentRules(due_at=NOON, late=LatePolicy.DEDUCT, late_percent_per_day=10)

    assert rules.deduction(8000, late) == deducted


@given(
    st.integers(0, 10_000), st.timedeltas(timedelta(), 30 * DAY), st.timedeltas(timedelta(), DAY), st.integers(0, 100)
)
def test_coming_later_never_pays(earned: int, late: timedelta, later: timedelta, percent: int):
    rules = AssignmentRules(due_at=NOON, late=LatePolicy.DEDUCT, late_percent_per_day=percent)
    one, other = rules.deduction(earned, late), rules.deduction(earned, late + later)

    assert 0 <= one <= other <= earned
    assert AssignmentRules(due_at=NOON).deduction(earned, late) == 0


@given(st.integers(1, 1000), st.integers(0, 100_000), st.timedeltas(timedelta(), 30 * DAY))
def test_a_grade_is_between_nothing_and_all(points: int, given_points: int, late: timedelta):
    rules = AssignmentRules(points=points, due_at=NOON, late=LatePolicy.DEDUCT)
    submission = graded(min(given_points, points * 100), rules, late)

    assert submission.grade is not None
    assert 0 <= submission.grade.percent <= 100
    assert (submission.grade.percent == 100) == (submission.grade.earned - submission.grade.deducted == points * 100)


def test_a_rubric_sums_up():
    submission = a_submission()
    assert submission.give(Verdict(rubric={"isi": 1750, "gaya": 800}), RUBRIC, by=TEACHER, at=NOON)

    assert submission.grade is not None
    assert (submission.grade.earned, submission.grade.percent) == (2550, 85)
    assert (submission.version, submission.grade.graded_by) == (2, TEACHER)


def test_the_same_grade_again_is_no_change():
    submission = graded(5000, AssignmentRules())

    assert not submission.give(Verdict(points=5000), AssignmentRules(), by=None, at=NOON + DAY)
    assert submission.give(Verdict(points=5000, comment="Lagi."), AssignmentRules(), by=None, at=NOON + DAY)
    assert submission.version == 3


@pytest.mark.parametrize(
    ("verdict", "rules", "pointers"),
    [
        (Verdict(), AssignmentRules(), [""]),
        (Verdict(points=1, rubric={"isi": 1}), RUBRIC, [""]),
        (Verdict(points=10_001), AssignmentRules(), ["/points"]),
        (Verdict(points=-1), AssignmentRules(), ["/points"]),
        (Verdict(points=1, comment="a\0"), AssignmentRules(), ["/comment"]),
        (Verdict(rubric={"isi": 2001, "lain": 1}), RUBRIC, ["/rubric/lain", "/rubric/isi", "/rubric/gaya"]),
        (Verdict(rubric={}), AssignmentRules(), ["/rubric"]),
    ],
)
def test_a_grade_that_does_not_fit_is_named_and_not_given(
    verdict: Verdict, rules: AssignmentRules, pointers: list[str]
):
    submission = a_submission()
    with pytest.raises(GradeInvalid) as caught:
        submission.give(verdict, rules, by=TEACHER, at=NOON)
    assert [error.pointer for error in caught.value.errors] == pointers
    assert (submission.grade, submission.version) == (None, 1)


@pytest.mark.parametrize(
    ("work", "accepts", "pointers"),
    [
        (Work(), BOTH, [""]),
        (Work(" \n ", "  "), BOTH, [""]),
        (Work("x"), (Accepted.LINK,), ["/text"]),
        (Work(link="https://example.org"), (Accepted.TEXT,), ["/link"]),
        (Work(link="http://example.org"), BOTH, ["/link"]),
        (Work("x" * 100_001, "javascript:alert(1)"), BOTH, ["/text", "/link"]),
        (Work("a\0b"), BOTH, ["/text"]),
    ],
)
def test_what_cannot_be_handed_in_is_named(work: Work, accepts: tuple[Accepted, ...], pointers: list[str]):
    with pytest.raises(SubmissionInvalid) as caught:
        checked_work(work, accepts)
    assert [error.pointer for error in caught.value.errors] == pointers


def test_work_is_tidied():
    assert checked_work(Work(" a\r\nb ", " https://example.org/x "), BOTH) == Work("a\nb", "https://example.org/x")


def test_the_newest_grade_counts_and_a_newer_submission_without_one_does_not():
    rules = AssignmentRules()
    made = [graded(9000, rules, number=1), graded(4000, rules, number=2), a_submission(3)]

    assert score_of(made) == 40
    assert score_of(made[:1]) == 90
    assert score_of([made[2]]) is None

"""Numbers about questions and learners: item analysis and risk."""

from datetime import timedelta
from math import isclose
from statistics import StatisticsError, correlation

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.learning.item_analysis import (
    FEWEST,
    Flag,
    ItemSums,
    difficulty,
    discrimination,
    flags,
    rest_share,
)
from domain.learning.risk import Risk, Standing, risks
from tests.support.people import NOON

DAY = timedelta(days=1)
pairs = st.lists(st.tuples(st.integers(0, 300), st.integers(0, 10_000)), max_size=30)


def sums(marks: list[tuple[int, int]], possible: int = 300) -> ItemSums:
    return ItemSums(
        n=len(marks),
        possible=possible,
        x=sum(x for x, _ in marks),
        r=sum(r for _, r in marks),
        xx=sum(x * x for x, _ in marks),
        rr=sum(r * r for _, r in marks),
        xr=sum(x * r for x, r in marks),
    )


@given(pairs)
@settings(max_examples=60)
def test_from_sums_comes_what_the_textbook_computes_from_the_marks(marks: list[tuple[int, int]]):
    xs, rs = [x for x, _ in marks], [r for _, r in marks]
    found = discrimination(sums(marks))
    try:
        naive = correlation(xs, rs)
    except StatisticsError:
        assert found is None
        return
    assert found is not None
    assert isclose(found, naive, abs_tol=1e-4)
    assert -1 <= found <= 1


@given(pairs)
@settings(max_examples=60)
def test_difficulty_is_the_mean_share(marks: list[tuple[int, int]]):
    found = difficulty(sums(marks))

    assert (found is None) == (not marks)
    assert found is None or 0 <= found <= 1


def test_a_question_that_separates_perfectly_and_one_that_does_the_opposite():
    good = [(0, 2000)] * 5 + [(300, 9000)] * 5
    bad = [(300, 2000)] * 5 + [(0, 9000)] * 5

    assert (discrimination(sums(good)), difficulty(sums(good))) == (1.0, 0.5)
    assert discrimination(sums(bad)) == -1.0
    assert flags(sums(good)) == ()
    assert flags(sums(bad)) == (Flag.NEGATIVE,)


@pytest.mark.parametrize(
    ("marks", "expected"),
    [
        ([(300, 5000)] * 20, (Flag.TOO_EASY,)),
        ([(0, 5000)] * 20, (Flag.TOO_HARD,)),
        ([(0, 5000), (300, 5001)] * 5 + [(300, 4999), (0, 5000)] * 5, (Flag.POOR,)),
        ([(300, 5000)] * (FEWEST - 1), ()),
    ],
)
def test_what_an_author_might_look_at(marks: list[tuple[int, int]], expected: tuple[Flag, ...]):
    assert flags(sums(marks)) == expected


def test_the_rest_is_what_the_other_questions_gave():
    assert rest_share(earned=300, possible=500, x=100, item_possible=100) == 5000
    assert rest_share(earned=100, possible=100, x=100, item_possible=100) == 0


standings = st.builds(
    Standing,
    enrolled_at=st.integers(0, 60).map(lambda days: NOON - days * DAY),
    last_active_at=st.integers(0, 60).map(lambda days: NOON - days * DAY),
    percent=st.integers(0, 100),
    failing=st.integers(0, 3),
)


@given(standings, st.integers(0, 100), st.integers(0, 100), st.integers(0, 60))
def test_more_progress_and_later_deeds_never_put_anybody_at_risk(
    standing: Standing, median: int, more: int, later: int
):
    better = Standing(
        enrolled_at=standing.enrolled_at,
        last_active_at=min(NOON, standing.last_active_at + later * DAY),
        percent=min(100, standing.percent + more),
        failing=standing.failing,
    )

    assert set(risks(better, median_percent=median, at=NOON)) <= set(risks(standing, median_percent=median, at=NOON))


@pytest.mark.parametrize(
    ("enrolled", "active", "percent", "failing", "expected"),
    [
        (30, 1, 50, 0, ()),
        (30, 13, 50, 0, ()),
        (30, 14, 50, 0, (Risk.INACTIVE,)),
        (30, 1, 24, 0, (Risk.BEHIND,)),
        (30, 1, 25, 0, ()),
        (13, 1, 0, 0, ()),
        (30, 1, 50, 1, (Risk.FAILING,)),
        (30, 20, 0, 2, (Risk.INACTIVE, Risk.BEHIND, Risk.FAILING)),
    ],
)
def test_who_is_at_risk_where_the_median_is_fifty(
    enrolled: int, active: int, percent: int, failing: int, expected: tuple[Risk, ...]
):
    standing = Standing(
        enrolled_at=NOON - enrolled * DAY, last_active_at=NOON - active * DAY, percent=percent, failing=failing
    )

    assert risks(standing, median_percent=50, at=NOON) == expected

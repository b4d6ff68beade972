from decimal import ROUND_HALF_UP, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.catalog.rating import PRIOR_RATINGS, PRIOR_SUM, bayesian_average

RATINGS = st.lists(st.integers(1, 5), min_size=1, max_size=50)


@pytest.mark.parametrize(
    ("ratings", "average"), [([], None), ([5], 3.75), ([1], 3.08), ([5] * 100, 4.93), ([4, 5, 3], 3.69), ([3, 4], 3.5)]
)
def test_examples(ratings: list[int], average: float | None):
    assert bayesian_average(sum(ratings), len(ratings)) == average


@given(RATINGS)
def test_it_is_the_formula_to_the_last_digit(ratings: list[int]):
    exact = (Decimal(PRIOR_SUM) + sum(ratings)) / (PRIOR_RATINGS + len(ratings))
    rounded = float(exact.quantize(Decimal("0.01"), ROUND_HALF_UP))
    assert bayesian_average(sum(ratings), len(ratings)) == rounded


@given(RATINGS, st.integers(1, 4))
def test_a_better_rating_never_lowers_it(ratings: list[int], rating: int):
    total, count = sum(ratings), len(ratings) + 1
    assert bayesian_average(total + rating, count) <= bayesian_average(total + rating + 1, count)


@given(st.integers(1, 10**6))
def test_one_enthusiast_does_not_outshine_many_who_are_satisfied(count: int):
    assert bayesian_average(5, 1) < bayesian_average(4 * (count + 20), count + 20)
    assert 1 <= bayesian_average(count, count) < bayesian_average(5 * count, count) <= 5

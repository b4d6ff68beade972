from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.gamification.levels import LevelRules, level_of, threshold

RULES = LevelRules()


def test_the_first_ten():
    first = [0, 120, 276, 479, 742, 1085, 1531, 2110, 2863, 3842]
    assert [threshold(number, RULES) for number in range(1, 11)] == first


@given(st.integers(-1000, 10**9))
def test_a_level_is_where_the_total_is(total: int):
    level = level_of(total, RULES)
    assert level.begins_at == threshold(level.number, RULES)
    assert level.ends_at == threshold(level.number + 1, RULES)
    assert max(total, 0) >= level.begins_at
    assert total < level.ends_at


@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_more_is_never_less(total: int, more: int):
    assert level_of(total + more, RULES).number >= level_of(total, RULES).number


@pytest.mark.parametrize("factor", [Fraction(1), Fraction(13, 10), Fraction(2)])
def test_each_level_takes_at_least_as_much_as_the_one_before(factor: Fraction):
    rules = LevelRules(100, factor)
    steps = [threshold(n + 1, rules) - threshold(n, rules) for n in range(1, 30)]
    # Rounding may take one from a step and give it to the next.
    assert all(later >= earlier - 1 for earlier, later in pairwise(steps))

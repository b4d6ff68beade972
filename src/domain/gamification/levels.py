"""Levels follow from the total alone: each takes `factor` times what the one before it took."""

from bisect import bisect_right
from dataclasses import dataclass
from fractions import Fraction
from functools import cache, lru_cache

_FIRST = 20


@dataclass(frozen=True, slots=True)
class LevelRules:
    """Level 2 begins at `base` XP."""

    base: int = 120
    factor: Fraction = Fraction(13, 10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Level:
    """`begins_at` and `ends_at` are totals: the next level begins where this one ends."""

    number: int
    begins_at: int
    ends_at: int


@lru_cache(maxsize=4096)
def threshold(number: int, rules: LevelRules) -> int:
    """The total at which a level begins: `base * (1 + f + f^2 + ...)` with n - 1 terms, rounded half up.

    The sum of a geometric series, in fractions: no float decides who has a level.
    """
    terms = number - 1
    if rules.factor == 1:
        return rules.base * terms
    exact = rules.base * (1 - rules.factor**terms) / (1 - rules.factor)
    return int(exact + Fraction(1, 2))


@cache
def _first_levels(base: int, numerator: int, denominator: int) -> tuple[int, ...]:
    """Where those begin that nearly everybody has; by whole numbers, since to hash a fraction takes longer."""
    rules = LevelRules(base, Fraction(numerator, denominator))
    return tuple(threshold(number, rules) for number in range(1, _FIRST + 2))


def level_of(total: int, rules: LevelRules) -> Level:
    """The highest level whose threshold the total has reached; level 1 is everybody's, whatever was corrected."""
    first = _first_levels(rules.base, rules.factor.numerator, rules.factor.denominator)
    if 0 <= total < first[-1]:
        number = bisect_right(first, total)
        return Level(number=number, begins_at=first[number - 1], ends_at=first[number])
    above = 2
    while total >= threshold(above, rules):
        above *= 2
    # Levels may be as small as a point: a search, lest whoever has many points waits for each of their levels.
    number = 1 + bisect_right(range(2, above + 1), total, key=lambda each: threshold(each, rules))
    return Level(number=number, begins_at=threshold(number, rules), ends_at=threshold(number + 1, rules))

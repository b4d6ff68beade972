"""Classical test theory: how hard a question is, and whether who knows more answers it rightly more often.

Difficulty is the mean share of its points that learners got, `p = mean(x) / max` (for right or wrong answers: the share
of right ones). Discrimination is the corrected item-total correlation: Pearson's r between the points for the question
and the share of all other points that the same learner got; without the correction a question would correlate with
itself. Source: Crocker & Algina, Introduction to Classical and Modern Test Theory (1986), chapters 5 and 14. Papers may
ask different questions, so the rest is a share of what was possible there and not a sum.

Only the first attempt of each learner counts: who takes a quiz again knows its questions.
"""

from dataclasses import dataclass
from enum import StrEnum
from math import sqrt

BASIS_POINTS = 10_000
"""The rest of a paper is measured in these, rounded down: sums of integers are the same in every store."""

TOO_EASY, TOO_HARD = 0.9, 0.3
"""Beyond these a question tells little of learners apart; a common rule of thumb for achievement tests."""

POOR = 0.2
"""Below it a question is to be revised or dropped (Ebel & Frisbie, Essentials of Educational Measurement, 1991)."""

FEWEST = 10
"""Of fewer learners nothing is concluded."""


class Flag(StrEnum):
    TOO_EASY = "too_easy"
    TOO_HARD = "too_hard"
    POOR = "poor_discrimination"
    NEGATIVE = "negative_discrimination"


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemSums:
    """Of one question over `n` learners: `x` hundredths of points of `possible` ones, `r` the rest in basis points."""

    n: int
    possible: int
    x: int
    r: int
    xx: int
    rr: int
    xr: int


def rest_share(earned: int, possible: int, x: int, item_possible: int) -> int:
    """What a learner got of all other points, in basis points; 0 where there are none."""
    others = possible - item_possible
    return (earned - x) * BASIS_POINTS // others if others > 0 else 0


def difficulty(sums: ItemSums) -> float | None:
    """From 0, nobody knows it, to 1, everybody does; None of nobody."""
    return round(sums.x / (sums.n * sums.possible), 4) if sums.n and sums.possible else None


def discrimination(sums: ItemSums) -> float | None:
    """From -1 to 1; None where all got the same, for the question or for the rest."""
    spread = (sums.n * sums.xx - sums.x**2) * (sums.n * sums.rr - sums.r**2)
    if spread <= 0:
        return None
    return round((sums.n * sums.xr - sums.x * sums.r) / sqrt(spread), 4)


def flags(sums: ItemSums) -> tuple[Flag, ...]:
    """What its author might look at; nothing of fewer than `FEWEST` learners."""
    hard, apart = difficulty(sums), discrimination(sums)
    if sums.n < FEWEST or hard is None:
        return ()
    found = [Flag.TOO_EASY] if hard > TOO_EASY else [Flag.TOO_HARD] if hard < TOO_HARD else []
    if apart is not None and apart < POOR:
        found.append(Flag.NEGATIVE if apart < 0 else Flag.POOR)
    return tuple(found)

"""What an answer is worth: a pure function of question and answer, so that grading again gives the same again.

An answer is JSON as `domain.learning.answers` reads it: an option's id, several of them, a truth value, a number, a
text, all items' ids in an order, or for each left side the id of a choice. None is an answer that was left blank.
"""

import unicodedata
from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any

from domain.learning.questions import (
    Matching,
    MultipleChoice,
    Numeric,
    Ordering,
    Question,
    ShortText,
    SingleChoice,
    Task,
    TrueFalse,
)

HUNDREDTHS = 100


def awarded(question: Question, answer: Any) -> int:
    """Hundredths of points, rounded half up; from 0 to 100 times the question's points."""
    exact = question.points * HUNDREDTHS * share_of(question.task, answer)
    return int(exact + Fraction(1, 2))


def share_of(task: Task, answer: Any) -> Fraction:
    """How much of it is right, from 0 to 1.

    Partial credit: of several options, right ones less wrong ones; of an order, the neighbors that follow each other
    rightly; of a matching, the pairs that are right. Whoever chooses everything or guesses an order gets little.
    """
    if answer is None:
        return Fraction(0)
    match task:
        case MultipleChoice(options, correct):
            # An option that a correction has taken away counts neither way.
            return _choices(correct, {option.id for option in options}.intersection(answer))
        case Ordering(items):
            return _order([item.id for item in items], answer)
        case Matching():
            return _matching(task, answer)
        case _:
            return Fraction(int(_is_right(task, answer)))


def normalized(text: str) -> str:
    """One spelling for what people mean to be one answer: compatible forms, no case, single blanks (UAX 15, NFKC)."""
    return " ".join(unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold()).split())


def _is_right(task: SingleChoice | TrueFalse | Numeric | ShortText, answer: Any) -> bool:
    match task:
        case Numeric():
            return _is_near(task, answer)
        case ShortText(accepted):
            return normalized(answer) in {normalized(text) for text in accepted}
        case _:
            return bool(answer == task.correct)


def _choices(correct: frozenset[str], chosen: set[str]) -> Fraction:
    surplus = len(chosen & correct) - len(chosen - correct)
    return Fraction(max(0, surplus), len(correct))


def _is_near(task: Numeric, answer: float) -> bool:
    # By the digits that people wrote: 0.3 differs from 0.2 by 0.1, which binary fractions deny.
    correct, tolerance, given = (Decimal(repr(float(value))) for value in (task.correct, task.tolerance, answer))
    return abs(given - correct) <= tolerance


def _order(correct: Sequence[str], answer: Sequence[str]) -> Fraction:
    right = set(pairwise(correct))
    return Fraction(sum(each in right for each in pairwise(answer)), len(right))


def _matching(task: Matching, answer: dict[str, str]) -> Fraction:
    texts = {choice.id: choice.text for choice in task.choices}
    right = sum(texts.get(answer.get(pair.id, "")) == pair.right for pair in task.pairs)
    return Fraction(right, len(task.pairs))

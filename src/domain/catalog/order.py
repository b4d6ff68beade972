"""Positions in an order that is changed by touching one row: texts between any two of which there is another.

A position is a fraction between 0 and 1, its digits after the point written in base 62. Texts compare as the fractions
do, code point by code point (in PostgreSQL: `COLLATE "C"`), as long as no position ends with a zero.
"""

from collections.abc import Sequence
from dataclasses import dataclass

DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
BASE = len(DIGITS)
LENGTH = 40
"""The longest position that is handed out; where one would be longer, all are spread anew."""

_LAST = DIGITS[-1]


def between(before: str | None, after: str | None) -> str:
    """A position strictly between two others; None is the beginning or the end.

    At an end it grows by a digit for every 61 positions, in the same gap again and again by one for every five.
    """
    assert before is None or after is None or before < after, (before, after)
    if after is None:
        return _middle(0, BASE) if before is None else _next(before)
    return _previous(after) if before is None else _between(before, after)


def spread(count: int) -> list[str]:
    """As many positions as asked for, in order and in equal distances, with room between any two."""
    width = 1
    while BASE**width < BASE * (count + 1):
        width += 1
    return [_written((place + 1) * BASE**width // (count + 1), width) for place in range(count)]


@dataclass(frozen=True, slots=True)
class Insertion:
    """`position` of what comes in; `others`, where not None, are new positions of all that is there, in its order."""

    position: str
    others: Sequence[str] | None = None


def inserted(present: Sequence[str], index: int) -> Insertion:
    """How something comes to stand before the present number `index`, or last. `present` is in order."""
    before = present[index - 1] if index > 0 else None
    after = present[index] if index < len(present) else None
    position = between(before, after)
    if len(position) <= LENGTH:
        return Insertion(position)
    anew = spread(len(present) + 1)
    return Insertion(anew[index], [*anew[:index], *anew[index + 1 :]])


def _between(before: str, after: str) -> str:
    shared = 0
    # `before` goes on with zeros where it ends.
    while before[shared : shared + 1] == after[shared] or (shared >= len(before) and after[shared] == DIGITS[0]):
        shared += 1
    head = after[:shared]
    low = DIGITS.index(before[shared]) if shared < len(before) else 0
    high = DIGITS.index(after[shared])
    if high - low > 1:
        return head + _middle(low, high)
    if len(after) > shared + 1:
        return head + after[shared]
    return head + DIGITS[low] + between(before[shared + 1 :] or None, None)


def _middle(low: int, high: int) -> str:
    return DIGITS[(low + high) // 2]


def _next(position: str) -> str:
    """The first digit that can grow grows, and the rest is left out."""
    full = len(position) - len(position.lstrip(_LAST))
    return position[:full] + (DIGITS[DIGITS.index(position[full]) + 1] if full < len(position) else DIGITS[1])


def _previous(position: str) -> str:
    """The first digit that isn't zero shrinks, and the rest is left out."""
    empty = len(position) - len(position.lstrip(DIGITS[0]))
    head, digit, rest = position[:empty], DIGITS.index(position[empty]), position[empty + 1 :]
    if digit > 1:
        return head + DIGITS[digit - 1]
    return head + DIGITS[1] if rest else head + DIGITS[0] + _LAST


def _written(number: int, width: int) -> str:
    digits = []
    for _ in range(width):
        number, digit = divmod(number, BASE)
        digits.append(DIGITS[digit])
    return "".join(reversed(digits)).rstrip(DIGITS[0])

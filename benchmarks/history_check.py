"""What clients were told, and what they tried, against what is stored in the end: everything that can't be.

It knows nothing of how the product works.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

Item = tuple[str, str]
"""A learner and a lesson."""


@dataclass(slots=True)
class History:
    """What clients tried, and what they were told: `rewards` are XP that an answer said were granted for an item.

    `totals` are what each learner read of their own XP, one reading after the other. `unknown` counts answers that
    never came.
    """

    tried: set[Item] = field(default_factory=set)
    told: set[Item] = field(default_factory=set)
    rewards: list[tuple[Item, int]] = field(default_factory=list)
    totals: dict[str, list[int]] = field(default_factory=dict)
    unknown: int = 0
    refused: Counter[int] = field(default_factory=Counter)


@dataclass(frozen=True, slots=True)
class Entry:
    user: str
    number: int
    rule: str
    source: str
    decision: str
    amount: int


@dataclass(frozen=True, slots=True)
class Stored:
    """`players` by learner: XP and number of entries. `boards` is the order of all learners as each server shows it."""

    entries: Sequence[Entry]
    players: Mapping[str, tuple[int, int]]
    order: Sequence[int]
    boards: Sequence[Sequence[int]] = ()


def violations(history: History, stored: Stored) -> list[str]:
    """Everything that can't be, in words; nothing for a history that may have happened."""
    return [*_of_items(history, stored), *_of_players(history, stored), *_of_reads(history, stored)]


def _of_items(history: History, stored: Stored) -> Iterator[str]:
    granted = Counter((e.user, e.rule, e.source) for e in stored.entries if e.decision == "granted")
    yield from (f"paid {count} times: {key}" for key, count in granted.items() if count > 1)
    decided = {(e.user, e.source) for e in stored.entries if e.rule == "lesson.completed"}
    yield from (f"acknowledged and lost: {item}" for item in history.told - decided)
    yield from (f"never tried: {item}" for item in decided - history.tried)
    rewarded = Counter(item for item, _ in history.rewards)
    yield from (f"{count} answers with a reward: {item}" for item, count in rewarded.items() if count > 1)


def _of_players(history: History, stored: Stored) -> Iterator[str]:
    entries: dict[str, list[Entry]] = {}
    for entry in stored.entries:
        entries.setdefault(entry.user, []).append(entry)
    told: Counter[str] = Counter()
    for (user, _), amount in history.rewards:
        told[user] += amount
    for user, (xp, count) in stored.players.items():
        theirs = entries.get(user, [])
        if xp != sum(entry.amount for entry in theirs):
            yield f"a balance that is no sum: {user}"
        if sorted(entry.number for entry in theirs) != list(range(1, count + 1)):
            yield f"entries with a gap, or twice: {user}"
        if told[user] > xp:
            yield f"more was told than there is: {user}"


def _of_reads(history: History, stored: Stored) -> Iterator[str]:
    for user, totals in history.totals.items():
        if totals != sorted(totals):
            yield f"a total that went back: {user}"
        if totals and totals[-1] > stored.players[user][0]:
            yield f"a total that is gone: {user}"
    for number, board in enumerate(stored.boards):
        if list(board) != list(stored.order[: len(board)]):
            yield f"server {number}'s board isn't the order"

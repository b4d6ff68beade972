"""A player recomputed from what was written down: what is stored has to equal it."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeVar

from domain.gamification.badges import BadgeTier
from domain.gamification.deeds import LESSON_COMPLETED
from domain.gamification.ledger import Decision, LedgerEntry, total_of
from domain.gamification.player import Player
from domain.gamification.ruleset import Ruleset
from domain.gamification.streak import streak_of
from domain.shared.ids import UserId

Key = TypeVar("Key")


@dataclass(frozen=True, slots=True)
class Score:
    xp: int
    reached_at: datetime


def replay(
    user_id: UserId,
    entries: Sequence[LedgerEntry],
    days: Collection[date],
    free_days: Collection[date],
    badges: Collection[BadgeTier],
    rules: Ruleset,
) -> Player:
    """`entries` in the order in which they were written, `days` those with activity, `badges` those that are held."""
    xp, reached_at = total_of(entries)
    firsts = list(_firsts(entries))
    day = max([*days, *(entry.local_date for entry in entries if _is_of_a_turn(entry))], default=None)
    today = [entry for entry in entries if entry.local_date == day and _is_of_a_turn(entry)]
    completions = [entry.at for entry in firsts if entry.rule == LESSON_COMPLETED]
    return Player(
        user_id=user_id,
        entries=len(entries),
        xp=xp,
        reached_at=reached_at,
        tallies=_tallies(firsts),
        streak=streak_of(days, free_days, rules.streak),
        day=day,
        day_xp=sum(entry.amount for entry in today if entry.rule not in rules.limits.exempt),
        day_tallies=_tallies(entry for entry in firsts if entry.local_date == day),
        recent=tuple(completions[-rules.limits.completions :]),
        badges=frozenset(badges),
    )


def scores_of(entries: Iterable[LedgerEntry], key: Callable[[LedgerEntry], Key | None]) -> dict[Key, Score]:
    """What the entries of each key add up to, and when that was reached; entries without a key count for none."""
    scores: dict[Key, Score] = {}
    for entry in entries:
        of = key(entry)
        if of is not None and entry.amount:
            scores[of] = Score((scores[of].xp if of in scores else 0) + entry.amount, entry.at)
    return scores


def _is_of_a_turn(entry: LedgerEntry) -> bool:
    return entry.decision is not Decision.CORRECTED


def _firsts(entries: Iterable[LedgerEntry]) -> Iterable[LedgerEntry]:
    """The first decision about each item by each rule."""
    seen: set[tuple[str, str]] = set()
    for entry in entries:
        if _is_of_a_turn(entry) and (entry.rule, entry.source) not in seen:
            seen.add((entry.rule, entry.source))
            yield entry


def _tallies(entries: Iterable[LedgerEntry]) -> dict[str, int]:
    return dict(sorted(Counter(entry.rule for entry in entries).items()))

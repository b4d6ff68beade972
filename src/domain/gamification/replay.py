"""A player recomputed from what was written down: what is stored has to equal it.

Each entry and each day keeps the version of the rules that it was decided under, and is replayed under that one: so the
numbers that follow are what they were, whatever was published since.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
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
    days: Mapping[date, int],
    free_days: Collection[date],
    badges: Collection[BadgeTier],
    rulesets: Mapping[int, Ruleset],
) -> Player:
    """`entries` in the order in which they were written, `badges` those that are held.

    `days` are those with activity, each with the version that it was counted by, `rulesets` all that are named, by it.
    """
    xp, reached_at = total_of(entries)
    firsts = list(_firsts(entries))
    day = max([*days, *(entry.local_date for entry in entries if _is_of_a_turn(entry))], default=None)
    today = [entry for entry in entries if entry.local_date == day and _is_of_a_turn(entry)]
    return Player(
        user_id=user_id,
        entries=len(entries),
        xp=xp,
        reached_at=reached_at,
        tallies=_tallies(firsts),
        streak=streak_of({each: rulesets[version].streak for each, version in days.items()}, free_days),
        day=day,
        day_xp=sum(entry.amount for entry in today if entry.rule not in rulesets[entry.ruleset].limits.exempt),
        day_tallies=_tallies(entry for entry in firsts if entry.local_date == day),
        recent=_recent(firsts, rulesets),
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


def _recent(firsts: Iterable[LedgerEntry], rulesets: Mapping[int, Ruleset]) -> tuple[datetime, ...]:
    """The last completions: after each, as many are remembered as its rules ask for."""
    recent: tuple[datetime, ...] = ()
    for entry in firsts:
        if entry.rule == LESSON_COMPLETED:
            recent = (*recent, entry.at)[-rulesets[entry.ruleset].limits.completions :]
    return recent


def _tallies(entries: Iterable[LedgerEntry]) -> dict[str, int]:
    return dict(sorted(Counter(entry.rule for entry in entries).items()))

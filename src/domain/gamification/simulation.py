"""History under other rules: each claim that was ever made, in its order, decided anew.

What the ledger doesn't tell can't be told here either. What a class has won stays won, at the price of the rules that
are tried: others' deeds are not replayed beside one's own. A quiz claims what its percents were then, so other percents
show nothing; the grade of an assignment is known from what it was paid, and taken for 100 % where it was paid nothing.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from domain.gamification.badges import BadgeTier, earned
from domain.gamification.deeds import ASSIGNMENT_GRADED, QUEST_COMPLETED, Claim
from domain.gamification.ledger import Decision, LedgerEntry, Outcome, Standing, decide, total_of
from domain.gamification.play import corrected
from domain.gamification.player import Player
from domain.gamification.quests import is_daily, quests_of, reached, source_of
from domain.gamification.ruleset import Ruleset
from domain.gamification.streak import after
from domain.shared.ids import UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class Holdings:
    """What a learner has: XP in all and by rule, when that was reached, and badges."""

    xp: int
    reached_at: datetime | None
    by_rule: Mapping[str, int]
    badges: frozenset[BadgeTier]


@dataclass(frozen=True, slots=True, kw_only=True)
class History:
    """Of one learner: entries in the order of their numbers, and the instants at which days became active."""

    user_id: UserId
    entries: Sequence[LedgerEntry]
    days: Mapping[date, datetime]
    free_days: Collection[date]
    badges: frozenset[BadgeTier]

    def recorded(self) -> Holdings:
        xp, reached_at = total_of(self.entries)
        by_rule: Counter[str] = Counter()
        for entry in self.entries:
            by_rule[entry.rule] += entry.amount
        return Holdings(xp=xp, reached_at=reached_at, by_rule=by_rule, badges=self.badges)


@dataclass(frozen=True, slots=True)
class Simulated:
    """`assumed` are grants whose amount follows from a grade that the ledger doesn't tell exactly."""

    holdings: Holdings
    assumed: int


@dataclass(slots=True)
class _Turn:
    """Entries that were decided at once; none where somebody learned and claimed nothing."""

    at: datetime
    day: date
    entries: list[LedgerEntry] = field(default_factory=list)
    is_active: bool = False

    def goes_on_with(self, entry: LedgerEntry) -> bool:
        """What a turn wins by quests comes last in it, and somebody may earn with all of it or with nothing."""
        last = self.entries[-1]
        is_one_role = (last.decision is Decision.INELIGIBLE) == (entry.decision is Decision.INELIGIBLE)
        has_won = _follows_from_the_day(last) and not _follows_from_the_day(entry)
        is_corrected = Decision.CORRECTED in (last.decision, entry.decision)
        return (entry.at, entry.local_date) == (self.at, self.day) and is_one_role and not has_won and not is_corrected


def simulate(history: History, rules: Ruleset, rulesets: Mapping[int, Ruleset]) -> Simulated:
    """`rules` are tried; `rulesets` are those that the entries were decided under, by version.

    Under the rules that all of it was decided under, it is what is recorded.
    """
    replay = _Replay(history, rules, rulesets)
    for turn in _turns(history.entries, history.days):
        if turn.entries and turn.entries[0].decision is Decision.CORRECTED:
            replay.correct(turn.entries[0])
        else:
            replay.take(turn)
    player = replay.player
    holdings = Holdings(xp=player.xp, reached_at=player.reached_at, by_rule=replay.by_rule, badges=player.badges)
    return Simulated(holdings, replay.assumed)


class _Replay:
    def __init__(self, history: History, rules: Ruleset, rulesets: Mapping[int, Ruleset]) -> None:
        self.player = Player(user_id=history.user_id)
        self.by_rule: Counter[str] = Counter()
        self.assumed = 0
        self._free_days = history.free_days
        self._rules = rules
        self._rulesets = rulesets
        self._decided: dict[tuple[str, str], bool] = {}
        self._may_earn = True

    def correct(self, entry: LedgerEntry) -> None:
        self.by_rule[entry.rule] += entry.amount
        self.player = corrected(self.player, entry, self._rules).player

    def take(self, turn: _Turn) -> None:
        rules, before = self._rules, _on_day(self.player, turn.day)
        if turn.entries:
            self._may_earn = all(entry.decision is not Decision.INELIGIBLE for entry in turn.entries)
        made = [entry for entry in turn.entries if not _follows_from_the_day(entry)]
        self.player = before
        outcomes = self._decide([self._claim(entry) for entry in made], turn.at)
        self.assumed += sum(_is_assumed(entry, outcome) for entry, outcome in zip(made, outcomes, strict=True))
        won = reached(quests_of(before.user_id, turn.day, rules.quests), before.day_tallies, self.player.day_tallies)
        price = rules.prices.amounts[QUEST_COMPLETED]
        self._decide([Claim(QUEST_COMPLETED, source_of(quest, turn.day), None, price) for quest in won], turn.at)
        if turn.is_active:
            streak = after(self.player.streak, turn.day, self._free_days, rules.streak)
            self.player = replace(self.player, streak=streak)
        if self._may_earn:
            held = self.player.badges
            new = earned(rules.badges, self.player.numbers(rules.levels), held)
            self.player = replace(self.player, badges=held | frozenset(new))

    def _decide(self, claims: Sequence[Claim], at: datetime) -> list[Outcome]:
        if not claims:
            return []
        player, keys = self.player, {(claim.rule, claim.source) for claim in claims}
        standing = Standing(
            may_earn=self._may_earn,
            day_xp=player.day_xp,
            day_ends=at,
            recent=player.recent,
            decided={key: self._decided[key] for key in keys if key in self._decided},
        )
        outcomes, standing = decide(claims, standing, self._rules.limits, now=at)
        self._decided.update(standing.decided)
        amount = sum(outcome.amount for outcome in outcomes)
        firsts = [outcome.claim.rule for outcome in outcomes if outcome.is_first]
        for outcome in outcomes:
            self.by_rule[outcome.claim.rule] += outcome.amount
        self.player = replace(
            player,
            xp=player.xp + amount,
            reached_at=at if amount else player.reached_at,
            tallies=_with(player.tallies, firsts),
            day_tallies=_with(player.day_tallies, firsts),
            day_xp=standing.day_xp,
            recent=standing.recent,
        )
        return outcomes

    def _claim(self, entry: LedgerEntry) -> Claim:
        price = self._rules.prices.amounts[entry.rule]
        if entry.rule == ASSIGNMENT_GRADED:
            was = self._rulesets.get(entry.ruleset, self._rules).prices.amounts[entry.rule]
            full = _full_amount(entry, was)
            # Rounded half up, as grades are.
            price = (2 * price * full + was) // (2 * was) if was else price
        return Claim(entry.rule, entry.source, entry.course_id, price)


def _follows_from_the_day(entry: LedgerEntry) -> bool:
    """Quests of a day are won anew, or not; all other claims were made."""
    return entry.rule == QUEST_COMPLETED and is_daily(entry.source)


def _full_amount(entry: LedgerEntry, price: int) -> int:
    """What an assignment claimed: half of it may have been granted, or nothing."""
    if entry.decision is not Decision.GRANTED:
        return price
    return entry.amount if entry.reason is None else min(2 * entry.amount, price)


def _is_assumed(entry: LedgerEntry, outcome: Outcome) -> bool:
    is_known = entry.decision is Decision.GRANTED and entry.reason == outcome.reason
    return entry.rule == ASSIGNMENT_GRADED and outcome.decision is Decision.GRANTED and not is_known


def _on_day(player: Player, day: date) -> Player:
    return player if player.day == day else replace(player, day=day, day_xp=0, day_tallies={})


def _with(tallies: Mapping[str, int], rules: Iterable[str]) -> dict[str, int]:
    counted = dict(tallies)
    for rule in rules:
        counted[rule] = counted.get(rule, 0) + 1
    return counted


def _turns(entries: Sequence[LedgerEntry], days: Mapping[date, datetime]) -> list[_Turn]:
    turns: list[_Turn] = []
    for entry in entries:
        if not turns or not turns[-1].goes_on_with(entry):
            turns.append(_Turn(entry.at, entry.local_date))
        turns[-1].entries.append(entry)
    places = {(turn.day, turn.at): turn for turn in reversed(turns) if not _is_correction(turn)}
    for day, at in sorted(days.items()):
        if (day, at) in places:
            places[day, at].is_active = True
        else:
            place = bisect_right(turns, (day, at), key=lambda turn: (turn.day, turn.at))
            turns.insert(place, _Turn(at, day, is_active=True))
    return turns


def _is_correction(turn: _Turn) -> bool:
    return turn.entries[0].decision is Decision.CORRECTED

"""One turn of the game: what a learner's deeds bring them, decided at one instant by one ruleset."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, tzinfo
from uuid import UUID

from domain.gamification.badges import BadgeTier, corrected_by_total, earned, undone
from domain.gamification.deeds import CORRECTION, Deed, QuestCompleted, claims_of, is_activity
from domain.gamification.ledger import Decision, LedgerEntry, Outcome, Standing, decide
from domain.gamification.local_days import day_ends, day_for
from domain.gamification.player import Player
from domain.gamification.quests import Quest, quests_of, reached, source_of
from domain.gamification.ruleset import Ruleset
from domain.gamification.streak import Streak, after, as_of
from domain.shared.ids import UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class Circumstances:
    """What surrounds a turn: where the learner is, whether they may earn, what was decided before, and free days."""

    zone: tzinfo
    may_earn: bool
    decided: Mapping[tuple[str, str], bool]
    free_days: Collection[date]


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """`before` is the player as `day` found them, `player` as they are now; `streak` is what is shown of theirs.

    `todays` are the quests of the day, `quests` those of them that were completed.
    """

    day: date
    before: Player
    player: Player
    streak: Streak
    entries: Sequence[LedgerEntry]
    todays: Sequence[Quest]
    quests: Sequence[Quest]
    badges: Sequence[BadgeTier]
    is_active: bool


def take_turn(
    player: Player,
    deeds: Sequence[Deed],
    around: Circumstances,
    rules: Ruleset,
    *,
    new_id: Callable[[], UUID],
    now: datetime,
) -> Turn:
    """Pays the deeds in their order, then the quests that they complete, then hangs up the badges.

    Deeds that leave no trace, since they claim nothing and nobody learned, change nothing.
    """
    day = day_for(now, around.zone, player.day)
    before = _on_day(player, day)
    claims = [claim for deed in deeds for claim in claims_of(deed, rules.prices)]
    is_active = any(is_activity(deed) for deed in deeds)
    todays = quests_of(player.user_id, day, rules.quests)
    if not claims and not is_active:
        shown = as_of(player.streak, day, around.free_days)
        return Turn(
            day=day, before=before, player=player, streak=shown, entries=(), todays=todays, quests=(), badges=(),
            is_active=False,
        )  # fmt: skip

    standing = _standing(before, day, around)
    outcomes, standing = decide(claims, standing, rules.limits, now=now)
    played = _credited(before, outcomes, standing, now)
    quests = reached(todays, before.day_tallies, played.day_tallies)
    prizes = [claim for quest in quests for claim in claims_of(QuestCompleted(source_of(quest, day)), rules.prices)]
    won, standing = decide(prizes, standing, rules.limits, now=now)
    if won:
        played = _credited(played, won, standing, now)
    if is_active:
        played = replace(played, streak=after(played.streak, day, around.free_days, rules.streak))
    badges = earned(rules.badges, played.numbers(rules.levels), played.badges) if around.may_earn else []
    return Turn(
        day=day,
        before=before,
        player=replace(played, badges=played.badges | frozenset(badges)),
        streak=as_of(played.streak, day, around.free_days),
        entries=_entries((*outcomes, *won), before, day, rules.version, new_id, now),
        todays=todays,
        quests=quests,
        badges=badges,
        is_active=is_active,
    )


@dataclass(frozen=True, slots=True)
class Corrected:
    """`awarded` are badges that the player has reached by it, `revoked` those that they don't reach any more."""

    player: Player
    awarded: Sequence[BadgeTier]
    revoked: Sequence[BadgeTier]


def correction(
    player: Player, amount: int, rules: Ruleset, *, by: UserId, note: str, zone: tzinfo, new_id: Callable[[], UUID],
    now: datetime,
) -> LedgerEntry:  # fmt: skip
    """A row that adds to the total, or takes from it: no row that is there changes. It is no deed of the learner's."""
    entry_id = new_id()
    return LedgerEntry(
        id=entry_id, user_id=player.user_id, number=player.entries + 1, rule=CORRECTION, source=str(entry_id),
        course_id=None, decision=Decision.CORRECTED, amount=amount, reason=None, eligible_at=None, at=now,
        local_date=day_for(now, zone, player.day), ruleset=rules.version, by=by, note=note,
    )  # fmt: skip


def corrected(player: Player, entry: LedgerEntry, rules: Ruleset) -> Corrected:
    """What a correction leaves a player with. It moves badges for XP or a level, and no others: those are for deeds."""
    moved = replace(
        player,
        entries=player.entries + 1,
        xp=player.xp + entry.amount,
        reached_at=entry.at if entry.amount else player.reached_at,
    )
    badges, numbers = corrected_by_total(rules.badges), moved.numbers(rules.levels)
    revoked = undone(badges, numbers, player.badges) if entry.amount < 0 else []
    awarded = earned(badges, numbers, player.badges)
    held = (player.badges - frozenset(revoked)) | frozenset(awarded)
    return Corrected(replace(moved, badges=held), awarded, revoked)


def _on_day(player: Player, day: date) -> Player:
    """A new day begins with nothing."""
    return player if player.day == day else replace(player, day=day, day_xp=0, day_tallies={})


def _standing(player: Player, day: date, around: Circumstances) -> Standing:
    return Standing(
        may_earn=around.may_earn,
        day_xp=player.day_xp,
        day_ends=day_ends(day, around.zone),
        recent=player.recent,
        decided=around.decided,
    )


def _credited(player: Player, outcomes: Sequence[Outcome], standing: Standing, now: datetime) -> Player:
    amount = sum(outcome.amount for outcome in outcomes)
    items = Counter(outcome.claim.rule for outcome in outcomes if outcome.is_first)
    return replace(
        player,
        entries=player.entries + len(outcomes),
        xp=player.xp + amount,
        reached_at=now if amount else player.reached_at,
        tallies=_added(player.tallies, items),
        day_tallies=_added(player.day_tallies, items),
        day_xp=standing.day_xp,
        recent=standing.recent,
    )


def _added(tallies: Mapping[str, int], more: Mapping[str, int]) -> dict[str, int]:
    return {rule: tallies.get(rule, 0) + more.get(rule, 0) for rule in sorted({*tallies, *more})}


def _entries(
    outcomes: Sequence[Outcome],
    before: Player,
    day: date,
    ruleset: int,
    new_id: Callable[[], UUID],
    now: datetime,
) -> list[LedgerEntry]:
    return [
        LedgerEntry(
            id=new_id(),
            user_id=before.user_id,
            number=number,
            rule=outcome.claim.rule,
            source=outcome.claim.source,
            course_id=outcome.claim.course_id,
            decision=outcome.decision,
            amount=outcome.amount,
            reason=outcome.reason,
            eligible_at=outcome.eligible_at,
            at=now,
            local_date=day,
            ruleset=ruleset,
        )
        for number, outcome in enumerate(outcomes, start=before.entries + 1)
    ]

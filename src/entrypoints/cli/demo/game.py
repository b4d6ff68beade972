"""The demo's deeds, played by the rules of the game in the order in which they were done."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from application.gamification.ports import BadgeAward, Gains
from domain.gamification.deeds import Deed
from domain.gamification.ledger import Decision, LedgerEntry
from domain.gamification.play import Circumstances, take_turn
from domain.gamification.player import Player
from domain.gamification.ruleset_1 import RULESET_1
from domain.identity.user import User


@dataclass(slots=True)
class _Written:
    entries: list[LedgerEntry] = field(default_factory=list)
    days: dict[date, datetime] = field(default_factory=dict)
    awards: list[BadgeAward] = field(default_factory=list)
    decided: dict[tuple[str, str], bool] = field(default_factory=dict)


def play(user: User, deeds: Iterable[tuple[datetime, Deed]], *, new_id: Callable[[], UUID]) -> Gains:
    """All that a learner gained, to be stored at once for a player to whom nothing has happened yet."""
    player, written = Player(user_id=user.id), _Written()
    for at, deed in sorted(deeds, key=lambda each: each[0]):
        around = Circumstances(
            zone=ZoneInfo(user.time_zone), may_earn=True, decided=written.decided, free_days=frozenset()
        )
        turn = take_turn(player, [deed], around, RULESET_1, new_id=new_id, now=at)
        player = turn.player
        written.entries += turn.entries
        for entry in turn.entries:
            key = (entry.rule, entry.source)
            written.decided[key] = written.decided.get(key, False) or entry.decision is Decision.GRANTED
        if turn.is_active:
            written.days.setdefault(turn.day, at)
        written.awards += [BadgeAward(id=new_id(), badge=badge, awarded_at=at) for badge in turn.badges]
    return Gains(
        player=player, before=1, ruleset=RULESET_1.version, entries=written.entries, days=written.days,
        awards=written.awards,
    )  # fmt: skip

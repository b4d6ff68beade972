"""What was written down of players, to be compared with what is stored of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from application.gamification.ruleset_ports import RulesetRepository
from application.shared.unit import Unit
from domain.gamification.badges import BadgeTier
from domain.gamification.ledger import LedgerEntry
from domain.gamification.player import Player
from domain.gamification.replay import Score
from domain.shared.ids import CourseId, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayerState:
    """A player with their scores by week (its Monday) and by course."""

    player: Player
    weeks: Mapping[date, Score]
    courses: Mapping[CourseId, Score]


@dataclass(frozen=True, slots=True)
class ActiveDay:
    """When it became one, and the version of the rules that it was counted by."""

    at: datetime
    ruleset: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayerRecord:
    """`state` is what is stored; the rest is what it has to follow from. Entries are in the order of their numbers."""

    state: PlayerState
    entries: Sequence[LedgerEntry]
    days: Mapping[date, ActiveDay]
    free_days: frozenset[date]
    badges: frozenset[BadgeTier]


class PlayerRecords(Protocol):
    async def after(self, user_id: UserId | None, *, limit: int) -> Sequence[PlayerRecord]:
        """The next players by id; None: the first ones. Until the unit ends nobody adds anything to them."""
        ...

    async def store(self, state: PlayerState) -> None:
        """Replaces what is stored of a player, who was fetched in this unit, with all of their scores."""
        ...


class RecordUnit(Unit, Protocol):
    records: PlayerRecords
    rulesets: RulesetRepository

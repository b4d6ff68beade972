"""What the game needs of the world."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Protocol
from uuid import UUID

from domain.gamification.badges import BadgeTier
from domain.gamification.ledger import LedgerEntry
from domain.gamification.player import Player
from domain.gamification.ruleset import Ruleset
from domain.shared.errors import Conflict, NotFound
from domain.shared.ids import CourseId, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class PlayerAtHand:
    """A player as found for a deed.

    `decided` says of the items that were asked for, by rule and source, whether they have paid; items about which
    nothing was decided are left out. `free_days` are those since the last day of the streak.
    """

    player: Player
    version: int
    role: str
    time_zone: str
    owns_course: bool
    decided: Mapping[tuple[str, str], bool]
    free_days: frozenset[date]


@dataclass(frozen=True, slots=True, kw_only=True)
class BadgeAward:
    id: UUID
    badge: BadgeTier
    awarded_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What is told to a learner's open pages; `body` is JSON."""

    kind: str
    body: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Gains:
    """What a turn has changed: the player as they are now, and what is written of it.

    `before` is the version of the player that the turn was taken from, `ruleset` that of the rules. `days` count for
    the streak, each with the instant of a deed; one that counts already stays as it is.
    """

    player: Player
    before: int
    ruleset: int
    entries: Sequence[LedgerEntry] = ()
    days: Mapping[date, datetime] = field(default_factory=dict)
    awards: Sequence[BadgeAward] = ()
    revoked: Sequence[BadgeTier] = ()
    revoked_reason: str | None = None
    notice: Notice | None = None


class PlayerOvertaken(Conflict):
    """Somebody else took a turn for this player at the same moment."""

    code = "request.changed_meanwhile"


class PlayerNotFound(NotFound):
    code = "user.not_found"


class Players(Protocol):
    """Lock order: the course, the enrollment, then its player.

    `rules` are those in force, as far as this process knew when the unit began: to ask for them costs nothing.
    """

    rules: Ruleset

    async def after(self, user_id: UserId | None, *, limit: int) -> Sequence[Player]:
        """The next players by id, not locked; None: the first ones."""
        ...

    async def obtain(self, user_id: UserId) -> PlayerAtHand:
        """Locked as by `get`; who never enrolled becomes a player. Raises PlayerNotFound."""
        ...

    async def get(self, user_id: UserId, course_id: CourseId, sources: Collection[str]) -> PlayerAtHand:
        """Locked until the unit ends, if it is a transaction. Whoever ever enrolled is a player.

        What was decided about items is as of before waiting for the lock: they are to be items of an enrollment, or of
        a course, that is locked already.
        """
        ...

    async def save(self, gains: Gains) -> None:
        """Stores the player, and adds the rest to what is there, scores of week and course included.

        Raises:
            PlayerOvertaken: the player has another version by now; nothing is stored.
        """
        ...

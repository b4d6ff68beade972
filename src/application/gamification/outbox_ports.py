"""What was told to learners' open pages, kept for a while so that nothing is missed."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from application.shared.unit import Unit
from domain.shared.ids import UserId

STANDING = "standing"
"""The kind of what leaderboards alone are to know: somebody is seen by others, or no longer. Pages don't get it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """`number` rises with each notice of a learner, with gaps; `body` is JSON on one line."""

    user_id: UserId
    number: int
    kind: str
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tail:
    """Notices in the order of their numbers; the next ones are read from `position` on."""

    notices: Sequence[Told]
    position: int


class OutboxQueries(Protocol):
    """A learner's notices become visible in the order of their numbers: whoever writes one holds their player."""

    async def newest(self, user_id: UserId) -> int:
        """The highest number of a learner; 0 where nothing was told, or all is forgotten."""
        ...

    async def since(self, user_id: UserId, number: int, *, limit: int) -> Sequence[Told]:
        """A learner's notices in their order, the one with that number first if it is still there."""
        ...

    async def tail(self, position: int | None) -> Tail:
        """What became visible since that position, of all learners; some of it may have been in an earlier answer.

        None: nothing, but the position of now.
        """
        ...


class Outbox(Protocol):
    async def forget_before(self, instant: datetime) -> int:
        """How many were forgotten."""
        ...


class OutboxUnit(Unit, Protocol):
    outbox: Outbox

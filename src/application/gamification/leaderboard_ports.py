"""Leaderboards, and where they come from. Who is hidden, inactive or deleted is nowhere in them, nor counted."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from domain.gamification.leaderboard import Board, Order
from domain.shared.ids import CourseId, UserId


@dataclass(frozen=True, slots=True)
class Place:
    rank: int
    user_id: UserId
    xp: int


@dataclass(frozen=True, slots=True)
class Standing:
    """A learner's place as of a stamp, which rises with each change of theirs; None: they have none."""

    user_id: UserId
    stamp: int
    order: Order | None


@dataclass(frozen=True, slots=True)
class Improvement:
    """How much more somebody earned in a week than in the one before."""

    user_id: UserId
    xp: int
    gain: int


@dataclass(frozen=True, slots=True)
class Face:
    """What others see of a learner; None where they are not to be seen."""

    name: str | None
    is_visible: bool


class Leaderboards(Protocol):
    async def top(self, board: Board, *, limit: int) -> Sequence[Place]:
        """The first ones. Only who has more than 0 XP is on it."""
        ...

    async def around(self, board: Board, user_id: UserId, *, neighbors: int) -> Sequence[Place]:
        """A learner with so many on either side; nobody where they aren't on it."""
        ...

    async def place(self, board: Board, user_id: UserId) -> tuple[int | None, int]:
        """Their rank, None where they have none, and how many there are."""
        ...


class ProjectionAway(Exception):
    """The projection can't be asked, or isn't built: SQL is asked instead."""


class Projection(Leaderboards, Protocol):
    """A board kept ready. What it says is as of its position in the outbox. All raise ProjectionAway."""

    async def position(self, board: Board) -> int:
        """Where to go on reading; raises ProjectionAway where the board isn't built, or was lost."""
        ...

    async def put(self, board: Board, standings: Sequence[Standing], *, position: int) -> None:
        """Late or double ones change nothing: the higher stamp stays."""
        ...

    async def replace(self, board: Board, pages: AsyncIterator[Sequence[Standing]], *, position: int) -> None:
        """Builds the whole board aside and puts it in place at once."""
        ...


@dataclass(frozen=True, slots=True)
class Changed:
    """Whose standing may have changed since a position; None: too many to be told one by one."""

    user_ids: Sequence[UserId] | None
    position: int


class Standings(Protocol):
    """The truth that projections are made of."""

    async def changed_since(self, position: int | None, *, limit: int) -> Changed:
        """None: nobody, but the position of now."""
        ...

    async def of(self, board: Board, user_ids: Sequence[UserId]) -> Sequence[Standing]: ...

    def all(self, board: Board) -> AsyncIterator[Sequence[Standing]]:
        """Page by page, those who have a place."""
        ...

    async def faces(self, user_ids: Sequence[UserId]) -> Mapping[UserId, Face]: ...

    async def improved(self, week: date, *, limit: int) -> Sequence[Improvement]:
        """Who earned more in this week than in the one before, the greatest gain first."""
        ...

    async def may_see(self, course_id: CourseId, user_id: UserId) -> bool | None:
        """Whether they learn in it or own it; None where there is no such course."""
        ...

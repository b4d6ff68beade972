"""Leaderboards: an order of learners by XP, in which whoever reached a score first is ahead."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Self

from domain.shared.ids import CourseId, UserId


class Scope(StrEnum):
    ALL_TIME = "all-time"
    WEEK = "week"
    COURSE = "course"


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """One order: of all time, of a week (its Monday, in Asia/Jakarta), or of a course."""

    scope: Scope
    week: date | None = None
    course_id: CourseId | None = None

    @property
    def name(self) -> str:
        return ":".join(str(part) for part in (self.scope.value, self.week, self.course_id) if part is not None)


@dataclass(frozen=True, slots=True, order=True)
class Order:
    """What learners are sorted by, the first one first. Nobody stands beside another: ids decide at last."""

    below: int
    reached_at: datetime
    user_id: UserId

    @classmethod
    def of(cls, xp: int, reached_at: datetime, user_id: UserId) -> Self:
        return cls(-xp, reached_at, user_id)

    @property
    def xp(self) -> int:
        return -self.below


def percentile(rank: int, participants: int) -> int:
    """How many percent of the others are behind, rounded down; 100 for who is alone."""
    others = participants - 1
    return 100 if others == 0 else 100 * (participants - rank) // others

"""Quests of classes, week by week, out of what the ledger says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from application.gamification.ports import Players
from application.shared.unit import Unit
from domain.shared.ids import CourseId, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassProgress:
    """A course's week so far: `members` have completed a lesson, `reached` of them as many as it takes, I `done`."""

    course_id: CourseId
    course_title: str
    members: int
    reached: int
    done: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassResult:
    """How a class's week has ended: `reached` of `members` got there."""

    course_id: CourseId
    week: date
    members: int
    reached: int
    is_won: bool
    closed_at: datetime


class ClassQuests(Protocol):
    """A week is named by its Monday. Lessons count once, whether they paid or not; those of staff don't."""

    async def due(self, week: date, *, limit: int) -> Sequence[CourseId]:
        """Courses in which somebody learned in that week, and whose week isn't closed."""
        ...

    async def lessons(self, course_id: CourseId, week: date) -> Mapping[UserId, int]:
        """Of each who completed any."""
        ...

    async def lock(self, course_id: CourseId, week: date) -> None:
        """Until the unit ends, whoever else wants to pay or to close it waits."""
        ...

    async def close(self, result: ClassResult) -> None:
        """Where it is closed already, it stays as it is."""
        ...


class ClassQuestUnit(Unit, Protocol):
    class_quests: ClassQuests
    players: Players


class ClassQuestQueries(Protocol):
    async def mine(self, user_id: UserId, week: date, *, target: int) -> Sequence[ClassProgress]:
        """Of the courses that they are in, by title; at most `MOST_CLASSES`."""
        ...


MOST_CLASSES = 20

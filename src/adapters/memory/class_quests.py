from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date

from adapters.memory.tables import MemoryTables
from adapters.memory.user_queries import Committed
from application.gamification.class_quest_ports import (
    MOST_CLASSES,
    ClassProgress,
    ClassQuestQueries,
    ClassQuests,
    ClassResult,
)
from domain.catalog.naming import sort_key
from domain.gamification.deeds import LESSON_COMPLETED
from domain.gamification.ledger import Decision
from domain.gamification.quests import monday_of
from domain.learning.enrollment import EnrollmentStatus
from domain.shared.ids import CourseId, UserId


class MemoryClassQuests(ClassQuests):
    """Units come one at a time, so there is nothing to lock."""

    def __init__(self, tables: MemoryTables) -> None:
        self._tables = tables

    async def due(self, week: date, *, limit: int) -> Sequence[CourseId]:
        courses = {course_id for course_id, _ in _lessons(self._tables, week)}
        closed = self._tables.class_quests
        return sorted(course_id for course_id in courses if (course_id, week) not in closed)[:limit]

    async def lessons(self, course_id: CourseId, week: date) -> Mapping[UserId, int]:
        found = _lessons(self._tables, week)
        return {user_id: count for (course, user_id), count in found.items() if course == course_id}

    async def lock(self, course_id: CourseId, week: date) -> None:
        """Nobody else pays in this moment."""

    async def close(self, result: ClassResult) -> None:
        self._tables.class_quests.setdefault((result.course_id, result.week), result)


class MemoryClassQuestQueries(ClassQuestQueries):
    def __init__(self, committed: Committed) -> None:
        self._committed = committed

    async def mine(self, user_id: UserId, week: date, *, target: int) -> Sequence[ClassProgress]:
        tables = self._committed()
        lessons = _lessons(tables, week)
        joined = [
            tables.courses[each.course_id]
            for each in tables.enrollments.values()
            if each.user_id == user_id and each.status is not EnrollmentStatus.WITHDRAWN
        ]
        progress = []
        for course in sorted(joined, key=lambda course: (sort_key(course.content.title), course.id))[:MOST_CLASSES]:
            counts = {user: count for (course_id, user), count in lessons.items() if course_id == course.id}
            progress.append(
                ClassProgress(
                    course_id=course.id,
                    course_title=course.content.title,
                    members=len(counts),
                    reached=sum(count >= target for count in counts.values()),
                    done=counts.get(user_id, 0),
                )
            )
        return progress


def _lessons(tables: MemoryTables, week: date) -> Mapping[tuple[CourseId, UserId], int]:
    done = {
        (entry.course_id, entry.user_id, entry.source)
        for entry in tables.xp_ledger
        if entry.rule == LESSON_COMPLETED
        and entry.decision is not Decision.INELIGIBLE
        and entry.course_id is not None
        and monday_of(entry.at) == week
    }
    return Counter((course_id, user_id) for course_id, user_id, _ in done)

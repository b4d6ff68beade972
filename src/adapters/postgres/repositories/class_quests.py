from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Date,
    Integer,
    Select,
    Text,
    Uuid,
    and_,
    bindparam,
    exists,
    func,
    literal_column,
    select,
)
from sqlalchemy.dialects.postgresql import insert

from adapters.postgres.statement import Connection, Statement
from adapters.postgres.tables.catalog import courses
from adapters.postgres.tables.gamification import class_quests, xp_ledger
from application.gamification.class_quest_ports import ClassQuests, ClassResult
from domain.gamification.quests import week_ends
from domain.shared.ids import CourseId, UserId

_COLUMNS = ("course_id", "week", "members", "reached", "is_won", "closed_at")


def bounds(week: date) -> dict[str, datetime]:
    """The week's instants, for `is_of_week`."""
    return {"week_begins": week_ends(week - timedelta(weeks=1)), "week_ends": week_ends(week)}


def is_of_week(course_id: ColumnElement[Any]) -> ColumnElement[bool]:
    """Rows of a course's ledger that tell of a lesson completed within `bounds`, whether it paid or not."""
    at = xp_ledger.c.at
    return and_(
        xp_ledger.c.course_id == course_id,
        at >= bindparam("week_begins", type_=at.type),
        at < bindparam("week_ends", type_=at.type),
        xp_ledger.c.rule == literal_column("'lesson.completed'"),
        xp_ledger.c.decision != literal_column("'ineligible'"),
    )


def lessons_of(course_id: ColumnElement[Any]) -> Select[Any]:
    """`user_id` and `lessons` of each who completed any in a course and a week."""
    return (
        select(xp_ledger.c.user_id, func.count(xp_ledger.c.source.distinct()).label("lessons"))
        .where(is_of_week(course_id))
        .group_by(xp_ledger.c.user_id)
    )


_due = Statement(
    select(courses.c.id)
    .where(
        exists().where(is_of_week(courses.c.id)).correlate(courses),
        ~exists().where(class_quests.c.course_id == courses.c.id, class_quests.c.week == bindparam("week", type_=Date)),
    )
    .order_by(courses.c.id)
    .limit(bindparam("limit", type_=Integer))
)
_lessons = Statement(lessons_of(bindparam("course_id", type_=Uuid)))
_lock = Statement(
    select(func.pg_advisory_xact_lock(func.hashtextextended(bindparam("lock_name", type_=Text), literal_column("0"))))
)
_close = Statement(
    insert(class_quests)
    .values({name: bindparam(f"class_{name}", type_=class_quests.c[name].type) for name in _COLUMNS})
    .on_conflict_do_nothing()
)


class PostgresClassQuests(ClassQuests):
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def due(self, week: date, *, limit: int) -> Sequence[CourseId]:
        rows = await _due.rows(self._connection, week=week, limit=limit, **bounds(week))
        return [CourseId(row["id"]) for row in rows]

    async def lessons(self, course_id: CourseId, week: date) -> Mapping[UserId, int]:
        rows = await _lessons.rows(self._connection, course_id=course_id, **bounds(week))
        return {UserId(row["user_id"]): row["lessons"] for row in rows}

    async def lock(self, course_id: CourseId, week: date) -> None:
        await _lock.row(self._connection, lock_name=f"class_quests/{week}/{course_id}")

    async def close(self, result: ClassResult) -> None:
        await _close.run(self._connection, **{f"class_{name}": getattr(result, name) for name in _COLUMNS})

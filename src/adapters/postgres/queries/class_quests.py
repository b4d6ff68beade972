from collections.abc import Sequence
from datetime import date

from sqlalchemy import Integer, Uuid, bindparam, func, literal_column, select, true

from adapters.postgres.pool import Pool
from adapters.postgres.repositories.class_quests import bounds, lessons_of
from adapters.postgres.statement import Statement
from adapters.postgres.tables.catalog import courses
from adapters.postgres.tables.learning import enrollments
from application.gamification.class_quest_ports import MOST_CLASSES, ClassProgress, ClassQuestQueries
from domain.shared.ids import UserId


def _mine_statement() -> Statement:
    user_id = bindparam("user_id", type_=Uuid)
    joined = (
        select(courses.c.id, courses.c.title, courses.c.title_key)
        .join(enrollments, enrollments.c.course_id == courses.c.id)
        .where(enrollments.c.user_id == user_id, enrollments.c.status != literal_column("'withdrawn'"))
        .order_by(courses.c.title_key, courses.c.id)
        .limit(literal_column(str(MOST_CLASSES)))
        .subquery("joined")
    )
    lessons = lessons_of(joined.c.id).correlate(joined).subquery("lessons")
    count = func.count()
    so_far = (
        select(
            count.label("members"),
            count.filter(lessons.c.lessons >= bindparam("target", type_=Integer)).label("reached"),
            func.coalesce(func.max(lessons.c.lessons).filter(lessons.c.user_id == user_id), literal_column("0")).label(
                "done"
            ),
        )
        .select_from(lessons)
        .lateral("so_far")
    )
    return Statement(
        select(joined.c.id.label("course_id"), joined.c.title.label("course_title"), so_far)
        .select_from(joined.join(so_far, true()))
        .order_by(joined.c.title_key, joined.c.id)
    )


_mine = _mine_statement()


class PostgresClassQuestQueries(ClassQuestQueries):
    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def mine(self, user_id: UserId, week: date, *, target: int) -> Sequence[ClassProgress]:
        async with self._pool.connection() as connection:
            rows = await _mine.rows(connection, user_id=user_id, target=target, **bounds(week))
        return [ClassProgress(**row) for row in rows]

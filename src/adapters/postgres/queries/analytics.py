from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import BigInteger, bindparam, func, literal_column, select, true
from sqlalchemy.dialects.postgresql import JSON, JSONB, aggregate_order_by

from adapters.postgres.pool import Pool
from adapters.postgres.queries.item_analysis import quiz_items
from adapters.postgres.queries.json import json_object
from adapters.postgres.queries.learning_views import LEARNER_NAME
from adapters.postgres.repositories.enrollment_rows import offer_of
from adapters.postgres.statement import Statement
from adapters.postgres.tables.catalog import courses
from adapters.postgres.tables.content import lessons, modules
from adapters.postgres.tables.identity import users
from adapters.postgres.tables.learning import enrollments, lesson_progress
from adapters.postgres.tables.quizzes import attempts
from adapters.postgres.tables.submissions import submissions
from application.learning.admission import assert_teaches, assert_teaches_lesson
from application.learning.analytics_queries import AnalyticsQueries, ItemFacts, LearnerFacts, LessonFacts
from application.learning.attempt_ports import NoQuiz
from application.learning.ports import CourseNotFound, LessonNotFound, LessonOffer
from application.shared.actor import Actor
from domain.shared.ids import CourseId, LessonId

_NOTHING = literal_column("'[]'::json", JSON)
_ZERO = literal_column("0", BigInteger)


def _course() -> list[Any]:
    return [courses.c.id.label("course_id"), courses.c.status, courses.c.created_by, courses.c.capacity]


def _lessons() -> Statement:
    """One row for a course, with a JSON list of `LessonFacts`."""
    progress = (
        select(
            lesson_progress.c.lesson_id,
            func.count().label("started"),
            func.count(lesson_progress.c.completed_at).label("completed"),
            func.coalesce(
                func.array_agg(lesson_progress.c.score).filter(lesson_progress.c.score.is_not(None)),
                literal_column("'{}'::integer[]"),
            ).label("scores"),
        )
        .join(enrollments, enrollments.c.id == lesson_progress.c.enrollment_id)
        .where(enrollments.c.course_id == bindparam("course_id"), enrollments.c.status != "withdrawn")
        .group_by(lesson_progress.c.lesson_id)
        .subquery("progress")
    )
    fact = json_object(
        {name: lessons.c[name] for name in ("id", "title", "kind", "pass_percent")}
        | {
            "started": func.coalesce(progress.c.started, _ZERO),
            "completed": func.coalesce(progress.c.completed, _ZERO),
            "scores": func.coalesce(progress.c.scores, literal_column("'{}'::integer[]")),
        }
    )
    found = (
        select(func.json_agg(aggregate_order_by(fact, modules.c.position, lessons.c.position)))
        .select_from(
            lessons.join(modules, modules.c.id == lessons.c.module_id).outerjoin(
                progress, progress.c.lesson_id == lessons.c.id
            )
        )
        .where(lessons.c.course_id == courses.c.id, lessons.c.status == "published")
        .correlate(courses)
        .scalar_subquery()
    )
    return Statement(
        select(*_course(), func.coalesce(found, _NOTHING).label("lessons")).where(
            courses.c.id == bindparam("course_id")
        )
    )


def _learners() -> Statement:
    done = (
        select(
            func.max(func.greatest(lesson_progress.c.first_seen_at, lesson_progress.c.completed_at)).label("at"),
            func.count().filter(lesson_progress.c.completed_at.is_not(None), _is_published()).label("completed"),
            func.count()
            .filter(
                lesson_progress.c.completed_at.is_(None),
                _is_published(),
                lesson_progress.c.score < lessons.c.pass_percent,
            )
            .label("failing"),
            func.jsonb_object_agg(lesson_progress.c.lesson_id, lesson_progress.c.score)
            .filter(lesson_progress.c.score.is_not(None), _is_published())
            .label("scores"),
        )
        .join(lessons, lessons.c.id == lesson_progress.c.lesson_id)
        .where(lesson_progress.c.enrollment_id == enrollments.c.id)
        .correlate(enrollments)
        .lateral("done")
    )
    tried = _newest(func.greatest(attempts.c.started_at, attempts.c.handed_in_at), attempts, "tried")
    made = _newest(submissions.c.submitted_at, submissions, "made")
    fields = {
        "user_id": enrollments.c.user_id,
        "email": users.c.email,
        "learner": LEARNER_NAME,
        "status": enrollments.c.status,
        "enrolled_at": enrollments.c.enrolled_at,
        "completed_at": enrollments.c.completed_at,
        "last_active_at": func.greatest(enrollments.c.enrolled_at, done.c.at, tried.c.at, made.c.at),
        "lessons_completed": done.c.completed,
        "failing": done.c.failing,
        "scores": func.coalesce(done.c.scores, literal_column("'{}'::jsonb", JSONB)),
    }
    return Statement(
        select(json_object(fields).label("fact"))
        .select_from(
            enrollments.join(users, users.c.id == enrollments.c.user_id)
            .join(done, true())
            .join(tried, true())
            .join(made, true())
        )
        .where(enrollments.c.course_id == bindparam("course_id"))
        .order_by(enrollments.c.enrolled_at.desc(), enrollments.c.id.desc())
    )


def _newest(instant: Any, table: Any, name: str) -> Any:
    return (
        select(func.max(instant).label("at"))
        .where(table.c.enrollment_id == enrollments.c.id)
        .correlate(enrollments)
        .lateral(name)
    )


def _is_published() -> Any:
    return lessons.c.status == "published"


_course_lessons = _lessons()
_course_learners = _learners()
_read_lessons = msgspec.json.Decoder(list[LessonFacts]).decode
_read_learner = msgspec.json.Decoder(LearnerFacts).decode
_read_items = msgspec.json.Decoder(list[ItemFacts]).decode


class PostgresAnalyticsQueries(AnalyticsQueries):
    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def lessons(self, course_id: CourseId, actor: Actor) -> Sequence[LessonFacts]:
        async with self._pool.connection() as connection:
            row = await _course_lessons.row(connection, course_id=course_id)
        if row is None:
            raise CourseNotFound("There is no such course.")
        assert_teaches(offer_of(row), actor)
        return _read_lessons(row["lessons"])

    async def learners(self, course_id: CourseId) -> Sequence[LearnerFacts]:
        async with self._pool.connection() as connection:
            rows = await _course_learners.rows(connection, course_id=course_id)
        return [_read_learner(row["fact"]) for row in rows]

    async def items(self, lesson_id: LessonId, actor: Actor) -> Sequence[ItemFacts]:
        async with self._pool.connection() as connection:
            row = await quiz_items.row(connection, lesson_id=lesson_id)
        if row is None:
            raise LessonNotFound("There is no such lesson.")
        assert_teaches_lesson(LessonOffer(offer_of(row), row["lesson_status"] == "published"), actor)
        if row["items"] is None:
            raise NoQuiz("This lesson is no quiz.")
        return _read_items(row["items"])

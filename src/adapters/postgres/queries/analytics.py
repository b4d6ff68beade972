from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import (
    BigInteger,
    Integer,
    Table,
    Uuid,
    bindparam,
    false,
    func,
    literal_column,
    not_,
    or_,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSON, JSONB, aggregate_order_by
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.sql.selectable import LateralFromClause, Subquery

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
from application.learning.analytics_queries import AnalyticsQueries, CourseFacts, ItemFacts, LearnerFacts, LessonFacts
from application.learning.attempt_ports import NoQuiz
from application.learning.ports import CourseNotFound, LessonNotFound, LessonOffer
from application.shared.actor import Actor
from domain.shared.ids import CourseId, LessonId

_NOTHING = literal_column("'[]'::json", JSON)
_NO_SCORES = literal_column("'{}'::integer[]", ARRAY(Integer))
_course_id = bindparam("course_id", type_=Uuid)
_ZERO, _ONE = literal_column("0", BigInteger), literal_column("1", BigInteger)


def _statement() -> Statement:
    """One row for a course, with JSON lists of `LessonFacts` and `LearnerFacts`.

    In one statement, so that all numbers are of one instant and fit each other.
    """
    return Statement(
        select(
            courses.c.id.label("course_id"),
            courses.c.status,
            courses.c.created_by,
            courses.c.capacity,
            func.coalesce(_lessons(), _NOTHING).label("lessons"),
            func.coalesce(_learners(), _NOTHING).label("learners"),
        ).where(courses.c.id == _course_id)
    )


def _lessons() -> Any:
    progress = _progress()
    fact = json_object(
        {name: lessons.c[name] for name in ("id", "title", "kind", "pass_percent")}
        | {
            "started": func.coalesce(progress.c.started, _ZERO),
            "completed": func.coalesce(progress.c.completed, _ZERO),
            "scores": func.coalesce(progress.c.scores, _NO_SCORES),
        }
    )
    return (
        select(func.json_agg(aggregate_order_by(fact, modules.c.position, lessons.c.position)))
        .select_from(
            lessons.join(modules, modules.c.id == lessons.c.module_id).outerjoin(
                progress, progress.c.lesson_id == lessons.c.id
            )
        )
        .where(lessons.c.course_id == _course_id, _is_published())
        .scalar_subquery()
    )


def _progress() -> Subquery:
    score = lesson_progress.c.score
    return (
        select(
            lesson_progress.c.lesson_id,
            func.count().label("started"),
            func.count(lesson_progress.c.completed_at).label("completed"),
            func.array_agg(score).filter(score.is_not(None)).label("scores"),
        )
        .join(enrollments, enrollments.c.id == lesson_progress.c.enrollment_id)
        .where(enrollments.c.course_id == _course_id, enrollments.c.status != "withdrawn")
        .group_by(lesson_progress.c.lesson_id)
        .subquery("progress")
    )


def _learners() -> Any:
    done = _done()
    tried = _newest(func.greatest(attempts.c.started_at, attempts.c.handed_in_at), attempts, "tried")
    made = _newest(submissions.c.submitted_at, submissions, "made")
    fact = json_object(
        {name: enrollments.c[name] for name in ("user_id", "status", "enrolled_at", "completed_at")}
        | {
            "email": users.c.email,
            "learner": LEARNER_NAME,
            "last_active_at": func.greatest(enrollments.c.enrolled_at, done.c.at, tried.c.at, made.c.at),
            "lessons_completed": done.c.completed,
            "failing": done.c.failing,
            "scores": func.coalesce(done.c.scores, literal_column("'{}'::jsonb", JSONB)),
        }
    )
    place = (enrollments.c.enrolled_at.desc(), enrollments.c.id.desc())
    return (
        select(func.json_agg(aggregate_order_by(fact, *place)))
        .select_from(
            enrollments.join(users, users.c.id == enrollments.c.user_id)
            .join(done, true())
            .join(tried, true())
            .join(made, true())
        )
        .where(enrollments.c.course_id == _course_id)
        .scalar_subquery()
    )


def _done() -> LateralFromClause:
    score, completed_at = lesson_progress.c.score, lesson_progress.c.completed_at
    is_failing = (completed_at.is_(None), _is_published(), score < lessons.c.pass_percent, not_(_is_under_way()))
    return (
        select(
            func.max(func.greatest(lesson_progress.c.first_seen_at, completed_at)).label("at"),
            func.count().filter(completed_at.is_not(None), _is_published()).label("completed"),
            func.count().filter(*is_failing).label("failing"),
            func.jsonb_object_agg(lesson_progress.c.lesson_id, score)
            .filter(score.is_not(None), _is_published())
            .label("scores"),
        )
        .join(lessons, lessons.c.id == lesson_progress.c.lesson_id)
        .where(lesson_progress.c.enrollment_id == enrollments.c.id)
        .correlate(enrollments)
        .lateral("done")
    )


def _is_under_way() -> ColumnElement[bool]:
    """Whether the learner has begun another attempt at the lesson, or handed in work that waits for its grade."""
    attempt = (
        select(attempts.c.id)
        .where(*_at_this_step(attempts), attempts.c.handed_in_at.is_(None))
        .correlate(lesson_progress)
        .exists()
    )
    waits = (
        select(submissions.c.graded_at.is_(None))
        .where(*_at_this_step(submissions))
        .order_by(submissions.c.number.desc())
        .limit(_ONE)
        .correlate(lesson_progress)
        .scalar_subquery()
    )
    return or_(attempt, func.coalesce(waits, false()))


def _at_this_step(work: Table) -> tuple[ColumnElement[bool], ...]:
    return tuple(work.c[name] == lesson_progress.c[name] for name in ("enrollment_id", "lesson_id"))


def _newest(instant: Any, table: Any, name: str) -> Any:
    return (
        select(func.max(instant).label("at"))
        .where(table.c.enrollment_id == enrollments.c.id)
        .correlate(enrollments)
        .lateral(name)
    )


def _is_published() -> Any:
    return lessons.c.status == "published"


_course = _statement()
_read_lessons = msgspec.json.Decoder(list[LessonFacts]).decode
_read_learners = msgspec.json.Decoder(list[LearnerFacts]).decode
_read_items = msgspec.json.Decoder(list[ItemFacts]).decode


class PostgresAnalyticsQueries(AnalyticsQueries):
    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def course(self, course_id: CourseId, actor: Actor) -> CourseFacts:
        async with self._pool.connection() as connection:
            row = await _course.row(connection, course_id=course_id)
        if row is None:
            raise CourseNotFound("There is no such course.")
        assert_teaches(offer_of(row), actor)
        return CourseFacts(_read_lessons(row["lessons"]), _read_learners(row["learners"]))

    async def items(self, lesson_id: LessonId, actor: Actor) -> Sequence[ItemFacts]:
        async with self._pool.connection() as connection:
            row = await quiz_items.row(connection, lesson_id=lesson_id)
        if row is None:
            raise LessonNotFound("There is no such lesson.")
        assert_teaches_lesson(LessonOffer(offer_of(row), row["lesson_status"] == "published"), actor)
        if row["items"] is None:
            raise NoQuiz("This lesson is no quiz.")
        return _read_items(row["items"])

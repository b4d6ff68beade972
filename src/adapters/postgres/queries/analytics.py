from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import (
    BigInteger,
    bindparam,
    case,
    cast,
    func,
    literal_column,
    or_,
    select,
    true,
)
from sqlalchemy.dialects.postgresql import JSON, JSONB, aggregate_order_by, distinct_on

from adapters.postgres.pool import Pool
from adapters.postgres.queries.json import json_object
from adapters.postgres.queries.learning_views import LEARNER_NAME
from adapters.postgres.repositories.enrollment_rows import offer_of
from adapters.postgres.statement import Statement
from adapters.postgres.tables.catalog import courses
from adapters.postgres.tables.content import lesson_versions, lessons, modules
from adapters.postgres.tables.identity import users
from adapters.postgres.tables.learning import enrollments, lesson_progress
from adapters.postgres.tables.quizzes import answers, attempts
from adapters.postgres.tables.submissions import submissions
from application.learning.admission import assert_teaches, assert_teaches_lesson
from application.learning.analytics_queries import AnalyticsQueries, ItemFacts, LearnerFacts, LessonFacts
from application.learning.attempt_ports import NoQuiz
from application.learning.ports import CourseNotFound, LessonNotFound, LessonOffer
from application.shared.actor import Actor
from domain.learning.item_analysis import BASIS_POINTS
from domain.shared.ids import CourseId, LessonId

_NOTHING = literal_column("'[]'::json", JSON)
_ZERO, _HUNDRED = literal_column("0", BigInteger), literal_column("100", BigInteger)


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


def _items() -> Statement:
    """One row for a lesson, with a JSON list of `ItemFacts`; null for what is no quiz or was never published."""
    question = func.jsonb_path_query(
        lesson_versions.c.content, literal_column("'$.banks[*].questions[*]'::jsonpath")
    ).table_valued("value", name="question", with_ordinality="place")
    question = question.render_derived()
    value = cast(question.c.value, JSONB)
    items = (
        select(
            lesson_versions.c.number,
            value["id"].as_string().label("id"),
            value["kind"].as_string().label("kind"),
            value["prompt"].as_string().label("prompt"),
            (value["points"].as_string().cast(BigInteger) * _HUNDRED).label("possible"),
            question.c.place,
        )
        .select_from(lesson_versions.join(question, true()))
        .where(lesson_versions.c.lesson_id == bindparam("lesson_id"))
        .cte("items")
    )
    first = (
        select(attempts)
        .where(attempts.c.lesson_id == bindparam("lesson_id"), attempts.c.handed_in_at.is_not(None))
        .ext(distinct_on(attempts.c.enrollment_id))
        .order_by(attempts.c.enrollment_id, attempts.c.number)
        .cte("first")
    )
    asked = or_(items.c.number == first.c.graded_version, items.c.number == first.c.lesson_version)
    # By the version that it was marked by; a question that is gone there was marked by the one that asked it.
    worth = (
        select(items.c.possible)
        .where(items.c.id == answers.c.question_id, asked)
        .order_by(items.c.number.desc())
        .limit(1)
        .correlate(first, answers)
        .lateral("worth")
    )
    others = cast(first.c.possible, BigInteger) - worth.c.possible
    rest_earned = (first.c.earned - answers.c.awarded) * literal_column(str(BASIS_POINTS), BigInteger)
    rest = case((others > _ZERO, rest_earned // others), else_=_ZERO)
    marks = (
        select(answers.c.question_id, cast(answers.c.awarded, BigInteger).label("x"), cast(rest, BigInteger).label("r"))
        .select_from(first.join(answers, answers.c.attempt_id == first.c.id).join(worth, true()))
        .cte("marks")
    )
    sums = (
        select(
            marks.c.question_id,
            func.count().label("n"),
            *(func.sum(each).label(name) for name, each in _moments(marks).items()),
        )
        .group_by(marks.c.question_id)
        .cte("sums")
    )
    newest = select(func.max(items.c.number)).scalar_subquery()
    fact = json_object(
        {"question_id": items.c.id, "kind": items.c.kind, "prompt": items.c.prompt, "possible": items.c.possible}
        | {name: func.coalesce(sums.c[name], _ZERO) for name in ("n", "x", "r", "xx", "rr", "xr")}
    )
    found = (
        select(func.json_agg(aggregate_order_by(fact, items.c.place)))
        .select_from(items.outerjoin(sums, sums.c.question_id == items.c.id))
        .where(items.c.number == newest)
        .scalar_subquery()
    )
    return Statement(
        select(
            *_course(),
            lessons.c.status.label("lesson_status"),
            case((lessons.c.kind == "quiz", func.coalesce(found, _NOTHING))).label("items"),
        )
        .join_from(lessons, courses, courses.c.id == lessons.c.course_id)
        .where(lessons.c.id == bindparam("lesson_id"))
    )


def _moments(marks: Any) -> dict[str, Any]:
    x, r = marks.c.x, marks.c.r
    return {"x": x, "r": r, "xx": x * x, "rr": r * r, "xr": x * r}


_course_lessons = _lessons()
_course_learners = _learners()
_quiz_items = _items()
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
            row = await _quiz_items.row(connection, lesson_id=lesson_id)
        if row is None:
            raise LessonNotFound("There is no such lesson.")
        assert_teaches_lesson(LessonOffer(offer_of(row), row["lesson_status"] == "published"), actor)
        if row["items"] is None:
            raise NoQuiz("This lesson is no quiz.")
        return _read_items(row["items"])

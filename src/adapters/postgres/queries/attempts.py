from functools import lru_cache
from typing import Any, NoReturn
from uuid import UUID

from sqlalchemy import Boolean, Integer, Select, Uuid, and_, bindparam, or_, select, true, tuple_

from adapters.postgres.pool import Pool
from adapters.postgres.queries.attempt_views import answers_of, content_of, summaries
from adapters.postgres.queries.json import json_object, page_body
from adapters.postgres.queries.learning_views import LEARNER_NAME
from adapters.postgres.repositories.attempt_rows import ATTEMPT, read_attempt
from adapters.postgres.repositories.attempts import read_answers, read_content
from adapters.postgres.repositories.enrollment_rows import offer_of
from adapters.postgres.statement import Row, Statement
from adapters.postgres.tables.catalog import courses
from adapters.postgres.tables.content import lessons
from adapters.postgres.tables.learning import enrollments
from adapters.postgres.tables.quizzes import attempts
from application.learning.admission import assert_teaches, teaches
from application.learning.attempt_ports import AttemptNotFound, NoQuiz
from application.learning.attempt_queries import (
    AttemptPage,
    AttemptQueries,
    AttemptQuestion,
    FoundAttempt,
    LearnerAttempt,
    LearnerAttemptPage,
)
from application.learning.attempt_views import AttemptSummary
from application.learning.ports import EnrollmentRequired, LessonNotFound
from application.learning.quiz_content import Work
from application.shared.actor import Actor
from application.shared.encoded import Encoded, content_tag
from application.shared.page import Instant, decode_cursor, encode_cursor
from domain.shared.ids import AttemptId, CourseId, LessonId, UserId

_attempt = Statement(
    select(
        ATTEMPT.label("attempt"),
        content_of(attempts.c.lesson_id, attempts.c.lesson_version, attempts).label("asked"),
        content_of(attempts.c.lesson_id, attempts.c.graded_version, attempts).label("graded"),
        answers_of(attempts.c.id, attempts).label("answers"),
        enrollments.c.course_id,
        enrollments.c.user_id,
    )
    .join_from(attempts, enrollments, enrollments.c.id == attempts.c.enrollment_id)
    .join(courses, courses.c.id == enrollments.c.course_id)
    .where(
        attempts.c.id == bindparam("attempt_id"),
        or_(
            enrollments.c.user_id == bindparam("reader_id", type_=Uuid),
            courses.c.created_by == bindparam("reader_id", type_=Uuid),
            bindparam("is_admin", type_=Boolean),
        ),
    )
)


class PostgresAttemptQueries(AttemptQueries):
    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def attempt(self, attempt_id: AttemptId, actor: Actor) -> FoundAttempt:
        async with self._pool.connection() as connection:
            row = await _attempt.row(
                connection, attempt_id=attempt_id, reader_id=actor.user_id, is_admin=actor.is_admin
            )
        if row is None:
            raise AttemptNotFound("There is no such attempt.")
        return FoundAttempt(
            attempt=read_attempt(row["attempt"]).attempt(),
            work=Work(
                asked=read_content(row["asked"]),
                graded=read_content(row["graded"]),
                answers=read_answers(row["answers"]),
            ),
            course_id=CourseId(row["course_id"]),
            user_id=UserId(row["user_id"]),
            is_teacher=row["user_id"] != actor.user_id,
        )

    async def mine(self, user_id: UserId, lesson_id: LessonId, question: AttemptQuestion) -> Encoded[AttemptPage]:
        asked = {"lesson_id": lesson_id, "user_id": user_id}
        statement = my_attempts_statement(has_cursor=question.cursor is not None)
        async with self._pool.connection() as connection:
            rows = await statement.rows(connection, lesson_id=lesson_id, user_id=user_id, **_arguments(question, asked))
        found = [row for row in rows if row["id"] is not None]
        if not found and question.cursor is None:
            _assert_takes(rows[0] if rows else None)
        return _page(found, question, asked)

    async def of_quiz(
        self, lesson_id: LessonId, question: AttemptQuestion, actor: Actor
    ) -> Encoded[LearnerAttemptPage]:
        asked = {"lesson_id": lesson_id, "of": question.user_id}
        statement = attempts_statement(has_user=question.user_id is not None, has_cursor=question.cursor is not None)
        async with self._pool.connection() as connection:
            rows = await statement.rows(
                connection, lesson_id=lesson_id, user_id=question.user_id, **_arguments(question, asked)
            )
        if not rows or not (rows[0]["lesson_status"] == "published" or teaches(offer_of(rows[0]), actor)):
            _raise_not_found()
        assert_teaches(offer_of(rows[0]), actor)
        return _page([row for row in rows if row["id"] is not None], question, asked)


def _assert_takes(row: Row | None) -> None:
    """Returns only if who has no attempt yet is somebody who might begin one."""
    is_there = row is not None and row["lesson_status"] == "published"
    if row is None or not is_there or (row["enrollment_status"] is None and row["course_status"] != "published"):
        _raise_not_found()
    if row["enrollment_status"] in {None, "withdrawn"}:
        raise EnrollmentRequired("Enroll in its course first.")
    if row["kind"] != "quiz":
        raise NoQuiz("This lesson is no quiz.")


def _raise_not_found() -> NoReturn:
    raise LessonNotFound("There is no such lesson.")


def _arguments(question: AttemptQuestion, asked: object) -> dict[str, Any]:
    values: dict[str, Any] = {"limit": question.limit + 1}
    if question.cursor is not None:
        values["after_at"], values["after_id"] = decode_cursor(asked, question.cursor, tuple[Instant, UUID])
    return values


def _page(rows: list[Row], question: AttemptQuestion, asked: object) -> Encoded[Any]:
    shown = rows[: question.limit]
    last = shown[-1] if len(rows) > question.limit else None
    cursor = None if last is None else encode_cursor(asked, (last["started_at"], last["id"]))
    body = page_body([row["view"] for row in shown], cursor)
    return Encoded(body, content_tag(body))


@lru_cache
def my_attempts_statement(*, has_cursor: bool) -> Statement:
    """A row for each attempt; for a lesson without any, one row without an id."""
    chosen = summaries().where(
        attempts.c.lesson_id == bindparam("lesson_id"), enrollments.c.user_id == bindparam("user_id", type_=Uuid)
    )
    page = _paged(chosen, has_cursor=has_cursor).subquery("page")
    view = json_object({name: page.c[name] for name in AttemptSummary.__struct_fields__})
    theirs = and_(
        enrollments.c.course_id == lessons.c.course_id, enrollments.c.user_id == bindparam("user_id", type_=Uuid)
    )
    return Statement(
        select(
            lessons.c.kind,
            lessons.c.status.label("lesson_status"),
            courses.c.status.label("course_status"),
            enrollments.c.status.label("enrollment_status"),
            view.label("view"),
            page.c.started_at,
            page.c.id,
        )
        .select_from(
            lessons.join(courses, courses.c.id == lessons.c.course_id)
            .outerjoin(enrollments, theirs)
            .outerjoin(page, true())
        )
        .where(lessons.c.id == bindparam("lesson_id"))
        .order_by(page.c.started_at.desc(), page.c.id.desc())
    )


@lru_cache
def attempts_statement(*, has_user: bool, has_cursor: bool) -> Statement:
    """As `my_attempts_statement`, with the course beside each."""
    chosen = summaries().add_columns(LEARNER_NAME.label("learner"))
    chosen = chosen.where(attempts.c.lesson_id == bindparam("lesson_id"))
    if has_user:
        chosen = chosen.where(enrollments.c.user_id == bindparam("user_id", type_=Uuid))
    page = _paged(chosen, has_cursor=has_cursor).subquery("page")
    view = json_object({name: page.c[name] for name in LearnerAttempt.__struct_fields__})
    return Statement(
        select(
            courses.c.id.label("course_id"),
            courses.c.status,
            courses.c.created_by,
            courses.c.capacity,
            lessons.c.status.label("lesson_status"),
            view.label("view"),
            page.c.started_at,
            page.c.id,
        )
        .select_from(lessons.join(courses, courses.c.id == lessons.c.course_id).outerjoin(page, true()))
        .where(lessons.c.id == bindparam("lesson_id"))
        .order_by(page.c.started_at.desc(), page.c.id.desc())
    )


def _paged(statement: Select[Any], *, has_cursor: bool) -> Select[Any]:
    place = (attempts.c.started_at, attempts.c.id)
    if has_cursor:
        after = (bindparam("after_at", type_=place[0].type), bindparam("after_id", type_=place[1].type))
        statement = statement.where(tuple_(*place) < tuple_(*after))
    return statement.order_by(*(each.desc() for each in place)).limit(bindparam("limit", type_=Integer))

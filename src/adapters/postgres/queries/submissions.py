from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NoReturn
from uuid import UUID

import msgspec
from sqlalchemy import Boolean, Integer, Select, Uuid, and_, bindparam, or_, select, true, tuple_

from adapters.postgres.pool import Pool
from adapters.postgres.queries.json import json_object, page_body
from adapters.postgres.queries.learning_views import LEARNER_NAME
from adapters.postgres.queries.submission_views import points, summaries
from adapters.postgres.repositories.enrollment_rows import offer_of
from adapters.postgres.statement import Row, Statement
from adapters.postgres.tables.catalog import courses
from adapters.postgres.tables.content import lessons
from adapters.postgres.tables.identity import users
from adapters.postgres.tables.learning import enrollments
from adapters.postgres.tables.submissions import submissions
from application.learning.admission import assert_teaches_lesson
from application.learning.ports import EnrollmentRequired, LessonNotFound, LessonOffer
from application.learning.submission_ports import NoAssignment, SubmissionNotFound
from application.learning.submission_queries import SubmissionQueries, SubmissionQuestion
from application.learning.submission_views import GradeRow, SubmissionPage, SubmissionView
from application.shared.actor import Actor
from application.shared.encoded import Encoded, content_tag
from application.shared.page import Instant, decode_cursor, encode_cursor
from domain.shared.ids import LessonId, SubmissionId, UserId


def _one() -> Statement:
    reader = bindparam("reader_id", type_=Uuid)
    may_see = or_(enrollments.c.user_id == reader, courses.c.created_by == reader, bindparam("is_admin", type_=Boolean))
    found = (
        summaries()
        .join(courses, courses.c.id == enrollments.c.course_id)
        .where(submissions.c.id == bindparam("submission_id"), may_see)
        .subquery("one")
    )
    fields = {name: found.c[name] for name in SubmissionView.__struct_fields__}
    return Statement(select(json_object(fields).label("view"), found.c.version).select_from(found))


def _grading() -> Statement:
    """A row for each learner with the newest submission; for a course without any, one row without an id."""
    newest = (
        select(submissions)
        .where(submissions.c.enrollment_id == enrollments.c.id, submissions.c.lesson_id == bindparam("lesson_id"))
        .order_by(submissions.c.number.desc())
        .limit(1)
        .correlate(enrollments)
        .lateral("newest")
    )
    row = json_object(
        {
            "user_id": enrollments.c.user_id,
            "email": users.c.email,
            "learner": LEARNER_NAME,
            "number": newest.c.number,
            "submitted_at": newest.c.submitted_at,
            "late_seconds": newest.c.late_seconds,
            "points": points(newest.c.earned),
            "deducted": points(newest.c.deducted),
            "percent": newest.c.percent,
            "comment": newest.c.comment,
        }
    )
    learns = and_(enrollments.c.course_id == courses.c.id, enrollments.c.status != "withdrawn")
    return Statement(
        select(*_course(), lessons.c.kind, row.label("row"), enrollments.c.id)
        .select_from(
            lessons.join(courses, courses.c.id == lessons.c.course_id)
            .outerjoin(enrollments, learns)
            .outerjoin(users, users.c.id == enrollments.c.user_id)
            .outerjoin(newest, true())
        )
        .where(lessons.c.id == bindparam("lesson_id"))
        .order_by(LEARNER_NAME, enrollments.c.user_id)
    )


def _course() -> list[Any]:
    return [
        courses.c.id.label("course_id"),
        courses.c.status,
        courses.c.created_by,
        courses.c.capacity,
        lessons.c.status.label("lesson_status"),
    ]


_submission = _one()
_grades = _grading()
_read_grade = msgspec.json.Decoder(GradeRow).decode


class PostgresSubmissionQueries(SubmissionQueries):
    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def submission(self, submission_id: SubmissionId, actor: Actor) -> Encoded[SubmissionView]:
        async with self._pool.connection() as connection:
            row = await _submission.row(
                connection, submission_id=submission_id, reader_id=actor.user_id, is_admin=actor.is_admin
            )
        if row is None:
            raise SubmissionNotFound("There is no such submission.")
        return Encoded(row["view"], f"{row['version']}-{content_tag(row['view'])}")

    async def mine(self, user_id: UserId, lesson_id: LessonId, question: SubmissionQuestion) -> Encoded[SubmissionPage]:
        asked = {"lesson_id": lesson_id, "user_id": user_id}
        statement = my_submissions_statement(has_cursor=question.cursor is not None)
        async with self._pool.connection() as connection:
            rows = await statement.rows(connection, lesson_id=lesson_id, user_id=user_id, **_arguments(question, asked))
        found = [row for row in rows if row["id"] is not None]
        if not found and question.cursor is None:
            _assert_takes(rows[0] if rows else None)
        return _page(found, question, asked)

    async def of_assignment(
        self, lesson_id: LessonId, question: SubmissionQuestion, actor: Actor
    ) -> Encoded[SubmissionPage]:
        asked = {"lesson_id": lesson_id, "graded": question.graded}
        statement = submissions_statement(graded=question.graded, has_cursor=question.cursor is not None)
        async with self._pool.connection() as connection:
            rows = await statement.rows(connection, lesson_id=lesson_id, **_arguments(question, asked))
        _assert_teaches(rows, actor)
        return _page([row for row in rows if row["id"] is not None], question, asked)

    async def grades(self, lesson_id: LessonId, actor: Actor) -> Sequence[GradeRow]:
        async with self._pool.connection() as connection:
            rows = await _grades.rows(connection, lesson_id=lesson_id)
        _assert_teaches(rows, actor)
        if rows[0]["kind"] != "assignment":
            raise NoAssignment("This lesson is no assignment.")
        return [_read_grade(row["row"]) for row in rows if row["id"] is not None]


def _assert_teaches(rows: Sequence[Row], actor: Actor) -> None:
    if not rows:
        _raise_not_found()
    assert_teaches_lesson(LessonOffer(offer_of(rows[0]), rows[0]["lesson_status"] == "published"), actor)


def _assert_takes(row: Row | None) -> None:
    """Returns only if who has no submission yet is somebody who might make one."""
    if row is None or row["lesson_status"] != "published":
        _raise_not_found()
    if row["enrollment_status"] is None and row["status"] != "published":
        _raise_not_found()
    if row["enrollment_status"] in {None, "withdrawn"}:
        raise EnrollmentRequired("Enroll in its course first.")
    if row["kind"] != "assignment":
        raise NoAssignment("This lesson is no assignment.")


def _raise_not_found() -> NoReturn:
    raise LessonNotFound("There is no such lesson.")


def _arguments(question: SubmissionQuestion, asked: object) -> dict[str, Any]:
    values: dict[str, Any] = {"limit": question.limit + 1}
    if question.cursor is not None:
        values["after_at"], values["after_id"] = decode_cursor(asked, question.cursor, tuple[Instant, UUID])
    return values


def _page(rows: Sequence[Row], question: SubmissionQuestion, asked: object) -> Encoded[Any]:
    shown = rows[: question.limit]
    last = shown[-1] if len(rows) > question.limit else None
    cursor = None if last is None else encode_cursor(asked, (last["submitted_at"], last["id"]))
    body = page_body([row["view"] for row in shown], cursor)
    return Encoded(body, content_tag(body))


@lru_cache
def my_submissions_statement(*, has_cursor: bool) -> Statement:
    """A row for each submission; for a lesson without any, one row without an id."""
    user_id = bindparam("user_id", type_=Uuid)
    theirs = and_(enrollments.c.course_id == lessons.c.course_id, enrollments.c.user_id == user_id)
    chosen = summaries().where(submissions.c.lesson_id == bindparam("lesson_id"), enrollments.c.user_id == user_id)
    page, columns = _paged(chosen, has_cursor=has_cursor)
    return Statement(
        select(*_course(), lessons.c.kind, enrollments.c.status.label("enrollment_status"), *columns)
        .select_from(
            lessons.join(courses, courses.c.id == lessons.c.course_id)
            .outerjoin(enrollments, theirs)
            .outerjoin(page, true())
        )
        .where(lessons.c.id == bindparam("lesson_id"))
        .order_by(page.c.submitted_at.desc(), page.c.id.desc())
    )


@lru_cache
def submissions_statement(*, graded: bool | None, has_cursor: bool) -> Statement:
    """As `my_submissions_statement`."""
    chosen = summaries().where(submissions.c.lesson_id == bindparam("lesson_id"))
    if graded is not None:
        at = submissions.c.graded_at
        chosen = chosen.where(at.is_not(None) if graded else at.is_(None))
    page, columns = _paged(chosen, has_cursor=has_cursor)
    return Statement(
        select(*_course(), *columns)
        .select_from(lessons.join(courses, courses.c.id == lessons.c.course_id).outerjoin(page, true()))
        .where(lessons.c.id == bindparam("lesson_id"))
        .order_by(page.c.submitted_at.desc(), page.c.id.desc())
    )


def _paged(statement: Select[Any], *, has_cursor: bool) -> tuple[Any, list[Any]]:
    place = (submissions.c.submitted_at, submissions.c.id)
    if has_cursor:
        after = (bindparam("after_at", type_=place[0].type), bindparam("after_id", type_=place[1].type))
        statement = statement.where(tuple_(*place) < tuple_(*after))
    statement = statement.order_by(*(each.desc() for each in place)).limit(bindparam("limit", type_=Integer))
    page = statement.subquery("page")
    view = json_object({name: page.c[name] for name in SubmissionView.__struct_fields__})
    return page, [view.label("view"), page.c.submitted_at, page.c.id]

from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import BigInteger, DateTime, Text, bindparam, case, func, literal_column, or_, select
from sqlalchemy.dialects.postgresql import JSON, JSONB
from sqlalchemy.dialects.postgresql import insert as upsert

from adapters.postgres.pool import Pool
from adapters.postgres.statement import Statement
from adapters.postgres.tables.content import lesson_versions
from adapters.postgres.tables.learning import enrollments
from adapters.postgres.tables.quizzes import answers, attempts
from application.learning.attempt_ports import AnswerSheets, AttemptNotFound, Kept, QuestionNotFound
from application.learning.ports import EnrollmentRequired
from domain.learning.attempt import AttemptOver
from domain.learning.paper import Paper
from domain.learning.questions import Question, question_from_json
from domain.shared.ids import AttemptId, UserId

_question_id = bindparam("question_id", type_=Text)
_question = Statement(
    select(
        attempts.c.seed,
        (_question_id == func.any(attempts.c.question_ids)).label("is_asked"),
        enrollments.c.status,
        # Found in the database: a whole quiz for each answer would be a long way for one question.
        func.jsonb_path_query_first(
            lesson_versions.c.content,
            literal_column("'$.banks[*].questions[*] ? (@.id == $id)'::jsonpath"),
            func.jsonb_build_object(literal_column("'id'"), _question_id),
        )
        .cast(JSON)
        .label("question"),
    )
    .join_from(attempts, enrollments, enrollments.c.id == attempts.c.enrollment_id)
    .join(
        lesson_versions,
        (lesson_versions.c.lesson_id == attempts.c.lesson_id) & (lesson_versions.c.number == attempts.c.lesson_version),
    )
    .where(attempts.c.id == bindparam("attempt_id"), enrollments.c.user_id == bindparam("user_id"))
)


def _keeping() -> Statement:
    """Against who hands in at the same moment the attempt is locked, and not against other answers."""
    at = bindparam("at", type_=DateTime(timezone=True))
    sequence = bindparam("sequence", type_=BigInteger)
    running = (
        select(attempts.c.id)
        .where(
            attempts.c.id == bindparam("attempt_id"),
            attempts.c.handed_in_at.is_(None),
            or_(attempts.c.deadline.is_(None), attempts.c.deadline >= at),
        )
        .with_for_update(read=True)
        .cte("running")
    )
    names = ["attempt_id", "question_id", "sequence", "answer", "saved_at"]
    row = select(running.c.id, _question_id, sequence, bindparam("answer", type_=JSONB(none_as_null=True)), at)
    stored = upsert(answers).from_select(names, row)
    is_newer = stored.excluded.sequence >= answers.c.sequence
    # Written in any case, so that what counts can be told without another look, whoever was quicker.
    stored = stored.on_conflict_do_update(
        index_elements=["attempt_id", "question_id"],
        set_={
            name: case((is_newer, stored.excluded[name]), else_=answers.c[name])
            for name in ("sequence", "answer", "saved_at")
        },
    )
    return Statement(stored.returning(answers.c.sequence))


_keep = _keeping()


class PostgresAnswerSheets(AnswerSheets):
    """One statement each, true as soon as it is done."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def question(self, attempt_id: AttemptId, user_id: UserId, question_id: str) -> tuple[Paper, Question]:
        async with self._pool.connection() as connection:
            row = await _question.row(connection, attempt_id=attempt_id, user_id=user_id, question_id=question_id)
        if row is None:
            raise AttemptNotFound("There is no such attempt.")
        if row["status"] == "withdrawn":
            raise EnrollmentRequired("Enroll in its course again first.")
        if not row["is_asked"]:
            raise QuestionNotFound("This attempt doesn't ask such a question.")
        question = question_from_json(msgspec.json.decode(row["question"]))
        return Paper(row["seed"], (question,), shuffles=True), question

    async def keep(self, attempt_id: AttemptId, question_id: str, answer: Any, *, sequence: int, at: datetime) -> Kept:
        async with self._pool.connection() as connection:
            row = await _keep.row(
                connection, attempt_id=attempt_id, question_id=question_id, answer=answer, sequence=sequence, at=at
            )
        if row is None:
            raise AttemptOver("This attempt is over.")
        return Kept(is_newest=row["sequence"] == sequence, sequence=row["sequence"])

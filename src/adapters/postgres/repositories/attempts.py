from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy import (
    DateTime,
    Integer,
    Text,
    Uuid,
    bindparam,
    column,
    delete,
    func,
    insert,
    null,
    select,
    text,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import insert as upsert

from adapters.postgres.arrays import unnested
from adapters.postgres.queries.attempt_views import answers_of, attempts_of, content_of
from adapters.postgres.repositories.attempt_rows import (
    ATTEMPT,
    CHANGING,
    changes_of,
    read_attempt,
    read_attempts,
    row_of,
)
from adapters.postgres.repositories.enrollment_rows import enrollment_of
from adapters.postgres.statement import Connection, Statement
from adapters.postgres.tables.content import lesson_versions, lessons
from adapters.postgres.tables.learning import enrollments
from adapters.postgres.tables.quizzes import answers, attempts, quiz_extensions
from application.learning.attempt_ports import AttemptNotFound, AttemptRepository, NoQuiz, QuizAtHand
from application.learning.quiz_content import QuizContent, StoredAnswer, Work
from domain.learning.attempt import Attempt
from domain.learning.enrollment import Enrollment
from domain.shared.ids import AttemptId, EnrollmentId, LessonId

read_content = msgspec.json.Decoder(QuizContent).decode
read_answers = msgspec.json.Decoder(list[StoredAnswer]).decode

_newest = Statement(
    select(func.max(lesson_versions.c.number))
    .join(lessons, lessons.c.id == lesson_versions.c.lesson_id)
    .where(lessons.c.id == bindparam("lesson_id"), lessons.c.kind == "quiz")
)
_get = Statement(
    select(*enrollments.columns, ATTEMPT.label("attempt"))
    .join(attempts, attempts.c.enrollment_id == enrollments.c.id)
    .where(attempts.c.id == bindparam("attempt_id"))
    .with_for_update(key_share=True, of=[enrollments, attempts])
)
_add = Statement(
    insert(attempts).values({each.name: bindparam(each.name, type_=each.type) for each in attempts.columns})
)
_work = Statement(
    select(
        content_of(attempts.c.lesson_id, attempts.c.lesson_version, attempts).label("asked"),
        content_of(attempts.c.lesson_id, bindparam("graded_version", type_=Integer), attempts).label("graded"),
        answers_of(attempts.c.id, attempts).label("answers"),
    ).where(attempts.c.id == bindparam("attempt_id"))
)
_extend = upsert(quiz_extensions).values(
    {each.name: bindparam(each.name, type_=each.type) for each in quiz_extensions.columns}
)
_save_extension = Statement(
    _extend.on_conflict_do_update(
        index_elements=["enrollment_id", "lesson_id"], set_={"extra_seconds": _extend.excluded.extra_seconds}
    )
)
_forget_extension = Statement(
    delete(quiz_extensions).where(
        quiz_extensions.c.enrollment_id == bindparam("enrollment_id"),
        quiz_extensions.c.lesson_id == bindparam("lesson_id"),
    )
)
_run_out = Statement(
    select(attempts.c.id)
    .where(attempts.c.handed_in_at.is_(None), attempts.c.deadline < bindparam("at"))
    .order_by(attempts.c.deadline, attempts.c.id)
    .limit(bindparam("limit", type_=Integer))
)
_graded_before = Statement(
    select(attempts.c.id)
    .where(
        attempts.c.lesson_id == bindparam("lesson_id"),
        attempts.c.handed_in_at.is_not(None),
        attempts.c.graded_version < bindparam("version"),
    )
    .order_by(attempts.c.id)
    .limit(bindparam("limit", type_=Integer))
)


def _at_hand() -> Statement:
    enrollment_id = bindparam("enrollment_id", type_=Uuid)
    newest = (
        select(lesson_versions.c.number, lesson_versions.c.content, lesson_versions.c.lesson_id)
        .where(lesson_versions.c.lesson_id == bindparam("lesson_id"))
        .order_by(lesson_versions.c.number.desc())
        .limit(1)
        .subquery("newest")
    )
    extension = (
        select(quiz_extensions.c.extra_seconds)
        .where(quiz_extensions.c.enrollment_id == enrollment_id, quiz_extensions.c.lesson_id == newest.c.lesson_id)
        .correlate(newest)
        .scalar_subquery()
    )
    return Statement(
        select(
            newest.c.number,
            content_of(newest.c.lesson_id, newest.c.number, newest).label("content"),
            extension.label("extra_seconds"),
            attempts_of(enrollment_id, newest.c.lesson_id, newest).label("attempts"),
        )
        .join_from(newest, lessons, lessons.c.id == newest.c.lesson_id)
        .where(lessons.c.kind == "quiz")
    )


def _saving() -> Statement:
    changed = [attempts.c[name] for name in ("id", *CHANGING)]
    given = unnested("given", changed, prefix="changed_")
    saved = (
        update(attempts).values({name: given.c[name] for name in CHANGING}).where(attempts.c.id == given.c.id)
    ).cte("saved")
    marks = func.unnest(
        bindparam("marked_questions", type_=ARRAY(Text)), bindparam("awarded", type_=ARRAY(Integer))
    ).table_valued(column("question_id", Text), column("awarded", Integer), name="marks")
    marks = marks.render_derived()
    rows = select(
        bindparam("marked_id", type_=Uuid),
        marks.c.question_id,
        text("0"),
        null().cast(answers.c.answer.type),
        bindparam("marked_at", type_=DateTime(timezone=True)),
        marks.c.awarded,
    )
    stored = upsert(answers).from_select([each.name for each in answers.columns], rows)
    stored = stored.on_conflict_do_update(
        index_elements=["attempt_id", "question_id"], set_={"awarded": stored.excluded.awarded}
    )
    return Statement(stored.add_cte(saved))


_quiz_at_hand = _at_hand()
_save = _saving()


class PostgresAttemptRepository(AttemptRepository):
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def quiz_at_hand(self, enrollment: Enrollment, lesson_id: LessonId) -> QuizAtHand:
        row = await _quiz_at_hand.row(self._connection, enrollment_id=enrollment.id, lesson_id=lesson_id)
        if row is None:
            raise NoQuiz("This lesson is no quiz.")
        return QuizAtHand(
            version=row["number"],
            content=read_content(row["content"]),
            extension=timedelta(seconds=row["extra_seconds"] or 0),
            attempts=[each.attempt() for each in read_attempts(row["attempts"])],
        )

    async def get(self, attempt_id: AttemptId) -> tuple[Enrollment, Attempt]:
        row = await _get.row(self._connection, attempt_id=attempt_id)
        if row is None:
            raise AttemptNotFound("There is no such attempt.")
        return enrollment_of(row), read_attempt(row["attempt"]).attempt()

    async def work(self, attempt: Attempt, *, graded_version: int | None = None) -> Work:
        version = graded_version or attempt.graded_version
        row = await _work.row(self._connection, attempt_id=attempt.id, graded_version=version)
        assert row is not None, "the attempt is locked"
        return Work(
            asked=read_content(row["asked"]),
            graded=read_content(row["graded"]),
            answers=read_answers(row["answers"]),
        )

    async def add(self, attempt: Attempt) -> None:
        await _add.run(self._connection, **row_of(attempt))

    async def save(self, *attempts: Attempt, awarded: Mapping[str, int] | None = None) -> None:
        if not attempts:
            return
        marks: Mapping[str, Any] = awarded or {}
        assert len(attempts) == 1 or not marks, "marks are of one attempt"
        await _save.run(
            self._connection,
            **changes_of(attempts),
            marked_id=attempts[0].id,
            marked_at=attempts[0].handed_in_at,
            marked_questions=list(marks),
            awarded=list(marks.values()),
        )

    async def extend(self, enrollment_id: EnrollmentId, lesson_id: LessonId, extension: timedelta) -> None:
        key = {"enrollment_id": enrollment_id, "lesson_id": lesson_id}
        if extension:
            await _save_extension.run(self._connection, **key, extra_seconds=int(extension.total_seconds()))
        else:
            await _forget_extension.run(self._connection, **key)

    async def run_out(self, at: datetime, *, limit: int) -> Sequence[AttemptId]:
        return [AttemptId(row["id"]) for row in await _run_out.rows(self._connection, at=at, limit=limit)]

    async def graded_before(self, lesson_id: LessonId, version: int, *, limit: int) -> Sequence[AttemptId]:
        rows = await _graded_before.rows(self._connection, lesson_id=lesson_id, version=version, limit=limit)
        return [AttemptId(row["id"]) for row in rows]

    async def newest_version(self, lesson_id: LessonId) -> int:
        version: int | None = await _newest.value(self._connection, lesson_id=lesson_id)
        if version is None:
            raise NoQuiz("This lesson is no quiz, or was never published.")
        return version

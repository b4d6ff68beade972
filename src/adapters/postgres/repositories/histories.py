"""Whole histories, stored in a few statements of many rows."""

from collections.abc import Iterator, Sequence
from dataclasses import fields
from typing import Any

import msgspec
from sqlalchemy import Table, Text, bindparam, column, func, select
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, Insert, insert

from adapters.postgres.arrays import unnested
from adapters.postgres.repositories.attempt_rows import row_of as attempt_row
from adapters.postgres.repositories.submission_rows import row_of as submission_row
from adapters.postgres.statement import Connection, Statement
from adapters.postgres.tables.gamification import players
from adapters.postgres.tables.learning import enrollments, lesson_progress
from adapters.postgres.tables.quizzes import answers, attempts
from adapters.postgres.tables.submissions import submissions
from application.learning.histories import Histories, History
from domain.learning.enrollment import Enrollment

ROWS = 2_000
"""Of one statement."""


def _bulk(table: Table) -> Insert:
    """Rows as arrays, one a column. Lists and JSON travel as text: a list of lists is an array of two dimensions."""
    arrays, values = [], []
    for each in table.columns:
        travels = isinstance(each.type, ARRAY | JSONB)
        type_: Any = Text() if travels else each.type
        arrays.append(bindparam(f"bulk_{each.name}", type_=ARRAY(type_)))
        value: Any = column(each.name, type_)
        if isinstance(each.type, JSONB):
            value = value.cast(JSONB)
        elif travels:
            value = func.string_to_array(value, ",")
        values.append(value)
    rows = func.unnest(*arrays).table_valued(*(each.name for each in table.columns), name="bulk").render_derived()
    return insert(table).from_select([each.name for each in table.columns], select(*values).select_from(rows))


_join = Statement(
    insert(players)
    .from_select(["user_id"], select(unnested("learners", [players.c.user_id], prefix="player_")).distinct())
    .on_conflict_do_nothing()
)
_enrollments = Statement(_bulk(enrollments))
_progress = Statement(_bulk(lesson_progress))
_attempts = Statement(_bulk(attempts))
_answers = Statement(_bulk(answers))
_submissions = Statement(_bulk(submissions))
_ENROLLMENT = tuple(each.name for each in fields(Enrollment))
_STEP = ("lesson_id", "watched_seconds", "completed_at", "score", "first_seen_at")


class PostgresHistories(Histories):
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def add(self, history: History) -> None:
        await _join.run(self._connection, player_user_id=[each.user_id for each in history.enrollments])
        found = [{name: getattr(each, name) for name in _ENROLLMENT} for each in history.enrollments]
        await self._store(_enrollments, found)
        steps = [
            {"enrollment_id": key} | {name: getattr(step, name) for name in _STEP} for key, step in history.progress
        ]
        await self._store(_progress, steps)
        made = [attempt_row(each) | {"question_ids": ",".join(each.question_ids)} for each in history.attempts]
        await self._store(_attempts, made)
        await self._store(_answers, list(_answer_rows(history)))
        works = [submission_row(each) for each in history.submissions]
        await self._store(_submissions, [row | {"rubric": _json(row["rubric"])} for row in works])

    async def _store(self, statement: Statement, rows: Sequence[dict[str, Any]]) -> None:
        for start in range(0, len(rows), ROWS):
            some = rows[start : start + ROWS]
            await statement.run(self._connection, **{f"bulk_{name}": [row[name] for row in some] for name in some[0]})


def _answer_rows(history: History) -> Iterator[dict[str, Any]]:
    for attempt in history.attempts:
        for question_id, (answer, awarded) in history.answers[attempt.id].items():
            yield {
                "attempt_id": attempt.id,
                "question_id": question_id,
                "sequence": 1,
                "answer": _json(answer),
                "saved_at": attempt.handed_in_at,
                "awarded": awarded,
            }


def _json(value: Any) -> str | None:
    return None if value is None else msgspec.json.encode(value).decode()

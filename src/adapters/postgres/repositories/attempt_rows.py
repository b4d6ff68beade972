"""Between attempts and the rows that hold them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from adapters.postgres.queries.json import json_object
from adapters.postgres.tables.quizzes import attempts
from domain.learning.attempt import Attempt
from domain.learning.quiz import Score
from domain.shared.ids import AttemptId, EnrollmentId, LessonId


class AttemptRow(msgspec.Struct, frozen=True, kw_only=True):
    """A row of `attempts` as PostgreSQL writes it in JSON."""

    id: UUID
    enrollment_id: UUID
    lesson_id: UUID
    number: int
    lesson_version: int
    graded_version: int
    seed: int
    question_ids: tuple[str, ...]
    started_at: datetime
    deadline: datetime | None
    handed_in_at: datetime | None
    is_timed_out: bool
    earned: int | None
    possible: int | None

    def attempt(self) -> Attempt:
        fields = msgspec.structs.asdict(self)
        earned, possible = fields.pop("earned"), fields.pop("possible")
        ids = {"id": AttemptId(self.id), "enrollment_id": EnrollmentId(self.enrollment_id)}
        score = None if earned is None or possible is None else Score(earned, possible)
        return Attempt(**{**fields, **ids, "lesson_id": LessonId(self.lesson_id), "score": score})


ATTEMPT = json_object({name: attempts.c[name] for name in AttemptRow.__struct_fields__})
CHANGING = ("graded_version", "deadline", "handed_in_at", "is_timed_out", "earned", "possible")

read_attempt = msgspec.json.Decoder(AttemptRow).decode
read_attempts = msgspec.json.Decoder(list[AttemptRow]).decode


def row_of(attempt: Attempt) -> dict[str, Any]:
    names = (name for name in AttemptRow.__struct_fields__ if name not in {"earned", "possible", "question_ids"})
    score = attempt.score
    return {name: getattr(attempt, name) for name in names} | {
        "question_ids": list(attempt.question_ids),
        "earned": None if score is None else score.earned,
        "possible": None if score is None else score.possible,
    }


def changes_of(changed: Sequence[Attempt]) -> dict[str, list[Any]]:
    """What changes of attempts, with their ids: one list a column, named with a prefix."""
    rows = [row_of(attempt) for attempt in changed]
    return {f"changed_{name}": [row[name] for row in rows] for name in ("id", *CHANGING)}

from dataclasses import dataclass
from typing import Any

import msgspec

from application.learning.attempt_ports import AnswerSheets
from application.shared.clock import Clock
from domain.learning.answers import read_answer
from domain.shared.ids import AttemptId, UserId


class SavedAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """`saved` is false for a packet that came after a newer one; `sequence` is the number of the answer that counts."""

    question_id: str
    saved: bool
    sequence: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SaveAnswer:
    """`answer` is JSON in the ids of the learner's paper; None leaves it blank. `sequence` grows with each change."""

    user_id: UserId
    attempt_id: AttemptId
    question_id: str
    answer: Any
    sequence: int


class SaveAnswerHandler:
    """Two statements and no transaction around them: the first reads what never changes once an attempt has begun."""

    def __init__(self, sheets: AnswerSheets, clock: Clock) -> None:
        self._sheets = sheets
        self._clock = clock

    async def __call__(self, command: SaveAnswer) -> SavedAnswer:
        """What counts now.

        Raises:
            AttemptNotFound, QuestionNotFound, EnrollmentRequired: as `AnswerSheets.question` says.
            AnswerInvalid: it doesn't fit the question.
            AttemptOver: it was handed in, or its time has run out.
        """
        paper, question = await self._sheets.question(command.attempt_id, command.user_id, command.question_id)
        answer = read_answer(paper, question, command.answer)
        kept = await self._sheets.keep(
            command.attempt_id, question.id, answer, sequence=command.sequence, at=self._clock()
        )
        return SavedAnswer(question_id=question.id, saved=kept.is_newest, sequence=kept.sequence)

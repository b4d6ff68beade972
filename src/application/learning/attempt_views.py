"""An attempt as it is shown: to its learner without a word of what is right before it was handed in."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import msgspec

from application.learning.queries import LessonProgressView
from application.learning.quiz_content import StoredAnswer, Work
from domain.learning.answers import correct_answer, shown_answer
from domain.learning.attempt import Attempt
from domain.learning.grading import HUNDREDTHS
from domain.learning.paper import Paper
from domain.learning.questions import Option, Question
from domain.learning.quiz import Score
from domain.shared.ids import CourseId, UserId


class AttemptStatus(StrEnum):
    OPEN = "open"
    HANDED_IN = "handed_in"


class ScoreView(msgspec.Struct, frozen=True):
    """Points with at most two decimals; `percent` is rounded down."""

    earned: float
    possible: float
    percent: int

    @classmethod
    def of(cls, score: Score) -> "ScoreView":
        return cls(score.earned / HUNDREDTHS, score.possible / HUNDREDTHS, score.percent)


class OptionView(msgspec.Struct, frozen=True):
    id: str
    text: str


class AskedQuestion(msgspec.Struct, frozen=True, kw_only=True):
    """A question on a learner's paper. Options, to choose or to order or to match, are known by ids of this paper.

    `choices` are what options are matched with. `sequence` is the number of the answer that counts, 0 before the first.
    `awarded` is null until it was handed in, `correct` and `explanation_html` until the quiz reveals them.
    """

    id: str
    kind: str
    prompt_html: str
    points: int
    options: Sequence[OptionView]
    choices: Sequence[OptionView]
    answer: Any
    sequence: int
    awarded: float | None
    correct: Any
    explanation_html: str | None


class AttemptSummary(msgspec.Struct, frozen=True, kw_only=True):
    """`is_timed_out` says that time has handed it in; `deadline` is null where time doesn't."""

    id: UUID
    lesson_id: UUID
    user_id: UUID
    number: int
    status: AttemptStatus
    started_at: datetime
    deadline: datetime | None
    handed_in_at: datetime | None
    is_timed_out: bool
    score: ScoreView | None


class AttemptView(AttemptSummary, frozen=True, kw_only=True):
    course_id: UUID
    questions: Sequence[AskedQuestion]


class HandedIn(msgspec.Struct, frozen=True):
    """The attempt, and how far the learner is with it."""

    attempt: AttemptView
    progress: LessonProgressView


def attempt_view(
    attempt: Attempt, work: Work, *, course_id: CourseId, user_id: UserId, at: datetime, to_teacher: bool = False
) -> AttemptView:
    paper = work.paper(attempt)
    answers = {each.question_id: each for each in work.answers}
    reveals = not attempt.is_open and (to_teacher or work.graded.rules.reveals_at(at))
    return AttemptView(
        id=attempt.id,
        lesson_id=attempt.lesson_id,
        course_id=course_id,
        user_id=user_id,
        number=attempt.number,
        status=AttemptStatus.OPEN if attempt.is_open else AttemptStatus.HANDED_IN,
        started_at=attempt.started_at,
        deadline=attempt.deadline,
        handed_in_at=attempt.handed_in_at,
        is_timed_out=attempt.is_timed_out,
        score=None if attempt.score is None else ScoreView.of(attempt.score),
        questions=[
            _asked(paper, question, answers.get(question.id), work, reveals=reveals) for question in paper.questions
        ],
    )


def _asked(
    paper: Paper, question: Question, answer: StoredAnswer | None, work: Work, *, reveals: bool
) -> AskedQuestion:
    awarded = None if answer is None else answer.awarded
    return AskedQuestion(
        id=question.id,
        kind=question.kind,
        prompt_html=work.html(question.id, "prompt"),
        points=question.points,
        options=_options(paper.options(question)),
        choices=_options(paper.choices(question)),
        answer=None if answer is None else shown_answer(paper, question, answer.answer),
        sequence=0 if answer is None else answer.sequence,
        awarded=None if awarded is None else awarded / HUNDREDTHS,
        correct=shown_answer(paper, question, correct_answer(question)) if reveals else None,
        explanation_html=work.html(question.id, "explanation") if reveals else None,
    )


def _options(options: Sequence[Option]) -> list[OptionView]:
    return [OptionView(option.id, option.text) for option in options]

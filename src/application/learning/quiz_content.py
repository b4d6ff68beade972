"""A version of a quiz as it is stored, and an attempt's paper made of it."""

from datetime import timedelta
from typing import Any

import msgspec

from application.shared.quiz_document import QuizSettings
from domain.learning.attempt import Attempt
from domain.learning.paper import Paper, corrected, paper_of
from domain.learning.questions import Banks, banks_from_json
from domain.learning.quiz import QuizRules


class QuizContent(msgspec.Struct, frozen=True):
    """`html` is of prompts and explanations, by the question's id."""

    quiz: QuizSettings
    banks: list[dict[str, Any]]
    html: dict[str, dict[str, str]]

    @property
    def rules(self) -> QuizRules:
        settings = self.quiz
        limit = settings.time_limit_seconds
        return QuizRules(
            time_limit=None if limit is None else timedelta(seconds=limit),
            opens_at=settings.opens_at,
            closes_at=settings.closes_at,
            closing_ends_attempts=settings.closing_ends_attempts,
            attempts_allowed=settings.attempts_allowed,
            scoring=settings.scoring,
            reveals=settings.reveals,
        )

    @property
    def questions(self) -> Banks:
        return banks_from_json(self.banks)


class StoredAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """`answer` has the author's ids; None was left blank. `awarded` are hundredths of points, None while it is open."""

    question_id: str
    sequence: int
    answer: Any
    awarded: int | None


class Work(msgspec.Struct, frozen=True, kw_only=True):
    """What an attempt was made of: the version that it asked, the one that it is marked by, and the answers."""

    asked: QuizContent
    graded: QuizContent
    answers: list[StoredAnswer]

    def paper(self, attempt: Attempt) -> Paper:
        """As it is marked; while it is open, as it was asked."""
        paper = paper_of(
            self.asked.questions, attempt.question_ids, seed=attempt.seed, shuffles=self.asked.quiz.shuffle_options
        )
        is_same = attempt.graded_version == attempt.lesson_version
        return paper if is_same else corrected(paper, self.graded.questions)

    def html(self, question_id: str, part: str) -> str:
        """`part` is `prompt` or `explanation`."""
        return (self.graded.html.get(question_id) or self.asked.html[question_id])[part]

    @property
    def given(self) -> dict[str, Any]:
        return {each.question_id: each.answer for each in self.answers}

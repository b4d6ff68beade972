"""One attempt at a quiz. It belongs to the server: when it began, when it ends, and what it was worth."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from domain.learning.grading import HUNDREDTHS, awarded
from domain.learning.paper import Paper
from domain.learning.quiz import Score
from domain.shared.errors import Conflict
from domain.shared.ids import AttemptId, EnrollmentId, LessonId


class AttemptOver(Conflict):
    """It was handed in, or its time has run out: nothing can be answered any more."""

    code = "attempt.over"


@dataclass(frozen=True, slots=True)
class Marking:
    """What was awarded for each question, in hundredths of points, and in all."""

    awarded: Mapping[str, int]
    score: Score


def marked(paper: Paper, answers: Mapping[str, Any]) -> Marking:
    """What is not answered gets nothing."""
    points = {question.id: awarded(question, answers.get(question.id)) for question in paper.questions}
    possible = sum(question.points for question in paper.questions) * HUNDREDTHS
    return Marking(points, Score(sum(points.values()), possible))


@dataclass(slots=True, kw_only=True)
class Attempt:
    """`number` counts a learner's attempts at a quiz from 1.

    It asks `question_ids` of the lesson's `lesson_version`, and is marked by what its `graded_version` says of them.

    `deadline` is None where time doesn't end it. `is_timed_out` says that time has handed it in. It has a score once it
    was handed in.
    """

    id: AttemptId
    enrollment_id: EnrollmentId
    lesson_id: LessonId
    number: int
    lesson_version: int
    graded_version: int
    seed: int
    question_ids: tuple[str, ...]
    started_at: datetime
    deadline: datetime | None
    handed_in_at: datetime | None = None
    is_timed_out: bool = False
    score: Score | None = None

    @property
    def is_open(self) -> bool:
        return self.handed_in_at is None

    def has_run_out(self, at: datetime) -> bool:
        return self.is_open and self.deadline is not None and at > self.deadline

    def assert_answerable(self, at: datetime) -> None:
        """Raises AttemptOver."""
        if not self.is_open or self.has_run_out(at):
            raise AttemptOver("This attempt is over.")

    def hand_in(self, score: Score, *, at: datetime) -> None:
        """By the learner, or by time: then it ended at its deadline, however late that was noticed."""
        assert self.is_open, "handed in once"
        self.is_timed_out = self.has_run_out(at)
        self.handed_in_at = self.deadline if self.is_timed_out else at
        self.score = score

    def regrade(self, score: Score, *, version: int) -> bool:
        """Says whether it is worth something else than before."""
        assert not self.is_open, "only what was handed in has a score"
        changed = score != self.score
        self.graded_version = version
        self.score = score
        return changed

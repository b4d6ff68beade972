"""What attempts at quizzes need of the world."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

from application.learning.ports import LearningUnit
from application.learning.quiz_content import QuizContent, Work
from application.shared.idempotency import IdempotencyKeys
from domain.learning.attempt import Attempt
from domain.learning.enrollment import Enrollment
from domain.learning.paper import Paper
from domain.learning.questions import Question
from domain.shared.errors import Conflict, NotFound
from domain.shared.ids import AttemptId, EnrollmentId, LessonId, UserId


class AttemptNotFound(NotFound):
    """There is none, or it is somebody else's."""

    code = "attempt.not_found"


class QuestionNotFound(NotFound):
    """The attempt doesn't ask it."""

    code = "question.not_found"


class NoQuiz(Conflict):
    """The lesson is of another kind, or was never published."""

    code = "lesson.no_quiz"


@dataclass(frozen=True, slots=True, kw_only=True)
class QuizAtHand:
    """A quiz as it was published last, and what one learner has of it: all attempts in their order."""

    version: int
    content: QuizContent
    extension: timedelta
    attempts: Sequence[Attempt]


class AttemptRepository(Protocol):
    """Lock order: the enrollment, then its attempts. Whoever begins or hands in an attempt holds both."""

    async def quiz_at_hand(self, enrollment: Enrollment, lesson_id: LessonId) -> QuizAtHand:
        """As of now, seen after the enrollment was locked. Raises NoQuiz."""
        ...

    async def get(self, attempt_id: AttemptId) -> tuple[Enrollment, Attempt]:
        """Both locked until the unit ends. Raises AttemptNotFound."""
        ...

    async def work(self, attempt: Attempt, *, graded_version: int | None = None) -> Work:
        """What was answered until the attempt was locked, to be marked by that version, or the one that it has."""
        ...

    async def add(self, attempt: Attempt) -> None: ...

    async def save(self, *attempts: Attempt, awarded: Mapping[str, int] | None = None) -> None:
        """Stores changed attempts, and of a single one what was awarded for each of its questions, in one statement."""
        ...

    async def extend(self, enrollment_id: EnrollmentId, lesson_id: LessonId, extension: timedelta) -> None:
        """Whole seconds; none takes it back."""
        ...

    async def run_out(self, at: datetime, *, limit: int) -> Sequence[AttemptId]:
        """Open attempts whose time had run out by then, the longest first; not locked."""
        ...

    async def graded_before(self, lesson_id: LessonId, version: int, *, limit: int) -> Sequence[AttemptId]:
        """Attempts that were handed in and are marked by an earlier version, in the order of their ids; not locked."""
        ...

    async def newest_version(self, lesson_id: LessonId) -> int:
        """Of a quiz, published last. Raises NoQuiz."""
        ...


class AttemptUnit(LearningUnit, Protocol):
    attempts: AttemptRepository
    idempotency: IdempotencyKeys


@dataclass(frozen=True, slots=True)
class Kept:
    """Whether a packet was the newest of its question so far, and the sequence number that counts now."""

    is_newest: bool
    sequence: int


class AnswerSheets(Protocol):
    """Where the answers of open attempts go, one by one, in as few statements as can be: each is true at once."""

    async def question(self, attempt_id: AttemptId, user_id: UserId, question_id: str) -> tuple[Paper, Question]:
        """A question that this user's attempt asks, with as much of the paper as reading its answer takes.

        Raises:
            AttemptNotFound, QuestionNotFound
            EnrollmentRequired: they have withdrawn.
        """
        ...

    async def keep(self, attempt_id: AttemptId, question_id: str, answer: Any, *, sequence: int, at: datetime) -> Kept:
        """Keeps the answer unless one with a higher number is there already.

        Raises:
            AttemptOver: it was handed in, or its time has run out.
        """
        ...

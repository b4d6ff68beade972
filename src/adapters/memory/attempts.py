from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import msgspec

from adapters.memory.tables import MemoryTables
from adapters.memory.user_queries import Committed
from application.catalog.content_json import content_to_json
from application.learning.attempt_ports import (
    AnswerSheets,
    AttemptNotFound,
    AttemptRepository,
    Kept,
    NoQuiz,
    QuestionNotFound,
    QuizAtHand,
)
from application.learning.ports import EnrollmentRequired
from application.learning.quiz_content import QuizContent, StoredAnswer, Work
from domain.catalog.lesson import LessonVersion
from domain.catalog.lesson_content import Quiz
from domain.learning.attempt import Attempt
from domain.learning.enrollment import Enrollment
from domain.learning.paper import Paper
from domain.learning.questions import Question
from domain.shared.ids import AttemptId, EnrollmentId, LessonId, UserId


def work_of(tables: MemoryTables, attempt: Attempt, *, graded_version: int | None = None) -> Work:
    return Work(
        asked=_content(tables, attempt.lesson_id, attempt.lesson_version),
        graded=_content(tables, attempt.lesson_id, graded_version or attempt.graded_version),
        answers=[answer for (attempt_id, _), answer in tables.answers.items() if attempt_id == attempt.id],
    )


class MemoryAttemptRepository(AttemptRepository):
    """Units come one at a time, so there is nothing to lock."""

    def __init__(self, tables: MemoryTables) -> None:
        self._tables = tables

    async def quiz_at_hand(self, enrollment: Enrollment, lesson_id: LessonId) -> QuizAtHand:
        version = await self.newest_version(lesson_id)
        theirs = [
            replace(attempt)
            for attempt in self._tables.attempts.values()
            if (attempt.enrollment_id, attempt.lesson_id) == (enrollment.id, lesson_id)
        ]
        return QuizAtHand(
            version=version,
            content=_content(self._tables, lesson_id, version),
            extension=self._tables.quiz_extensions.get((enrollment.id, lesson_id), timedelta()),
            attempts=sorted(theirs, key=lambda attempt: attempt.number),
        )

    async def get(self, attempt_id: AttemptId) -> tuple[Enrollment, Attempt]:
        if attempt_id not in self._tables.attempts:
            raise AttemptNotFound("There is no such attempt.")
        attempt = replace(self._tables.attempts[attempt_id])
        return replace(self._tables.enrollments[attempt.enrollment_id]), attempt

    async def work(self, attempt: Attempt, *, graded_version: int | None = None) -> Work:
        return work_of(self._tables, attempt, graded_version=graded_version)

    async def add(self, attempt: Attempt) -> None:
        self._tables.attempts[attempt.id] = replace(attempt)

    async def save(self, *attempts: Attempt, awarded: Mapping[str, int] | None = None) -> None:
        marks: Mapping[str, int] = awarded or {}
        assert len(attempts) == 1 or not marks, "marks are of one attempt"
        self._tables.attempts |= {attempt.id: replace(attempt) for attempt in attempts}
        for question_id, points in marks.items():
            key = (attempts[0].id, question_id)
            blank = StoredAnswer(question_id=question_id, sequence=0, answer=None, awarded=None)
            self._tables.answers[key] = msgspec.structs.replace(self._tables.answers.get(key, blank), awarded=points)

    async def extend(self, enrollment_id: EnrollmentId, lesson_id: LessonId, extension: timedelta) -> None:
        self._tables.quiz_extensions.pop((enrollment_id, lesson_id), None)
        if extension:
            self._tables.quiz_extensions[enrollment_id, lesson_id] = extension

    async def run_out(self, at: datetime, *, limit: int) -> Sequence[AttemptId]:
        found = [attempt for attempt in self._tables.attempts.values() if attempt.has_run_out(at)]
        found.sort(key=lambda attempt: (attempt.deadline, attempt.id))
        return [attempt.id for attempt in found[:limit]]

    async def graded_before(self, lesson_id: LessonId, version: int, *, limit: int) -> Sequence[AttemptId]:
        found = sorted(
            attempt.id
            for attempt in self._tables.attempts.values()
            if attempt.lesson_id == lesson_id and not attempt.is_open and attempt.graded_version < version
        )
        return found[:limit]

    async def newest_version(self, lesson_id: LessonId) -> int:
        versions = [version for version in self._tables.lesson_versions.values() if version.lesson_id == lesson_id]
        if not versions or not isinstance(versions[0].content, Quiz):
            raise NoQuiz("This lesson is no quiz, or was never published.")
        return max(version.number for version in versions)


class MemoryAnswerSheets(AnswerSheets):
    """Writes what is committed: no unit waits in between, so it is as if each answer were one of its own."""

    def __init__(self, committed: Committed) -> None:
        self._committed = committed

    async def question(self, attempt_id: AttemptId, user_id: UserId, question_id: str) -> tuple[Paper, Question]:
        tables = self._committed()
        attempt = tables.attempts.get(attempt_id)
        if attempt is None or tables.enrollments[attempt.enrollment_id].user_id != user_id:
            raise AttemptNotFound("There is no such attempt.")
        if tables.enrollments[attempt.enrollment_id].is_withdrawn:
            raise EnrollmentRequired("Enroll in its course again first.")
        paper = work_of(tables, attempt, graded_version=attempt.lesson_version).paper(attempt)
        question = paper.question(question_id)
        if question is None:
            raise QuestionNotFound("This attempt doesn't ask such a question.")
        return paper, question

    async def keep(self, attempt_id: AttemptId, question_id: str, answer: Any, *, sequence: int, at: datetime) -> Kept:
        tables = self._committed()
        tables.attempts[attempt_id].assert_answerable(at)
        present = tables.answers.get((attempt_id, question_id))
        if present is not None and present.sequence > sequence:
            return Kept(is_newest=False, sequence=present.sequence)
        tables.answers[attempt_id, question_id] = StoredAnswer(
            question_id=question_id, sequence=sequence, answer=answer, awarded=None
        )
        return Kept(is_newest=True, sequence=sequence)


def _content(tables: MemoryTables, lesson_id: LessonId, number: int) -> QuizContent:
    version: LessonVersion = tables.lesson_versions[lesson_id, number]
    return msgspec.convert(content_to_json(version.content), QuizContent)

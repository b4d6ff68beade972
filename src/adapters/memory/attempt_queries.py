from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from adapters.memory.attempts import work_of
from adapters.memory.learning import find_enrollment, offer_of
from adapters.memory.tables import MemoryTables
from adapters.memory.user_queries import Committed
from application.learning.admission import assert_teaches, teaches
from application.learning.attempt_ports import AttemptNotFound, NoQuiz
from application.learning.attempt_queries import (
    AttemptPage,
    AttemptQueries,
    AttemptQuestion,
    FoundAttempt,
    LearnerAttempt,
    LearnerAttemptPage,
)
from application.learning.attempt_views import AttemptStatus, AttemptSummary, ScoreView
from application.learning.ports import EnrollmentRequired, LessonNotFound
from application.shared.actor import Actor
from application.shared.encoded import Encoded, content_tag
from application.shared.page import Instant, decode_cursor, encode_cursor
from domain.catalog.course import CourseStatus
from domain.catalog.lesson_content import LessonKind
from domain.learning.attempt import Attempt
from domain.shared.ids import AttemptId, LessonId, UserId


class MemoryAttemptQueries(AttemptQueries):
    def __init__(self, committed: Committed) -> None:
        self._committed = committed

    async def attempt(self, attempt_id: AttemptId, actor: Actor) -> FoundAttempt:
        tables = self._committed()
        attempt = tables.attempts.get(attempt_id)
        if attempt is None:
            raise AttemptNotFound("There is no such attempt.")
        enrollment = tables.enrollments[attempt.enrollment_id]
        offer = offer_of(tables.courses[enrollment.course_id])
        if not (enrollment.user_id == actor.user_id or teaches(offer, actor)):
            raise AttemptNotFound("There is no such attempt.")
        return FoundAttempt(
            attempt=attempt,
            work=work_of(tables, attempt),
            course_id=enrollment.course_id,
            user_id=enrollment.user_id,
            is_teacher=enrollment.user_id != actor.user_id,
        )

    async def mine(self, user_id: UserId, lesson_id: LessonId, question: AttemptQuestion) -> Encoded[AttemptPage]:
        tables = self._committed()
        asked = {"lesson_id": lesson_id, "user_id": user_id}
        found = [each for each in _of_lesson(tables, lesson_id) if _user_of(tables, each) == user_id]
        if not found and question.cursor is None:
            _assert_takes(tables, user_id, lesson_id)
        return _encoded(AttemptPage(*_page(found, question, asked, lambda each: _summary(tables, each))))

    async def of_quiz(
        self, lesson_id: LessonId, question: AttemptQuestion, actor: Actor
    ) -> Encoded[LearnerAttemptPage]:
        tables = self._committed()
        lesson = tables.lessons.get(lesson_id)
        if lesson is None or not (lesson.is_published or teaches(offer_of(tables.courses[lesson.course_id]), actor)):
            raise LessonNotFound("There is no such lesson.")
        assert_teaches(offer_of(tables.courses[lesson.course_id]), actor)
        asked = {"lesson_id": lesson_id, "of": question.user_id}
        wanted = question.user_id
        found = [each for each in _of_lesson(tables, lesson_id) if wanted in {None, _user_of(tables, each)}]
        return _encoded(LearnerAttemptPage(*_page(found, question, asked, lambda each: _of_learner(tables, each))))


def _assert_takes(tables: MemoryTables, user_id: UserId, lesson_id: LessonId) -> None:
    lesson = tables.lessons.get(lesson_id)
    enrollment = None if lesson is None else find_enrollment(tables, lesson.course_id, user_id)
    if lesson is None or not lesson.is_published:
        raise LessonNotFound("There is no such lesson.")
    if enrollment is None and tables.courses[lesson.course_id].status is not CourseStatus.PUBLISHED:
        raise LessonNotFound("There is no such lesson.")
    if enrollment is None or enrollment.is_withdrawn:
        raise EnrollmentRequired("Enroll in its course first.")
    if lesson.kind is not LessonKind.QUIZ:
        raise NoQuiz("This lesson is no quiz.")


def _of_lesson(tables: MemoryTables, lesson_id: LessonId) -> list[Attempt]:
    return [attempt for attempt in tables.attempts.values() if attempt.lesson_id == lesson_id]


def _user_of(tables: MemoryTables, attempt: Attempt) -> UserId:
    return tables.enrollments[attempt.enrollment_id].user_id


def _page(
    found: Iterable[Attempt], question: AttemptQuestion, asked: object, view: Callable[[Attempt], Any]
) -> tuple[list[Any], str | None]:
    chosen = sorted(found, key=_place, reverse=True)
    if question.cursor is not None:
        after = decode_cursor(asked, question.cursor, tuple[Instant, UUID])
        chosen = [attempt for attempt in chosen if _place(attempt) < after]
    shown = chosen[: question.limit]
    cursor = encode_cursor(asked, _place(shown[-1])) if len(chosen) > len(shown) else None
    return [view(attempt) for attempt in shown], cursor


def _place(attempt: Attempt) -> tuple[datetime, UUID]:
    return (attempt.started_at, attempt.id)


def _summary(tables: MemoryTables, attempt: Attempt) -> AttemptSummary:
    return AttemptSummary(**_fields(tables, attempt))


def _of_learner(tables: MemoryTables, attempt: Attempt) -> LearnerAttempt:
    user = tables.users.get(_user_of(tables, attempt))
    return LearnerAttempt(**_fields(tables, attempt), learner=None if user is None else user.display_name or user.name)


def _fields(tables: MemoryTables, attempt: Attempt) -> dict[str, Any]:
    names = ("id", "lesson_id", "number", "started_at", "deadline", "handed_in_at", "is_timed_out")
    return {name: getattr(attempt, name) for name in names} | {
        "user_id": _user_of(tables, attempt),
        "status": AttemptStatus.OPEN if attempt.is_open else AttemptStatus.HANDED_IN,
        "score": None if attempt.score is None else ScoreView.of(attempt.score),
    }


def _encoded(view: Any) -> Encoded[Any]:
    body = msgspec.json.encode(view)
    return Encoded(body, content_tag(body))

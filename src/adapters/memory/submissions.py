from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from adapters.memory.learning import find_enrollment, offer_of
from adapters.memory.tables import MemoryTables
from adapters.memory.user_queries import Committed
from application.learning.admission import assert_teaches_lesson, teaches
from application.learning.ports import EnrollmentRequired, LessonNotFound, LessonOffer
from application.learning.submission_ports import (
    NoAssignment,
    SubmissionAtHand,
    SubmissionNotFound,
    SubmissionRepository,
    rules_of_settings,
)
from application.learning.submission_queries import SubmissionQueries, SubmissionQuestion
from application.learning.submission_views import GradeRow, GradeView, SubmissionPage, SubmissionView
from application.shared.actor import Actor
from application.shared.assignment_document import AssignmentSettings
from application.shared.encoded import Encoded, content_tag
from application.shared.page import Instant, decode_cursor, encode_cursor
from domain.catalog.course import CourseStatus
from domain.catalog.lesson_content import Assignment
from domain.learning.assignment import AssignmentRules
from domain.learning.enrollment import Enrollment
from domain.learning.grading import HUNDREDTHS
from domain.learning.submission import Grade, Submission
from domain.shared.ids import LessonId, SubmissionId, UserId


class MemorySubmissionRepository(SubmissionRepository):
    """Units come one at a time, so there is nothing to lock."""

    def __init__(self, tables: MemoryTables) -> None:
        self._tables = tables

    async def rules(self, lesson_id: LessonId) -> AssignmentRules:
        lesson = self._tables.lessons.get(lesson_id)
        if lesson is None or not isinstance(lesson.content, Assignment):
            raise NoAssignment("This lesson is no assignment.")
        return rules_of_settings(msgspec.convert(lesson.content.settings, AssignmentSettings))

    async def of_learner(self, enrollment: Enrollment, lesson_id: LessonId) -> Sequence[Submission]:
        found = (
            replace(each)
            for each in self._tables.submissions.values()
            if (each.enrollment_id, each.lesson_id) == (enrollment.id, lesson_id)
        )
        return sorted(found, key=lambda each: each.number)

    async def get(self, submission_id: SubmissionId) -> SubmissionAtHand:
        if submission_id not in self._tables.submissions:
            raise SubmissionNotFound("There is no such submission.")
        return self._at_hand(self._tables.submissions[submission_id])

    async def newest(self, lesson_id: LessonId, user_ids: Iterable[UserId]) -> Mapping[UserId, SubmissionAtHand]:
        wanted = set(user_ids)
        found: dict[UserId, SubmissionAtHand] = {}
        for each in sorted(self._tables.submissions.values(), key=lambda each: each.number):
            user_id = self._tables.enrollments[each.enrollment_id].user_id
            if each.lesson_id == lesson_id and user_id in wanted:
                found[user_id] = self._at_hand(each)
        return found

    async def add(self, submission: Submission) -> None:
        self._tables.submissions[submission.id] = replace(submission)

    async def save(self, submission: Submission) -> None:
        self._tables.submissions[submission.id] = replace(submission)

    async def view(self, submission_id: SubmissionId) -> Encoded[SubmissionView]:
        return _encoded_one(self._tables, self._tables.submissions[submission_id])

    def _at_hand(self, submission: Submission) -> SubmissionAtHand:
        enrollment = self._tables.enrollments[submission.enrollment_id]
        course = offer_of(self._tables.courses[enrollment.course_id])
        return SubmissionAtHand(replace(enrollment), replace(submission), course)


class MemorySubmissionQueries(SubmissionQueries):
    def __init__(self, committed: Committed) -> None:
        self._committed = committed

    async def submission(self, submission_id: SubmissionId, actor: Actor) -> Encoded[SubmissionView]:
        tables = self._committed()
        submission = tables.submissions.get(submission_id)
        if submission is None:
            raise SubmissionNotFound("There is no such submission.")
        enrollment = tables.enrollments[submission.enrollment_id]
        if not (enrollment.user_id == actor.user_id or teaches(offer_of(tables.courses[enrollment.course_id]), actor)):
            raise SubmissionNotFound("There is no such submission.")
        return _encoded_one(tables, submission)

    async def mine(self, user_id: UserId, lesson_id: LessonId, question: SubmissionQuestion) -> Encoded[SubmissionPage]:
        tables = self._committed()
        asked = {"lesson_id": lesson_id, "user_id": user_id}
        found = [each for each in _of(tables, lesson_id) if tables.enrollments[each.enrollment_id].user_id == user_id]
        if not found and question.cursor is None:
            _assert_takes(tables, user_id, lesson_id)
        return _page(found, question, asked, lambda each: _view(tables, each))

    async def of_assignment(
        self, lesson_id: LessonId, question: SubmissionQuestion, actor: Actor
    ) -> Encoded[SubmissionPage]:
        tables = self._committed()
        _assert_teaches(tables, lesson_id, actor)
        asked = {"lesson_id": lesson_id, "graded": question.graded}
        found = [each for each in _of(tables, lesson_id) if question.graded in {None, each.grade is not None}]
        return _page(found, question, asked, lambda each: _view(tables, each))

    async def grades(self, lesson_id: LessonId, actor: Actor) -> Sequence[GradeRow]:
        tables = self._committed()
        _assert_teaches(tables, lesson_id, actor)
        lesson = tables.lessons[lesson_id]
        if not isinstance(lesson.content, Assignment):
            raise NoAssignment("This lesson is no assignment.")
        newest = {each.enrollment_id: each for each in sorted(_of(tables, lesson_id), key=lambda each: each.number)}
        learning = [
            each for each in tables.enrollments.values() if each.course_id == lesson.course_id and not each.is_withdrawn
        ]
        rows = [_grade_row(tables, enrollment, newest.get(enrollment.id)) for enrollment in learning]
        return sorted(rows, key=lambda row: (row.learner is None, row.learner or "", row.user_id))


def _assert_teaches(tables: MemoryTables, lesson_id: LessonId, actor: Actor) -> None:
    lesson = tables.lessons.get(lesson_id)
    if lesson is None:
        raise LessonNotFound("There is no such lesson.")
    assert_teaches_lesson(LessonOffer(offer_of(tables.courses[lesson.course_id]), lesson.is_published), actor)


def _assert_takes(tables: MemoryTables, user_id: UserId, lesson_id: LessonId) -> None:
    lesson = tables.lessons.get(lesson_id)
    enrollment = None if lesson is None else find_enrollment(tables, lesson.course_id, user_id)
    if lesson is None or not lesson.is_published:
        raise LessonNotFound("There is no such lesson.")
    if enrollment is None and tables.courses[lesson.course_id].status is not CourseStatus.PUBLISHED:
        raise LessonNotFound("There is no such lesson.")
    if enrollment is None or enrollment.is_withdrawn:
        raise EnrollmentRequired("Enroll in its course first.")
    if not isinstance(lesson.content, Assignment):
        raise NoAssignment("This lesson is no assignment.")


def _of(tables: MemoryTables, lesson_id: LessonId) -> list[Submission]:
    return [each for each in tables.submissions.values() if each.lesson_id == lesson_id]


def _page(
    found: Iterable[Submission], question: SubmissionQuestion, asked: object, view: Callable[[Submission], Any]
) -> Encoded[SubmissionPage]:
    chosen = sorted(found, key=_place, reverse=True)
    if question.cursor is not None:
        after = decode_cursor(asked, question.cursor, tuple[Instant, UUID])
        chosen = [each for each in chosen if _place(each) < after]
    shown = chosen[: question.limit]
    cursor = encode_cursor(asked, _place(shown[-1])) if len(chosen) > len(shown) else None
    body = msgspec.json.encode(SubmissionPage([view(each) for each in shown], cursor))
    return Encoded(body, content_tag(body))


def _place(submission: Submission) -> tuple[datetime, UUID]:
    return (submission.submitted_at, submission.id)


def _encoded_one(tables: MemoryTables, submission: Submission) -> Encoded[SubmissionView]:
    body = msgspec.json.encode(_view(tables, submission))
    return Encoded(body, f"{submission.version}-{content_tag(body)}")


def _view(tables: MemoryTables, submission: Submission) -> SubmissionView:
    enrollment = tables.enrollments[submission.enrollment_id]
    return SubmissionView(
        id=submission.id,
        lesson_id=submission.lesson_id,
        course_id=enrollment.course_id,
        user_id=enrollment.user_id,
        learner=_name(tables, enrollment.user_id),
        number=submission.number,
        text=submission.work.text,
        link=submission.work.link,
        submitted_at=submission.submitted_at,
        late_seconds=int(submission.lateness.total_seconds()),
        grade=None if submission.grade is None else _grade(submission.grade),
        version=submission.version,
    )


def _grade(grade: Grade) -> GradeView:
    return GradeView(
        points=grade.earned / HUNDREDTHS,
        deducted=grade.deducted / HUNDREDTHS,
        percent=grade.percent,
        comment=grade.comment,
        rubric={key: points / HUNDREDTHS for key, points in grade.rubric.items()},
        graded_at=grade.graded_at,
        graded_by=grade.graded_by,
    )


def _grade_row(tables: MemoryTables, enrollment: Enrollment, submission: Submission | None) -> GradeRow:
    user = tables.users[enrollment.user_id]
    grade = None if submission is None else submission.grade
    return GradeRow(
        user_id=enrollment.user_id,
        email=user.email,
        learner=_name(tables, enrollment.user_id),
        number=None if submission is None else submission.number,
        submitted_at=None if submission is None else submission.submitted_at,
        late_seconds=None if submission is None else int(submission.lateness.total_seconds()),
        points=None if grade is None else grade.earned / HUNDREDTHS,
        deducted=None if grade is None else grade.deducted / HUNDREDTHS,
        percent=None if grade is None else grade.percent,
        comment=None if grade is None else grade.comment,
    )


def _name(tables: MemoryTables, user_id: UserId) -> str | None:
    user = tables.users[user_id]
    return user.display_name or user.name

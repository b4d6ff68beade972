from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from adapters.memory.learner_courses import learner_course, structure_of
from adapters.memory.learning import enrollment_at, find_enrollment, offer_of
from adapters.memory.tables import MemoryTables
from adapters.memory.user_queries import Committed
from application.learning.admission import assert_teaches
from application.learning.ports import CourseNotFound, EnrollmentRequired
from application.learning.queries import (
    EnrollmentQuestion,
    EnrollmentView,
    LearnerPage,
    LearnerSummary,
    LearningQueries,
    MyCoursePage,
    MyCourseSummary,
)
from application.learning.structure import LearnerCourse, completed_in
from application.shared.actor import Actor
from application.shared.encoded import Encoded, content_tag
from application.shared.page import Instant, decode_cursor, encode_cursor
from domain.catalog.course import CourseStatus
from domain.learning.enrollment import Enrollment
from domain.learning.progress import percent_of
from domain.shared.ids import CourseId, LessonId, UserId


class MemoryLearningQueries(LearningQueries):
    def __init__(self, committed: Committed) -> None:
        self._committed = committed

    async def learners(self, course_id: CourseId, question: EnrollmentQuestion, actor: Actor) -> Encoded[LearnerPage]:
        tables = self._committed()
        if course_id not in tables.courses:
            raise CourseNotFound("There is no such course.")
        assert_teaches(offer_of(tables.courses[course_id]), actor)
        asked = {"course_id": course_id, "status": question.status}
        found = (each for each in tables.enrollments.values() if each.course_id == course_id)
        page = _page(found, question, asked, lambda enrollment: _learner(tables, enrollment))
        return _encoded(LearnerPage(*page))

    async def my_courses(self, user_id: UserId, question: EnrollmentQuestion) -> Encoded[MyCoursePage]:
        tables = self._committed()
        asked = {"user_id": user_id, "status": question.status}
        found = (each for each in tables.enrollments.values() if each.user_id == user_id)
        page = _page(found, question, asked, lambda enrollment: _my_course(tables, enrollment))
        return _encoded(MyCoursePage(*page))

    async def course_of(self, user_id: UserId, course_id: CourseId) -> LearnerCourse:
        tables = self._committed()
        enrollment = find_enrollment(tables, course_id, user_id)
        if enrollment is None:
            if course_id in tables.courses and tables.courses[course_id].status is CourseStatus.PUBLISHED:
                raise EnrollmentRequired("You never enrolled in this course.")
            raise CourseNotFound("There is no such course.")
        return learner_course(tables, enrollment)

    async def course_of_lesson(self, user_id: UserId, lesson_id: LessonId) -> LearnerCourse:
        tables = self._committed()
        return learner_course(tables, enrollment_at(tables, lesson_id, user_id))


def _page(
    found: Iterable[Enrollment], question: EnrollmentQuestion, asked: object, view: Callable[[Enrollment], Any]
) -> tuple[list[Any], str | None]:
    chosen = [enrollment for enrollment in found if _is_asked(enrollment, question)]
    chosen.sort(key=_place, reverse=True)
    if question.cursor is not None:
        after = decode_cursor(asked, question.cursor, tuple[Instant, UUID])
        chosen = [enrollment for enrollment in chosen if _place(enrollment) < after]
    shown = chosen[: question.limit]
    cursor = encode_cursor(asked, _place(shown[-1])) if len(chosen) > len(shown) else None
    return [view(enrollment) for enrollment in shown], cursor


def _is_asked(enrollment: Enrollment, question: EnrollmentQuestion) -> bool:
    return not enrollment.is_withdrawn if question.status is None else enrollment.status is question.status


def _place(enrollment: Enrollment) -> tuple[datetime, UUID]:
    return (enrollment.enrolled_at, enrollment.id)


def _counts(tables: MemoryTables, enrollment: Enrollment) -> dict[str, int]:
    modules = structure_of(tables, enrollment)
    lessons, completed = sum(len(module.lessons) for module in modules), len(completed_in(modules))
    return {"lessons": lessons, "lessons_completed": completed, "percent": percent_of(completed, lessons)}


def _learner(tables: MemoryTables, enrollment: Enrollment) -> LearnerSummary:
    user = tables.users[enrollment.user_id]
    fields: dict[str, Any] = {name: getattr(enrollment, name) for name in EnrollmentView.__struct_fields__}
    return LearnerSummary(**fields | _counts(tables, enrollment), learner=user.display_name or user.name)


def _my_course(tables: MemoryTables, enrollment: Enrollment) -> MyCourseSummary:
    course = tables.courses[enrollment.course_id]
    return MyCourseSummary(
        course_id=course.id,
        slug=course.slug,
        title=course.content.title,
        summary=course.content.summary,
        cover_url=course.content.cover_url,
        course_status=course.status,
        status=enrollment.status,
        enrolled_at=enrollment.enrolled_at,
        completed_at=enrollment.completed_at,
        **_counts(tables, enrollment),
    )


def _encoded(page: Any) -> Encoded[Any]:
    body = msgspec.json.encode(page)
    return Encoded(body, content_tag(body))

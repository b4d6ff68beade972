"""A course with content in any store, and questions about it."""

from collections.abc import Sequence
from typing import Any

import msgspec
from uuid_utils.compat import uuid7

from adapters.memory.content_queries import MemoryContentQueries
from adapters.memory.unit import MemoryStore
from adapters.postgres.queries.content import PostgresContentQueries
from application.catalog.content_queries import (
    ContentQueries,
    CourseStructure,
    LessonView,
    ModuleStructure,
)
from application.catalog.queries import ANYBODY, Reader
from application.catalog.whole_course import WholeCourse
from domain.catalog.course import Course
from domain.catalog.lesson import Lesson, LessonVersion
from domain.catalog.module import Module
from domain.identity.user import User
from domain.learning.enrollment import Enrollment
from domain.shared.ids import EnrollmentId, UserId
from tests.contract.conftest import Persistence
from tests.support.catalog import a_course
from tests.support.people import NOON, a_user

ADMIN = Reader(UserId(uuid7()), is_admin=True)


class Content:
    """A course of an author's, with whatever it is given, and questions about it."""

    def __init__(self, persistence: Persistence) -> None:
        self._persistence = persistence
        place = persistence.place
        self.queries: ContentQueries = (
            MemoryContentQueries(place.committed) if isinstance(place, MemoryStore) else PostgresContentQueries(place)
        )
        self.author = a_user()

    @property
    def owner(self) -> Reader:
        return Reader(self.author.id)

    async def add(self, course: Course, *things: Module | Lesson | LessonVersion) -> None:
        await self._persistence.add_users(self.author)
        async with self._persistence.begin() as unit:
            await unit.courses.save(course)
            await unit.modules.save(*(thing for thing in things if isinstance(thing, Module)))
            await unit.lessons.save(*(thing for thing in things if isinstance(thing, Lesson)))
            await unit.lessons.keep_versions(*(thing for thing in things if isinstance(thing, LessonVersion)))
            await unit.commit()

    async def enroll(self, course: Course, learner: User, *, withdraw: bool = False) -> None:
        enrollment = Enrollment.begun(EnrollmentId(uuid7()), course.id, learner.id, at=NOON)
        await self._persistence.add_users(learner)
        async with self._persistence.begin() as unit:
            [stored] = await unit.enrollments.obtain(enrollment)
            if withdraw:
                stored.withdraw(at=NOON)
                await unit.enrollments.save(stored)
            await unit.commit()

    def course(self, **given: Any) -> Course:
        return a_course(created_by=self.author.id, **given)

    async def structure(self, course: Course, reader: Reader = ANYBODY) -> Sequence[ModuleStructure]:
        answer = await self.queries.structure(course.id, reader)
        return msgspec.json.decode(answer.body, type=CourseStructure, strict=True).items

    async def whole(self, course: Course, reader: Reader) -> WholeCourse:
        queries = self.queries
        assert isinstance(queries, MemoryContentQueries | PostgresContentQueries)
        return await queries.whole(course.id, reader)

    async def lesson(self, lesson: Lesson, reader: Reader) -> LessonView:
        answer = await self.queries.lesson(lesson.id, reader)
        return msgspec.json.decode(answer.body, type=LessonView, strict=True)

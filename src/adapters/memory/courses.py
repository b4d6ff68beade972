from collections.abc import Iterable, Sequence
from dataclasses import replace

from adapters.memory.content import forget_modules
from adapters.memory.course_queries import encoded_detail
from adapters.memory.tables import MemoryTables
from application.catalog.ports import (
    CourseHasLearners,
    CourseIsPrerequisite,
    CourseNotFound,
    CourseRepository,
    ExternalIdTaken,
    Owners,
)
from application.catalog.queries import CourseView, Reader
from application.shared.encoded import Encoded
from domain.catalog.course import Course
from domain.catalog.prerequisites import Graph
from domain.shared.ids import CourseId, UserId


class MemoryCourseRepository(CourseRepository):
    """Units come one at a time, so there is nothing to lock."""

    def __init__(self, tables: MemoryTables) -> None:
        self._tables = tables

    async def get(self, course_id: CourseId) -> Course:
        if course_id not in self._tables.courses:
            raise CourseNotFound("There is no such course.")
        return replace(self._tables.courses[course_id])

    async def find_all(self, course_ids: Iterable[CourseId]) -> Sequence[Course]:
        wanted = set(course_ids)
        return [replace(course) for course in self._tables.courses.values() if course.id in wanted]

    async def find_by_external_ids(self, external_ids: Iterable[str]) -> Sequence[Course]:
        wanted = set(external_ids)
        return [replace(course) for course in self._tables.courses.values() if course.external_id in wanted]

    async def save(self, *courses: Course) -> None:
        for course in courses:
            self._assert_external_id_is_free(course)
            self._tables.courses[course.id] = replace(course)

    async def delete(self, course: Course) -> None:
        if any(course.id in other.prerequisites for other in self._tables.courses.values()):
            self._tables.was_refused = True
            raise CourseIsPrerequisite("Another course builds on this one.")
        if any(enrollment.course_id == course.id for enrollment in self._tables.enrollments.values()):
            self._tables.was_refused = True
            raise CourseHasLearners("Somebody learns in this course, or did.")
        self._tables.courses.pop(course.id, None)
        forget_modules(self._tables, lambda module: module.course_id == course.id)

    async def lock_prerequisites(self) -> None:
        return

    async def prerequisites_from(self, course_ids: Iterable[CourseId]) -> Graph:
        graph: dict[CourseId, Sequence[CourseId]] = {}
        waiting = list(course_ids)
        while waiting:
            course = self._tables.courses.get(waiting.pop())
            if course is not None and course.prerequisites and course.id not in graph:
                graph[course.id] = course.prerequisites
                waiting.extend(course.prerequisites)
        return graph

    async def view(self, course_id: CourseId, reader: Reader) -> Encoded[CourseView]:
        return encoded_detail(self._tables, course_id, reader)

    def _assert_external_id_is_free(self, course: Course) -> None:
        others = (other for other in self._tables.courses.values() if other.id != course.id)
        if course.external_id is not None and any(other.external_id == course.external_id for other in others):
            self._tables.was_refused = True
            raise ExternalIdTaken("Another course has this external id.")


class MemoryOwners(Owners):
    def __init__(self, tables: MemoryTables) -> None:
        self._tables = tables

    async def find(self, reference: str) -> UserId | None:
        wanted = reference.lower()
        live = (user for user in self._tables.users.values() if user.is_live)
        return next((user.id for user in live if wanted in {str(user.id), (user.email or "").lower()}), None)

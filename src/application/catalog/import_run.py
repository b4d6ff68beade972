from collections.abc import Sequence
from datetime import datetime

from application.catalog.course_table import CourseRow, CourseTable, RowError
from application.catalog.ports import CatalogUnit
from application.catalog.trail import record_course
from application.shared.actor import Actor
from application.shared.clock import NewId
from domain.catalog.content import Draft, checked
from domain.catalog.course import Course, CourseStatus
from domain.catalog.prerequisites import position_of_cycle
from domain.shared.errors import FieldError, Refusal
from domain.shared.ids import CourseId, UserId
from domain.shared.rich_text import Render


class ImportRun:
    """One import under way, in one unit: batch after batch is taken, then the courses are connected.

    Every course is in one of `created`, `changed` and `unchanged`, every bad row in `errors`.
    """

    def __init__(
        self,
        unit: CatalogUnit,
        table: CourseTable,
        *,
        actor: Actor,
        owner: UserId | None,
        status: CourseStatus,
        at: datetime,
        new_id: NewId,
        render: Render,
    ) -> None:
        self._unit = unit
        self._table = table
        self._actor = actor
        self._owner = owner
        self._status = status
        self._at = at
        self._new_id = new_id
        self._render = render
        self._ids: dict[str, CourseId] = {}
        self._requirements: dict[CourseId, CourseRow] = {}
        self.created: set[CourseId] = set()
        self.changed: set[CourseId] = set()
        self.unchanged: set[CourseId] = set()
        self.errors: list[RowError] = []

    async def take(self, batch: Sequence[CourseRow | list[RowError]]) -> None:
        """Stores what is new and what is different among these rows."""
        rows = [row for row in batch if isinstance(row, CourseRow)]
        self.errors += [error for row in batch if not isinstance(row, CourseRow) for error in row]
        found = await self._unit.courses.find_by_external_ids([row.external_id for row in rows])
        known = {course.external_id: course for course in found}
        taken = [self._taken(row, known.get(row.external_id)) for row in rows]
        await self._store([course for course in taken if course and course.id not in self.unchanged])

    async def connect(self) -> None:
        """Gives the courses their prerequisites, which may stand anywhere in the table, or not in it at all."""
        if not self._requirements:
            return
        named = {name for row in self._requirements.values() for name in row.prerequisite_ids or ()}
        elsewhere = await self._unit.courses.find_by_external_ids(named - self._ids.keys())
        self._ids |= {course.external_id: course.id for course in elsewhere if course.external_id}
        courses = await self._unit.courses.find_all(self._requirements)
        reachable = await self._unit.courses.prerequisites_from([*self._requirements, *self._ids.values()])
        graph = {course_id: tuple(first) for course_id, first in reachable.items()}
        different = [course for course in sorted(courses, key=lambda c: c.id) if self._connected(course, graph)]
        self.unchanged -= {course.id for course in different}
        self.changed |= {course.id for course in different} - self.created
        await self._store(different)

    def _taken(self, row: CourseRow, course: Course | None) -> Course | None:
        try:
            result = self._new(row) if course is None else self._revised(row, course)
        except Refusal as refusal:
            self.errors += [self._row_error(row, error) for error in refusal.errors]
            return None
        self._ids[row.external_id] = result.id
        if row.prerequisite_ids is not None:
            self._requirements[result.id] = row
        return result

    def _new(self, row: CourseRow) -> Course:
        content = checked(row.changes.applied_to(Draft(title="")), self._render)
        course_id = CourseId(self._new_id())
        course = Course.drafted(course_id, content, external_id=row.external_id, created_by=self._owner, at=self._at)
        course.arrive(self._status, at=self._at)
        self.created.add(course_id)
        return course

    def _revised(self, row: CourseRow, course: Course) -> Course:
        draft = row.changes.applied_to(course.content.as_draft())
        content = checked(draft, self._render, former=course.content)
        (self.changed if course.revise(content, at=self._at) else self.unchanged).add(course.id)
        return course

    def _connected(self, course: Course, graph: dict[CourseId, tuple[CourseId, ...]]) -> bool:
        """Whether the course has other prerequisites now; `graph` follows."""
        row = self._requirements[course.id]
        names = row.prerequisite_ids or ()
        wanted = [self._ids[name] for name in names if name in self._ids]
        problems = [f"no course has the external id {name}" for name in names if name not in self._ids]
        place = position_of_cycle(course.id, wanted, graph)
        if place is not None:
            problems.append(f"{names[place]} must itself be learned after this course")
        column = self._table.column("prerequisite_ids")
        self.errors += [RowError(row.line, column, problem) for problem in problems]
        if problems or not course.revise(course.content, prerequisites=wanted, at=self._at):
            return False
        graph[course.id] = course.prerequisites
        return True

    async def _store(self, courses: Sequence[Course]) -> None:
        if courses:
            await self._unit.courses.save(*courses)
        for course in courses:
            verb = "imported" if course.id in self.created else "changed"
            fields = ("external_id", "title", "status", "prerequisites")
            await record_course(
                self._unit.audit, self._actor, verb, course, fields=fields, new_id=self._new_id, at=self._at
            )

    def _row_error(self, row: CourseRow, error: FieldError) -> RowError:
        field = error.pointer.split("/")[1]
        return RowError(row.line, self._table.column(field), error.detail)

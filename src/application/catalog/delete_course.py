from dataclasses import dataclass

from application.catalog.permission import assert_may_change
from application.catalog.ports import CatalogUnit
from application.catalog.trail import record_course
from application.shared.actor import Actor
from application.shared.clock import Clock, NewId
from application.shared.unit import Begin
from domain.shared.ids import CourseId


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteCourse:
    """`expected_version` is the version that the actor has seen; None deletes whatever there is."""

    actor: Actor
    course_id: CourseId
    expected_version: int | None


class DeleteCourseHandler:
    def __init__(self, begin: Begin[CatalogUnit], clock: Clock, new_id: NewId) -> None:
        self._begin = begin
        self._clock = clock
        self._new_id = new_id

    async def __call__(self, command: DeleteCourse) -> None:
        """Deletes for good.

        Raises:
            CourseNotFound, CourseNotYours, VersionStale: as `assert_may_change` says.
            CoursePublished: it is archived first.
            CourseIsPrerequisite: another course builds on it.
        """
        actor, now = command.actor, self._clock()
        async with self._begin() as unit:
            course = await unit.courses.get(command.course_id)
            assert_may_change(course, actor, expected_version=command.expected_version)
            course.assert_deletable()
            await unit.courses.delete(course)
            fields = ("title", "slug", "external_id")
            await record_course(unit.audit, actor, "deleted", course, fields=fields, new_id=self._new_id, at=now)
            await unit.commit()

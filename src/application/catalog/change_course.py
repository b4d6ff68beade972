from collections.abc import Sequence
from dataclasses import dataclass

from application.catalog.course_changes import CourseChanges
from application.catalog.permission import assert_may_change
from application.catalog.ports import CatalogUnit
from application.catalog.queries import CourseView, Reader
from application.catalog.requirement import assert_acyclic, assert_usable
from application.catalog.trail import record_course
from application.shared.actor import Actor
from application.shared.clock import Clock, NewId
from application.shared.encoded import Encoded
from application.shared.unchanged import UNCHANGED
from application.shared.unit import Begin
from domain.catalog.content import checked
from domain.catalog.course import Course
from domain.shared.ids import CourseId
from domain.shared.rich_text import Render


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeCourse:
    """`expected_version` is the version that the actor has seen; None changes whatever there is."""

    actor: Actor
    course_id: CourseId
    expected_version: int | None
    changes: CourseChanges


class ChangeCourseHandler:
    def __init__(self, begin: Begin[CatalogUnit], clock: Clock, new_id: NewId, render: Render) -> None:
        self._begin = begin
        self._clock = clock
        self._new_id = new_id
        self._render = render

    async def __call__(self, command: ChangeCourse) -> Encoded[CourseView]:
        """The course as it is now; a patch that changes nothing leaves its version alone.

        Raises:
            CourseNotFound, CourseNotYours, VersionStale: as `assert_may_change` says.
            CourseInvalid, PrerequisiteCycle: the course must not be like this.
        """
        actor, changes, now = command.actor, command.changes, self._clock()
        async with self._begin() as unit:
            if changes.prerequisites is not UNCHANGED:
                await unit.courses.lock_prerequisites()
            course = await unit.courses.get(command.course_id)
            assert_may_change(course, actor, expected_version=command.expected_version)
            content = checked(changes.applied_to(course.content.as_draft()), self._render, former=course.content)
            wanted = await _wanted_prerequisites(unit, course, command)
            changed = course.revise(content, prerequisites=wanted, at=now)
            if changed:
                await unit.courses.save(course)
                await record_course(unit.audit, actor, "changed", course, fields=changed, new_id=self._new_id, at=now)
            view = await unit.courses.view(course.id, Reader.of(actor))
            await unit.commit()
        return view


async def _wanted_prerequisites(unit: CatalogUnit, course: Course, command: ChangeCourse) -> Sequence[CourseId] | None:
    """All that the course shall have, checked; None where they stay as they are."""
    if command.changes.prerequisites is UNCHANGED:
        return None
    wanted = command.changes.prerequisites or ()
    await assert_usable(unit.courses, wanted, command.actor, present=course.prerequisites)
    await assert_acyclic(unit.courses, course, wanted)
    return wanted

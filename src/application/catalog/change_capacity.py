from dataclasses import dataclass

from application.catalog.permission import assert_may_change
from application.catalog.ports import CatalogUnit
from application.catalog.queries import CourseView, Reader
from application.catalog.trail import record_course
from application.shared.actor import Actor
from application.shared.clock import Clock, NewId
from application.shared.encoded import Encoded
from application.shared.unit import Begin
from domain.shared.ids import CourseId


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeCapacity:
    """`capacity` is None for as many as come. `expected_version` is the version that the actor has seen, None any."""

    actor: Actor
    course_id: CourseId
    expected_version: int | None
    capacity: int | None


class ChangeCapacityHandler:
    """Fewer seats than are taken put nobody out; nobody new comes in before enough have left."""

    def __init__(self, begin: Begin[CatalogUnit], clock: Clock, new_id: NewId) -> None:
        self._begin = begin
        self._clock = clock
        self._new_id = new_id

    async def __call__(self, command: ChangeCapacity) -> Encoded[CourseView]:
        """The course as it is now.

        Raises:
            CourseNotFound, CourseNotYours, VersionStale: as `assert_may_change` says.
        """
        actor, now = command.actor, self._clock()
        async with self._begin() as unit:
            course = await unit.courses.get(command.course_id)
            assert_may_change(course, actor, expected_version=command.expected_version)
            if course.change_capacity(command.capacity, at=now):
                await unit.courses.save(course)
                await record_course(
                    unit.audit, actor, "changed", course, fields=["capacity"], new_id=self._new_id, at=now
                )
            view = await unit.courses.view(course.id, Reader.of(actor))
            await unit.commit()
        return view

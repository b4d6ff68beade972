from dataclasses import dataclass

from application.catalog.content_permission import assert_may_edit
from application.catalog.content_ports import ContentUnit, ModuleNotFound
from application.catalog.content_queries import ModuleView
from application.catalog.content_trail import record_module
from application.catalog.placing import placed
from application.shared.actor import Actor
from application.shared.clock import Clock, NewId
from application.shared.encoded import Encoded
from application.shared.unit import Begin
from application.shared.version import assert_version
from domain.shared.ids import ModuleId


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveModule:
    """To right after another module of the course; None makes it the first."""

    actor: Actor
    module_id: ModuleId
    expected_version: int | None
    after: ModuleId | None


class MoveModuleHandler:
    """Its row alone is changed, but for the rare times when all of the course's modules are spread anew."""

    def __init__(self, begin: Begin[ContentUnit], clock: Clock, new_id: NewId) -> None:
        self._begin = begin
        self._clock = clock
        self._new_id = new_id

    async def __call__(self, command: MoveModule) -> Encoded[ModuleView]:
        """The module as it is now.

        Raises:
            ModuleNotFound, CourseNotYours: as `assert_may_edit` says.
            VersionStale: it has changed since it was read.
            PlaceUnknown: `after` is no other module of this course.
        """
        actor, now = command.actor, self._clock()
        async with self._begin() as unit:
            module = await unit.modules.get(command.module_id)
            course = await unit.courses.get(module.course_id)
            assert_may_edit(course, actor, ModuleNotFound("There is no such module."))
            assert_version(module.version, command.expected_version)
            order = await unit.modules.order(course.id)
            position, others = placed(order, moving=module.id, after=command.after)
            await unit.modules.reposition(others)
            module.move(position, at=now)
            await unit.modules.save(module)
            await record_module(unit.audit, actor, "moved", module, fields=["position"], new_id=self._new_id, at=now)
            view = await unit.modules.view(module.id)
            await unit.commit()
        return view

from dataclasses import dataclass

from application.catalog.content_permission import assert_may_edit
from application.catalog.content_ports import ContentUnit, ModuleNotFound
from application.catalog.content_trail import record_module
from application.shared.actor import Actor
from application.shared.clock import Clock, NewId
from application.shared.unit import Begin
from application.shared.version import assert_version
from domain.shared.errors import Conflict
from domain.shared.ids import ModuleId


class ModuleNotEmpty(Conflict):
    """What learners may be in the middle of doesn't go by the way: its lessons are moved or deleted first."""

    code = "module.not_empty"


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteModule:
    actor: Actor
    module_id: ModuleId
    expected_version: int | None


class DeleteModuleHandler:
    def __init__(self, begin: Begin[ContentUnit], clock: Clock, new_id: NewId) -> None:
        self._begin = begin
        self._clock = clock
        self._new_id = new_id

    async def __call__(self, command: DeleteModule) -> None:
        """Deletes for good. Rules that speak of it hold from then on.

        Raises:
            ModuleNotFound, CourseNotYours: as `assert_may_edit` says.
            VersionStale: it has changed since it was read.
            ModuleNotEmpty: there are lessons in it.
        """
        actor, now = command.actor, self._clock()
        async with self._begin() as unit:
            module = await unit.modules.get(command.module_id)
            course = await unit.courses.get(module.course_id)
            assert_may_edit(course, actor, ModuleNotFound("There is no such module."))
            assert_version(module.version, command.expected_version)
            if await unit.lessons.order(module.id):
                raise ModuleNotEmpty("A module is deleted when there is no lesson left in it.")
            await unit.modules.delete(module)
            await record_module(unit.audit, actor, "deleted", module, fields=["title"], new_id=self._new_id, at=now)
            await unit.commit()

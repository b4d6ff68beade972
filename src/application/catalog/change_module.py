from dataclasses import dataclass

from application.catalog.content_permission import assert_may_edit
from application.catalog.content_ports import ContentUnit, ModuleNotFound
from application.catalog.content_queries import ModuleView
from application.catalog.content_trail import record_module
from application.catalog.unlock_check import Wanted, module_rules
from application.shared.actor import Actor
from application.shared.clock import Clock, NewId
from application.shared.encoded import Encoded
from application.shared.unchanged import UNCHANGED, Unchanged, merged
from application.shared.unit import Begin
from application.shared.version import assert_version
from domain.catalog.module import checked_title
from domain.shared.ids import ModuleId


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeModule:
    """A merge patch: None clears, which is refused for the title. `expected_version` None changes whatever it is."""

    actor: Actor
    module_id: ModuleId
    expected_version: int | None
    title: str | Unchanged | None = UNCHANGED
    unlock: Wanted | Unchanged | None = UNCHANGED


class ChangeModuleHandler:
    def __init__(self, begin: Begin[ContentUnit], clock: Clock, new_id: NewId) -> None:
        self._begin = begin
        self._clock = clock
        self._new_id = new_id

    async def __call__(self, command: ChangeModule) -> Encoded[ModuleView]:
        """The module as it is now; a patch that changes nothing leaves its version alone.

        Raises:
            ModuleNotFound, CourseNotYours: as `assert_may_edit` says.
            VersionStale: it has changed since it was read.
            ModuleInvalid, UnlockInvalid: a field, or a rule, is wrong.
        """
        actor, now = command.actor, self._clock()
        async with self._begin() as unit:
            module = await unit.modules.get(command.module_id)
            course = await unit.courses.get(module.course_id)
            assert_may_edit(course, actor, ModuleNotFound("There is no such module."))
            assert_version(module.version, command.expected_version)
            title = checked_title(merged(command.title, module.title) or "")
            wanted = merged(command.unlock, list(map(dict, module.unlock)))
            unlock = await module_rules(unit.lessons, module, wanted or [])
            changed = module.revise(title, unlock, at=now)
            if changed:
                await unit.modules.save(module)
                await record_module(unit.audit, actor, "changed", module, fields=changed, new_id=self._new_id, at=now)
            view = await unit.modules.view(module.id)
            await unit.commit()
        return view

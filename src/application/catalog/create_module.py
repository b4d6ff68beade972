from dataclasses import dataclass

from application.catalog.content_permission import assert_may_edit
from application.catalog.content_ports import ContentUnit
from application.catalog.content_queries import ModuleView
from application.catalog.content_trail import record_module
from application.catalog.course_document import MAXIMUM_MODULES
from application.catalog.placing import last, placed
from application.catalog.ports import CourseNotFound
from application.catalog.unlock_check import Wanted, module_rules
from application.shared.actor import Actor
from application.shared.clock import Clock, NewId
from application.shared.idempotency import Created, IdempotencyKey
from application.shared.unit import Begin
from domain.catalog.module import Module, checked_title
from domain.shared.errors import Conflict
from domain.shared.ids import CourseId, ModuleId


class TooManyModules(Conflict):
    code = "module.too_many"


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateModule:
    actor: Actor
    course_id: CourseId
    title: str
    unlock: Wanted
    idempotency: IdempotencyKey | None = None


class CreateModuleHandler:
    """Makes a module, the last of its course."""

    def __init__(self, begin: Begin[ContentUnit], clock: Clock, new_id: NewId) -> None:
        self._begin = begin
        self._clock = clock
        self._new_id = new_id

    async def __call__(self, command: CreateModule) -> Created[ModuleView]:
        """The new module; for a request sent again, what it made the first time.

        Raises:
            CourseNotFound, CourseNotYours: as `assert_may_edit` says.
            ModuleInvalid, UnlockInvalid: a field, or a rule, is wrong.
            TooManyModules: the course has as many as one may have.
            IdempotencyKeyReused, IdempotencyKeyInFlight: as `IdempotencyKeys.find` says.
        """
        actor, now = command.actor, self._clock()
        async with self._begin() as unit:
            kept = await unit.idempotency.find(command.idempotency)
            if kept is not None:
                return kept
            course = await unit.courses.get(command.course_id)
            assert_may_edit(course, actor, CourseNotFound("There is no such course."))
            module = Module(
                id=ModuleId(self._new_id()),
                course_id=course.id,
                title=checked_title(command.title),
                position=await _last_position(unit, course.id),
                created_at=now,
                updated_at=now,
            )
            module.unlock = await module_rules(unit.lessons, module, command.unlock)
            await unit.modules.save(module)
            await record_module(unit.audit, actor, "created", module, fields=["title"], new_id=self._new_id, at=now)
            answer = Created(module.id, await unit.modules.view(module.id))
            await unit.idempotency.keep(command.idempotency, answer, at=now)
            await unit.commit()
        return answer


async def _last_position(unit: ContentUnit, course_id: CourseId) -> str:
    order = await unit.modules.order(course_id)
    if len(order) >= MAXIMUM_MODULES:
        raise TooManyModules(f"A course has at most {MAXIMUM_MODULES} modules.")
    position, others = placed(order, after=last(order))
    await unit.modules.reposition(others)
    return position

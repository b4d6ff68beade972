from dataclasses import dataclass

from application.catalog.content_permission import assert_may_edit
from application.catalog.content_ports import ContentUnit, ModuleNotFound
from application.catalog.content_queries import LessonView
from application.catalog.content_trail import record_lesson
from application.catalog.course_document import MAXIMUM_LESSONS
from application.catalog.lesson_check import lesson_from
from application.catalog.placing import last, placed
from application.catalog.queries import Reader
from application.catalog.unlock_check import Wanted, lesson_rules
from application.shared.actor import Actor
from application.shared.clock import Clock, NewId
from application.shared.idempotency import Created, IdempotencyKey
from application.shared.unit import Begin
from domain.catalog.lesson import Lesson
from domain.catalog.lesson_content import LessonDraft
from domain.catalog.module import Module
from domain.shared.errors import Conflict
from domain.shared.ids import LessonId, ModuleId
from domain.shared.rich_text import Render


class TooManyLessons(Conflict):
    code = "lesson.too_many"


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateLesson:
    actor: Actor
    module_id: ModuleId
    draft: LessonDraft
    is_preview: bool
    unlock: Wanted
    idempotency: IdempotencyKey | None = None


class CreateLessonHandler:
    """Makes a draft, the last of its module."""

    def __init__(self, begin: Begin[ContentUnit], clock: Clock, new_id: NewId, render: Render) -> None:
        self._begin = begin
        self._clock = clock
        self._new_id = new_id
        self._render = render

    async def __call__(self, command: CreateLesson) -> Created[LessonView]:
        """The new lesson; for a request sent again, what it made the first time.

        Raises:
            ModuleNotFound, CourseNotYours: as `assert_may_edit` says.
            LessonInvalid, UnlockInvalid: a field, or a rule, is wrong.
            TooManyLessons: the module has as many as one may have.
            IdempotencyKeyReused, IdempotencyKeyInFlight: as `IdempotencyKeys.find` says.
        """
        actor, now = command.actor, self._clock()
        async with self._begin() as unit:
            kept = await unit.idempotency.find(command.idempotency)
            if kept is not None:
                return kept
            module = await unit.modules.get(command.module_id)
            course = await unit.courses.get(module.course_id)
            assert_may_edit(course, actor, ModuleNotFound("There is no such module."))
            title, content = lesson_from(command.draft, self._render)
            lesson = Lesson(
                id=LessonId(self._new_id()),
                course_id=course.id,
                module_id=module.id,
                position=await _last_position(unit, module),
                title=title,
                content=content,
                is_preview=command.is_preview,
                created_at=now,
                updated_at=now,
            )
            lesson.unlock = await lesson_rules(unit.lessons, lesson, command.unlock)
            await unit.lessons.save(lesson)
            fields = ("title", "module_id", "kind")
            await record_lesson(unit.audit, actor, "created", lesson, fields=fields, new_id=self._new_id, at=now)
            answer = Created(lesson.id, await unit.lessons.view(lesson.id, Reader.of(actor)))
            await unit.idempotency.keep(command.idempotency, answer, at=now)
            await unit.commit()
        return answer


async def _last_position(unit: ContentUnit, module: Module) -> str:
    order = await unit.lessons.order(module.id)
    if len(order) >= MAXIMUM_LESSONS:
        raise TooManyLessons(f"A module has at most {MAXIMUM_LESSONS} lessons.")
    position, others = placed(order, after=last(order))
    await unit.lessons.reposition(others)
    return position

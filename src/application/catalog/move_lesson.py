from dataclasses import dataclass

from application.catalog.content_permission import assert_may_edit
from application.catalog.content_ports import ContentUnit, LessonNotFound
from application.catalog.content_queries import LessonView
from application.catalog.content_trail import record_lesson
from application.catalog.course_document import MAXIMUM_LESSONS
from application.catalog.create_lesson import TooManyLessons
from application.catalog.placing import placed
from application.catalog.queries import Reader
from application.catalog.unlock_check import assert_can_stand
from application.shared.actor import Actor
from application.shared.clock import Clock, NewId
from application.shared.encoded import Encoded
from application.shared.unit import Begin
from application.shared.version import assert_version
from domain.catalog.lesson import Lesson
from domain.catalog.lesson_content import LessonInvalid
from domain.shared.errors import FieldError
from domain.shared.ids import LessonId, ModuleId


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveLesson:
    """To right after another lesson of a module of the same course; None makes it the first there."""

    actor: Actor
    lesson_id: LessonId
    expected_version: int | None
    module_id: ModuleId
    after: LessonId | None


class MoveLessonHandler:
    """Its row alone is changed, but for the rare times when all of the module's lessons are spread anew."""

    def __init__(self, begin: Begin[ContentUnit], clock: Clock, new_id: NewId) -> None:
        self._begin = begin
        self._clock = clock
        self._new_id = new_id

    async def __call__(self, command: MoveLesson) -> Encoded[LessonView]:
        """The lesson as it is now.

        Raises:
            LessonNotFound, CourseNotYours: as `assert_may_edit` says.
            VersionStale: it has changed since it was read.
            LessonInvalid: there is no such module in this course.
            PlaceUnknown: `after` is no other lesson of that module.
            UnlockInvalid: it would wait for itself there.
            TooManyLessons: the module has as many as one may have.
        """
        actor, now = command.actor, self._clock()
        async with self._begin() as unit:
            lesson = await unit.lessons.get(command.lesson_id)
            course = await unit.courses.get(lesson.course_id)
            missing = LessonNotFound("There is no such lesson.")
            assert_may_edit(course, actor, missing, is_shown=lesson.is_published)
            assert_version(lesson.version, command.expected_version)
            is_newcomer = command.module_id != lesson.module_id
            position = await _position(unit, lesson, command)
            lesson.move(command.module_id, position, at=now)
            if is_newcomer:
                await assert_can_stand(unit.lessons, lesson)
            await unit.lessons.save(lesson)
            fields = ("module_id", "position")
            await record_lesson(unit.audit, actor, "moved", lesson, fields=fields, new_id=self._new_id, at=now)
            view = await unit.lessons.view(lesson.id, Reader.of(actor))
            await unit.commit()
        return view


async def _position(unit: ContentUnit, lesson: Lesson, command: MoveLesson) -> str:
    is_newcomer = command.module_id != lesson.module_id
    if is_newcomer and command.module_id not in await unit.modules.order(lesson.course_id):
        error = FieldError("/module_id", "module.unknown", "is no module of this course")
        raise LessonInvalid("There is no such module in this course.", errors=[error])
    order = await unit.lessons.order(command.module_id)
    if is_newcomer and len(order) >= MAXIMUM_LESSONS:
        raise TooManyLessons(f"A module has at most {MAXIMUM_LESSONS} lessons.")
    position, others = placed(order, moving=lesson.id, after=command.after)
    await unit.lessons.reposition(others)
    return position

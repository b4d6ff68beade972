from dataclasses import dataclass

from application.catalog.content_permission import assert_may_edit
from application.catalog.content_ports import ContentUnit, LessonNotFound
from application.catalog.content_trail import record_lesson
from application.shared.actor import Actor
from application.shared.clock import Clock, NewId
from application.shared.unit import Begin
from application.shared.version import assert_version
from domain.shared.ids import LessonId


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteLesson:
    actor: Actor
    lesson_id: LessonId
    expected_version: int | None


class DeleteLessonHandler:
    def __init__(self, begin: Begin[ContentUnit], clock: Clock, new_id: NewId) -> None:
        self._begin = begin
        self._clock = clock
        self._new_id = new_id

    async def __call__(self, command: DeleteLesson) -> None:
        """Deletes for good, a draft as well as what learners see. Rules that speak of it hold from then on.

        Raises:
            LessonNotFound, CourseNotYours: as `assert_may_edit` says.
            VersionStale: it has changed since it was read.
        """
        actor, now = command.actor, self._clock()
        async with self._begin() as unit:
            lesson = await unit.lessons.get(command.lesson_id)
            course = await unit.courses.get(lesson.course_id)
            missing = LessonNotFound("There is no such lesson.")
            assert_may_edit(course, actor, missing, is_shown=lesson.is_published)
            assert_version(lesson.version, command.expected_version)
            await unit.lessons.delete(lesson)
            fields = ("title", "module_id", "kind")
            await record_lesson(unit.audit, actor, "deleted", lesson, fields=fields, new_id=self._new_id, at=now)
            await unit.commit()

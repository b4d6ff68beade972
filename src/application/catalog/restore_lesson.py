from dataclasses import dataclass

from application.catalog.content_permission import assert_may_edit
from application.catalog.content_ports import ContentUnit, LessonNotFound
from application.catalog.content_queries import LessonView
from application.catalog.content_trail import record_lesson
from application.catalog.publishing import keep_version
from application.catalog.queries import Reader
from application.shared.actor import Actor
from application.shared.clock import Clock, NewId
from application.shared.encoded import Encoded
from application.shared.unit import Begin
from application.shared.version import assert_version
from domain.shared.ids import LessonId


@dataclass(frozen=True, slots=True, kw_only=True)
class RestoreLesson:
    """`number` is that of the version which the lesson shall say again."""

    actor: Actor
    lesson_id: LessonId
    expected_version: int | None
    number: int


class RestoreLessonHandler:
    """Gives a lesson the title and content of a former version; of a published lesson that makes a new version."""

    def __init__(self, begin: Begin[ContentUnit], clock: Clock, new_id: NewId) -> None:
        self._begin = begin
        self._clock = clock
        self._new_id = new_id

    async def __call__(self, command: RestoreLesson) -> Encoded[LessonView]:
        """The lesson as it is now; what it says already leaves its version alone.

        Raises:
            LessonNotFound, CourseNotYours: as `assert_may_edit` says.
            LessonVersionNotFound: there is no such version.
            VersionStale: it has changed since it was read.
        """
        actor, now = command.actor, self._clock()
        async with self._begin() as unit:
            lesson = await unit.lessons.get(command.lesson_id)
            course = await unit.courses.get(lesson.course_id)
            missing = LessonNotFound("There is no such lesson.")
            assert_may_edit(course, actor, missing, is_shown=lesson.is_published)
            former = await unit.lessons.get_version(lesson.id, command.number)
            assert_version(lesson.version, command.expected_version)
            changed = lesson.revise(
                former.title, former.content, is_preview=lesson.is_preview, unlock=lesson.unlock, at=now
            )
            if changed:
                await unit.lessons.save(lesson)
                await keep_version(unit, lesson, actor, at=now)
                await record_lesson(unit.audit, actor, "restored", lesson, fields=changed, new_id=self._new_id, at=now)
            view = await unit.lessons.view(lesson.id, Reader.of(actor))
            await unit.commit()
        return view

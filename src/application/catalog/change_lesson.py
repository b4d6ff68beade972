from dataclasses import dataclass

from application.catalog.content_permission import assert_may_edit
from application.catalog.content_ports import ContentUnit, LessonNotFound
from application.catalog.content_queries import LessonView
from application.catalog.content_trail import record_lesson
from application.catalog.lesson_changes import LessonChanges
from application.catalog.lesson_check import lesson_from
from application.catalog.publishing import keep_version
from application.catalog.queries import Reader
from application.catalog.unlock_check import lesson_rules
from application.shared.actor import Actor
from application.shared.clock import Clock, NewId
from application.shared.encoded import Encoded
from application.shared.unchanged import merged
from application.shared.unit import Begin
from application.shared.version import assert_version
from domain.catalog.lesson import Lesson
from domain.shared.ids import LessonId
from domain.shared.rich_text import Render


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeLesson:
    """`expected_version` is the version that the actor has seen; None changes whatever there is."""

    actor: Actor
    lesson_id: LessonId
    expected_version: int | None
    changes: LessonChanges


class ChangeLessonHandler:
    """Changes a lesson; of one that is published, what it says now is kept as a new version."""

    def __init__(self, begin: Begin[ContentUnit], clock: Clock, new_id: NewId, render: Render) -> None:
        self._begin = begin
        self._clock = clock
        self._new_id = new_id
        self._render = render

    async def __call__(self, command: ChangeLesson) -> Encoded[LessonView]:
        """The lesson as it is now; a patch that changes nothing leaves its version alone.

        Raises:
            LessonNotFound, CourseNotYours: as `assert_may_edit` says.
            VersionStale: it has changed since it was read.
            LessonInvalid, UnlockInvalid, LessonIncomplete: the lesson must not be like this.
        """
        actor, now = command.actor, self._clock()
        async with self._begin() as unit:
            lesson = await unit.lessons.get(command.lesson_id)
            course = await unit.courses.get(lesson.course_id)
            missing = LessonNotFound("There is no such lesson.")
            assert_may_edit(course, actor, missing, is_shown=lesson.is_published)
            assert_version(lesson.version, command.expected_version)
            changed = await self._revise(unit, lesson, command)
            if changed:
                await unit.lessons.save(lesson)
                await keep_version(unit, lesson, actor, at=now)
                await record_lesson(unit.audit, actor, "changed", lesson, fields=changed, new_id=self._new_id, at=now)
            view = await unit.lessons.view(lesson.id, Reader.of(actor))
            await unit.commit()
        return view

    async def _revise(self, unit: ContentUnit, lesson: Lesson, command: ChangeLesson) -> tuple[str, ...]:
        changes = command.changes
        title, content = lesson_from(changes.applied_to(lesson), self._render, former=lesson.content)
        wanted = merged(changes.unlock, list(map(dict, lesson.unlock)))
        return lesson.revise(
            title,
            content,
            is_preview=bool(merged(changes.is_preview, lesson.is_preview)),
            unlock=await lesson_rules(unit.lessons, lesson, wanted or []),
            at=self._clock(),
        )

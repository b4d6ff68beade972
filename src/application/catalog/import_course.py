from dataclasses import dataclass

from application.catalog.content_ports import ContentUnit
from application.catalog.course_document import CourseDocument
from application.catalog.document_course import course_from
from application.catalog.queries import CourseView, Reader
from application.catalog.trail import record_course
from application.shared.actor import Actor
from application.shared.clock import Clock, NewId
from application.shared.idempotency import Created, IdempotencyKey
from application.shared.unit import Begin
from domain.shared.rich_text import Render


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportCourse:
    actor: Actor
    document: CourseDocument
    idempotency: IdempotencyKey | None = None


class ImportCourseHandler:
    """Makes a draft that belongs to the actor, of a whole document or not at all."""

    def __init__(self, begin: Begin[ContentUnit], clock: Clock, new_id: NewId, render: Render) -> None:
        self._begin = begin
        self._clock = clock
        self._new_id = new_id
        self._render = render

    async def __call__(self, command: ImportCourse) -> Created[CourseView]:
        """The new course; for a request sent again, what it made the first time.

        Raises:
            CourseDocumentInvalid: something in the document is wrong; nothing is imported then.
            IdempotencyKeyReused, IdempotencyKeyInFlight: as `IdempotencyKeys.find` says.
        """
        actor, now = command.actor, self._clock()
        async with self._begin() as unit:
            kept = await unit.idempotency.find(command.idempotency)
            if kept is not None:
                return kept
            found = course_from(command.document, owner=actor.user_id, new_id=self._new_id, render=self._render, at=now)
            await unit.courses.save(found.course)
            await unit.modules.save(*found.modules)
            await unit.lessons.save(*found.lessons)
            versions = (lesson.next_version(None, by=actor.user_id, at=now) for lesson in found.lessons)
            await unit.lessons.keep_versions(*(version for version in versions if version is not None))
            fields = ("title", "language", "slug")
            await record_course(unit.audit, actor, "imported", found.course, fields=fields, new_id=self._new_id, at=now)
            answer = Created(found.course.id, await unit.courses.view(found.course.id, Reader.of(actor)))
            await unit.idempotency.keep(command.idempotency, answer, at=now)
            await unit.commit()
        return answer

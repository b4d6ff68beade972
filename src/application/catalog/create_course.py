from collections.abc import Sequence
from dataclasses import dataclass

from application.catalog.ports import CatalogUnit
from application.catalog.queries import CourseView, Reader
from application.catalog.requirement import assert_usable
from application.catalog.trail import record_course
from application.shared.actor import Actor
from application.shared.clock import Clock, NewId
from application.shared.idempotency import Created, IdempotencyKey
from application.shared.unit import Begin
from domain.catalog.content import Draft, checked
from domain.catalog.course import Course
from domain.shared.ids import CourseId
from domain.shared.rich_text import Render


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateCourse:
    actor: Actor
    draft: Draft
    prerequisites: Sequence[CourseId] = ()
    idempotency: IdempotencyKey | None = None


class CreateCourseHandler:
    """Makes a draft that belongs to the actor."""

    def __init__(self, begin: Begin[CatalogUnit], clock: Clock, new_id: NewId, render: Render) -> None:
        self._begin = begin
        self._clock = clock
        self._new_id = new_id
        self._render = render

    async def __call__(self, command: CreateCourse) -> Created[CourseView]:
        """The new course; for a request sent again, what it made the first time.

        Raises:
            CourseInvalid: a field, or a prerequisite, is wrong.
            IdempotencyKeyReused, IdempotencyKeyInFlight: as `IdempotencyKeys.find` says.
        """
        actor, now = command.actor, self._clock()
        async with self._begin() as unit:
            kept = await unit.idempotency.find(command.idempotency)
            if kept is not None:
                return kept
            course = Course.drafted(
                CourseId(self._new_id()),
                checked(command.draft, self._render),
                external_id=None,
                created_by=actor.user_id,
                prerequisites=command.prerequisites,
                at=now,
            )
            await assert_usable(unit.courses, command.prerequisites, actor)
            await unit.courses.save(course)
            fields = ("title", "language", "slug")
            await record_course(unit.audit, actor, "created", course, fields=fields, new_id=self._new_id, at=now)
            answer = Created(course.id, await unit.courses.view(course.id, Reader.of(actor)))
            await unit.idempotency.keep(command.idempotency, answer, at=now)
            await unit.commit()
        return answer

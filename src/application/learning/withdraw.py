from dataclasses import dataclass

from application.audit.record import record
from application.learning.admission import assert_visible
from application.learning.ports import LearningUnit
from application.shared.actor import Actor
from application.shared.clock import Clock, NewId
from application.shared.unit import Begin
from domain.shared.ids import CourseId


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdraw:
    """The actor no longer wants to learn in this course."""

    actor: Actor
    course_id: CourseId


class WithdrawHandler:
    """Gives the seat back and keeps all progress; who isn't enrolled, or not any more, is so without a deed."""

    def __init__(self, begin: Begin[LearningUnit], clock: Clock, new_id: NewId) -> None:
        self._begin = begin
        self._clock = clock
        self._new_id = new_id

    async def __call__(self, command: Withdraw) -> None:
        """Raises CourseNotFound: there is none, or not for these eyes."""
        actor, now = command.actor, self._clock()
        assert actor.user_id is not None, "a person asks"
        async with self._begin() as unit:
            enrollment = await unit.enrollments.find(command.course_id, actor.user_id)
            if enrollment is None:
                assert_visible(await unit.offers.get(command.course_id), actor)
            elif enrollment.withdraw(at=now):
                await unit.enrollments.save(enrollment)
                facts = {"course_id": str(enrollment.course_id)}
                await record(
                    unit.audit, actor, "enrollment.withdrawn", enrollment.id, changes=facts, new_id=self._new_id, at=now
                )
                await unit.commit()

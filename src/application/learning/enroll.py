from dataclasses import dataclass

from application.learning.admission import admit, assert_visible
from application.learning.ports import LearningUnit
from application.learning.queries import EnrollmentView
from application.shared.actor import Actor
from application.shared.clock import Clock, NewId
from application.shared.unit import Begin
from domain.shared.ids import CourseId


@dataclass(frozen=True, slots=True, kw_only=True)
class Enroll:
    """The actor wants to learn in this course, for the first time or again."""

    actor: Actor
    course_id: CourseId


class EnrollHandler:
    def __init__(self, begin: Begin[LearningUnit], clock: Clock, new_id: NewId) -> None:
        self._begin = begin
        self._clock = clock
        self._new_id = new_id

    async def __call__(self, command: Enroll) -> EnrollmentView:
        """The enrollment; of who is enrolled already, the one that they have, also where nobody new is let in.

        Raises:
            CourseNotFound: there is none, or not for these eyes.
            OwnCourse, EnrollmentClosed, CourseFull: as `Offer.assert_admits` says.
        """
        actor = command.actor
        assert actor.user_id is not None, "a person asks"
        async with self._begin() as unit:
            offer = await unit.offers.get(command.course_id)
            known = await unit.enrollments.find(command.course_id, actor.user_id)
            if known is not None and not known.is_withdrawn:
                return EnrollmentView.of(known)
            if known is None:
                assert_visible(offer, actor)
            admission = await admit(unit, offer, [actor.user_id], actor=actor, new_id=self._new_id, at=self._clock())
            await unit.commit()
        return EnrollmentView.of(admission.enrollments[0])

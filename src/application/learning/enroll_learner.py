from dataclasses import dataclass

from application.learning.admission import admit, assert_teaches
from application.learning.ports import LearningUnit
from application.learning.queries import EnrollmentView
from application.shared.actor import Actor
from application.shared.clock import Clock, NewId
from application.shared.unit import Begin
from domain.shared.ids import CourseId, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrollLearner:
    """The actor, who teaches the course, brings somebody in."""

    actor: Actor
    course_id: CourseId
    user_id: UserId


class EnrollLearnerHandler:
    def __init__(self, begin: Begin[LearningUnit], clock: Clock, new_id: NewId) -> None:
        self._begin = begin
        self._clock = clock
        self._new_id = new_id

    async def __call__(self, command: EnrollLearner) -> EnrollmentView:
        """The enrollment; of who is enrolled already, the one that they have.

        Raises:
            CourseNotFound, CourseNotYours: as `assert_teaches` says.
            LearnerNotFound
            OwnCourse, EnrollmentClosed, CourseFull: as `Offer.assert_admits` says.
        """
        actor = command.actor
        async with self._begin() as unit:
            offer = await unit.offers.get(command.course_id)
            assert_teaches(offer, actor)
            await unit.learners.assert_known(command.user_id)
            admission = await admit(unit, offer, [command.user_id], actor=actor, new_id=self._new_id, at=self._clock())
            await unit.commit()
        return EnrollmentView.of(admission.enrollments[0])

from dataclasses import dataclass

from application.learning.attempt_ports import AttemptNotFound, AttemptUnit
from application.learning.attempt_views import HandedIn, attempt_view
from application.learning.hand_in import hand_in
from application.shared.actor import Actor
from application.shared.clock import Clock, NewId
from application.shared.unit import Begin
from domain.shared.ids import AttemptId


@dataclass(frozen=True, slots=True, kw_only=True)
class HandInAttempt:
    actor: Actor
    attempt_id: AttemptId


class HandInAttemptHandler:
    """Once or often: the attempt is marked once, with what was answered until its end."""

    def __init__(self, begin: Begin[AttemptUnit], clock: Clock, new_id: NewId) -> None:
        self._begin = begin
        self._clock = clock
        self._new_id = new_id

    async def __call__(self, command: HandInAttempt) -> HandedIn:
        """The marked attempt; after its deadline it is the one that time has handed in.

        Raises:
            AttemptNotFound: there is none, or it is somebody else's.
        """
        actor, now = command.actor, self._clock()
        async with self._begin() as unit:
            enrollment, attempt = await unit.attempts.get(command.attempt_id)
            if enrollment.user_id != actor.user_id:
                raise AttemptNotFound("There is no such attempt.")
            progress = await hand_in(unit, enrollment, attempt, actor=actor, new_id=self._new_id, at=now)
            work = await unit.attempts.work(attempt)
            await unit.commit()
        view = attempt_view(attempt, work, course_id=enrollment.course_id, user_id=enrollment.user_id, at=now)
        return HandedIn(view, progress)

from dataclasses import dataclass
from functools import partial

from application.learning.advance import Steps
from application.learning.queries import LessonProgressView
from application.shared.actor import Actor
from application.shared.clock import Clock
from domain.learning.progress import complete_lesson
from domain.shared.ids import LessonId


@dataclass(frozen=True, slots=True, kw_only=True)
class CompleteLesson:
    """The actor is through with this lesson."""

    actor: Actor
    lesson_id: LessonId


class CompleteLessonHandler:
    """Once or often, in any order: one state, one entry in the audit."""

    def __init__(self, steps: Steps, clock: Clock) -> None:
        self._steps = steps
        self._clock = clock

    async def __call__(self, command: CompleteLesson) -> LessonProgressView:
        """How far they are now.

        Raises:
            LessonNotFound, EnrollmentRequired: as `EnrollmentRepository.at_lesson` says.
            LessonLocked, LessonUnwatched: as `domain.learning.progress.complete_lesson` says.
        """
        now = self._clock()
        deed = partial(complete_lesson, at=now)
        return await self._steps(command.actor, command.lesson_id, deed, at=now)

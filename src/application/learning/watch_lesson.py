from dataclasses import dataclass
from functools import partial

from application.learning.advance import Steps
from application.learning.queries import LessonProgressView
from application.shared.actor import Actor
from application.shared.clock import Clock
from domain.learning.progress import watch_lesson
from domain.shared.ids import LessonId


@dataclass(frozen=True, slots=True, kw_only=True)
class WatchLesson:
    """The actor has watched that many seconds of this video in all."""

    actor: Actor
    lesson_id: LessonId
    watched_seconds: int


class WatchLessonHandler:
    """Completes the lesson with the share that it asks for; fewer seconds than before change nothing."""

    def __init__(self, steps: Steps, clock: Clock) -> None:
        self._steps = steps
        self._clock = clock

    async def __call__(self, command: WatchLesson) -> LessonProgressView:
        """How far they are now.

        Raises:
            LessonNotFound, EnrollmentRequired: as `EnrollmentRepository.at_lesson` says.
            LessonLocked, NothingToWatch: as `domain.learning.progress.watch_lesson` says.
        """
        now = self._clock()
        deed = partial(watch_lesson, seconds=command.watched_seconds, at=now)
        return await self._steps(command.actor, command.lesson_id, deed, at=now)

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import msgspec

from application.audit.record import record
from application.learning.admission import assert_teaches_lesson
from application.learning.attempt_ports import AttemptUnit
from application.learning.ports import EnrollmentMissing
from application.shared.actor import Actor
from application.shared.clock import Clock, NewId
from application.shared.unit import Begin
from domain.shared.ids import LessonId, UserId


class ExtensionView(msgspec.Struct, frozen=True, kw_only=True):
    lesson_id: UUID
    user_id: UUID
    extra_seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtendQuiz:
    """The actor, who teaches the course, gives a learner that much more time for each attempt; none takes it back."""

    actor: Actor
    lesson_id: LessonId
    user_id: UserId
    extra: timedelta


class ExtendQuizHandler:
    """An attempt that is open gets its new deadline at once."""

    def __init__(self, begin: Begin[AttemptUnit], clock: Clock, new_id: NewId) -> None:
        self._begin = begin
        self._clock = clock
        self._new_id = new_id

    async def __call__(self, command: ExtendQuiz) -> ExtensionView:
        """What holds now.

        Raises:
            LessonNotFound, CourseNotYours: as `Offers.of_lesson` and `assert_teaches_lesson` say.
            EnrollmentMissing: they don't learn in the course, and never did.
            NoQuiz: it is no quiz.
        """
        actor, now = command.actor, self._clock()
        async with self._begin() as unit:
            lesson = await unit.offers.of_lesson(command.lesson_id)
            assert_teaches_lesson(lesson, actor)
            enrollment = await unit.enrollments.find(lesson.course.course_id, command.user_id)
            if enrollment is None:
                raise EnrollmentMissing("Nobody of that id learns in this course.")
            quiz = await unit.attempts.quiz_at_hand(enrollment, command.lesson_id)
            await unit.attempts.extend(enrollment.id, command.lesson_id, command.extra)
            running = [attempt for attempt in quiz.attempts if attempt.is_open]
            for attempt in running:
                attempt.deadline = quiz.content.rules.deadline(attempt.started_at, extension=command.extra)
            await unit.attempts.save(*running)
            seconds = int(command.extra.total_seconds())
            facts = {"lesson_id": str(command.lesson_id), "extra_seconds": seconds}
            await record(
                unit.audit, actor, "enrollment.extended", enrollment.id, changes=facts, new_id=self._new_id, at=now
            )
            await unit.commit()
        return ExtensionView(lesson_id=command.lesson_id, user_id=command.user_id, extra_seconds=seconds)

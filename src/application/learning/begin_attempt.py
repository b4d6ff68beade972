import random
from dataclasses import dataclass
from datetime import datetime
from functools import partial

import msgspec

from application.audit.record import record
from application.learning.advance import step_of
from application.learning.attempt_ports import AttemptUnit, QuizAtHand
from application.learning.attempt_views import AttemptView, attempt_view
from application.learning.hand_in import hand_in
from application.learning.ports import LessonAtHand, LessonNotFound
from application.shared.actor import Actor
from application.shared.clock import Clock, NewId
from application.shared.encoded import Encoded, content_tag
from application.shared.idempotency import Created, IdempotencyKey
from application.shared.unit import Begin
from domain.learning.attempt import Attempt
from domain.learning.enrollment import Enrollment
from domain.learning.paper import SEED_BITS, drawn
from domain.shared.ids import AttemptId, LessonId


@dataclass(frozen=True, slots=True, kw_only=True)
class BeginAttempt:
    """The actor wants to take this quiz."""

    actor: Actor
    lesson_id: LessonId
    idempotency: IdempotencyKey | None = None


class BeginAttemptHandler:
    """Begins an attempt; who has one open already gets that one, as often as they ask."""

    def __init__(self, begin: Begin[AttemptUnit], clock: Clock, new_id: NewId, randomness: random.Random) -> None:
        self._begin = begin
        self._clock = clock
        self._new_id = new_id
        self._randomness = randomness

    async def __call__(self, command: BeginAttempt) -> Created[AttemptView]:
        """The open attempt with its paper.

        Raises:
            LessonNotFound, EnrollmentRequired: as `EnrollmentRepository.at_lesson` says.
            NoQuiz: it is no quiz.
            LessonLocked: it isn't open to them yet.
            QuizClosed, AttemptsUsedUp: as `QuizRules.assert_may_begin` says.
            IdempotencyKeyReused, IdempotencyKeyInFlight: as `IdempotencyKeys.find` says.
        """
        actor, now = command.actor, self._clock()
        assert actor.user_id is not None, "a person asks"
        async with self._begin() as unit:
            kept = await unit.idempotency.find(command.idempotency)
            if kept is not None:
                return kept
            enrollment = await unit.enrollments.at_lesson(command.lesson_id, actor.user_id)
            lesson = await unit.enrollments.lesson_at_hand(enrollment, command.lesson_id)
            quiz = await unit.attempts.quiz_at_hand(enrollment, command.lesson_id)
            attempt = await self._running(unit, enrollment, quiz, actor, now)
            if attempt is None:
                attempt = await self._begun(unit, enrollment, lesson, quiz, actor, now)
            work = await unit.attempts.work(attempt)
            view = attempt_view(attempt, work, course_id=enrollment.course_id, user_id=enrollment.user_id, at=now)
            body = msgspec.json.encode(view)
            answer: Created[AttemptView] = Created(attempt.id, Encoded(body, content_tag(body)))
            await unit.idempotency.keep(command.idempotency, answer, at=now)
            await unit.commit()
        return answer

    async def _running(
        self, unit: AttemptUnit, enrollment: Enrollment, quiz: QuizAtHand, actor: Actor, now: datetime
    ) -> Attempt | None:
        """The one that is open; one whose time has run out meanwhile is handed in first."""
        attempt = next((each for each in quiz.attempts if each.is_open), None)
        if attempt is None or not attempt.has_run_out(now):
            return attempt
        # Locked as well, against an answer that is on its way.
        _, attempt = await unit.attempts.get(attempt.id)
        await hand_in(unit, enrollment, attempt, actor=actor, new_id=self._new_id, at=now)
        return None

    async def _begun(
        self,
        unit: AttemptUnit,
        enrollment: Enrollment,
        lesson: LessonAtHand,
        quiz: QuizAtHand,
        actor: Actor,
        now: datetime,
    ) -> Attempt:
        if not lesson.is_published:
            raise LessonNotFound("There is no such lesson.")
        step_of(lesson, now).assert_open()
        rules, settings = quiz.content.rules, quiz.content.quiz
        rules.assert_may_begin(made=len(quiz.attempts), at=now)
        seed = self._randomness.getrandbits(SEED_BITS)
        attempt = Attempt(
            id=AttemptId(self._new_id()),
            enrollment_id=enrollment.id,
            lesson_id=lesson.lesson_id,
            number=len(quiz.attempts) + 1,
            lesson_version=quiz.version,
            graded_version=quiz.version,
            seed=seed,
            question_ids=drawn(quiz.content.questions, seed=seed, shuffle=settings.shuffle_questions),
            started_at=now,
            deadline=rules.deadline(now, extension=quiz.extension),
        )
        await unit.attempts.add(attempt)
        note = partial(record, unit.audit, actor, "attempt.begun", attempt.id, new_id=self._new_id, at=now)
        await note(changes={"lesson_id": str(attempt.lesson_id), "enrollment_id": str(enrollment.id)})
        return attempt

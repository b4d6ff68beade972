from dataclasses import dataclass

from application.audit.record import record
from application.gamification.reward import reward
from application.learning.advance import step_of
from application.learning.ports import LessonNotFound
from application.learning.submission_ports import SubmissionUnit
from application.learning.submission_views import SubmissionView
from application.shared.actor import Actor
from application.shared.clock import Clock, NewId
from application.shared.idempotency import Created, IdempotencyKey
from application.shared.unit import Begin
from domain.gamification.deeds import WorkHandedIn
from domain.learning.submission import Submission, Work, checked_work
from domain.shared.ids import LessonId, SubmissionId


@dataclass(frozen=True, slots=True, kw_only=True)
class HandInWork:
    """The actor hands something in for this assignment, for the first time or again."""

    actor: Actor
    lesson_id: LessonId
    work: Work
    idempotency: IdempotencyKey | None = None


class HandInWorkHandler:
    """Each is kept: a newer one takes neither the former nor its grade away."""

    def __init__(self, begin: Begin[SubmissionUnit], clock: Clock, new_id: NewId) -> None:
        self._begin = begin
        self._clock = clock
        self._new_id = new_id

    async def __call__(self, command: HandInWork) -> Created[SubmissionView]:
        """The new submission; for a request sent again, what it made the first time.

        Raises:
            LessonNotFound, EnrollmentRequired: as `EnrollmentRepository.at_lesson` says.
            NoAssignment: it is no assignment.
            LessonLocked: it isn't open to them yet.
            AssignmentClosed, SubmissionsUsedUp: as `AssignmentRules.assert_takes` says.
            SubmissionInvalid: as `checked_work` says.
            IdempotencyKeyReused, IdempotencyKeyInFlight: as `IdempotencyKeys.find` says.
        """
        actor, now = command.actor, self._clock()
        assert actor.user_id is not None, "a person asks"
        async with self._begin() as unit:
            kept = await unit.idempotency.find(command.idempotency)
            if kept is not None:
                return kept
            enrollment = await unit.enrollments.at_lesson(command.lesson_id, actor.user_id)
            rules = await unit.submissions.rules(command.lesson_id)
            lesson = await unit.enrollments.lesson_at_hand(enrollment, command.lesson_id)
            if not lesson.is_published:
                raise LessonNotFound("There is no such lesson.")
            step_of(lesson, now).assert_open()
            made = len(await unit.submissions.percents(enrollment, command.lesson_id))
            rules.assert_takes(made=made, at=now)
            submission = Submission(
                id=SubmissionId(self._new_id()),
                enrollment_id=enrollment.id,
                lesson_id=command.lesson_id,
                number=made + 1,
                work=checked_work(command.work, rules.accepts),
                submitted_at=now,
                lateness=rules.lateness(now),
            )
            await unit.submissions.add(submission)
            facts = {"lesson_id": str(submission.lesson_id), "number": submission.number}
            await record(
                unit.audit, actor, "submission.made", submission.id, changes=facts, new_id=self._new_id, at=now
            )
            handed_in = [WorkHandedIn(submission.lesson_id, enrollment.course_id)]
            gained = await reward(
                unit.players, enrollment.user_id, enrollment.course_id, handed_in, new_id=self._new_id, at=now
            )
            await unit.players.save(gained.gains)
            answer = Created(submission.id, await unit.submissions.view(submission.id))
            await unit.idempotency.keep(command.idempotency, answer, at=now)
            await unit.commit()
        return answer

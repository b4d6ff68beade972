from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import msgspec

from application.audit.record import record
from application.learning.admission import assert_teaches_lesson
from application.learning.attempt_ports import AttemptUnit
from application.learning.attempt_views import ScoreView
from application.learning.hand_in import count_attempts, deed_of
from application.shared.actor import Actor
from application.shared.clock import Clock, NewId
from application.shared.unit import Begin
from domain.learning.attempt import marked
from domain.shared.ids import AttemptId, LessonId

AT_ONCE = 500


class Regraded(msgspec.Struct, frozen=True, kw_only=True):
    """An attempt that is worth something else now. `lesson_score` is the whole quiz's for its learner, in percent."""

    attempt_id: UUID
    user_id: UUID
    before: ScoreView
    after: ScoreView
    lesson_score: int | None


class RegradeReport(msgspec.Struct, frozen=True, kw_only=True):
    """Of the `regraded` attempts those that `changed`; with some `remaining` the same request goes on with them."""

    version: int
    regraded: int
    remaining: bool
    changed: Sequence[Regraded]


@dataclass(frozen=True, slots=True, kw_only=True)
class RegradeQuiz:
    """The actor, who teaches the course, has corrected the quiz: what was handed in is marked by its newest version."""

    actor: Actor
    lesson_id: LessonId


class RegradeQuizHandler:
    """Attempt by attempt, each in a transaction of its own: killed in between, the same request goes on from there."""

    def __init__(self, begin: Begin[AttemptUnit], clock: Clock, new_id: NewId) -> None:
        self._begin = begin
        self._clock = clock
        self._new_id = new_id

    async def __call__(self, command: RegradeQuiz) -> RegradeReport:
        """Who has another score now. A completion that was reached stays.

        Raises:
            LessonNotFound, CourseNotYours: as `Offers.of_lesson` and `assert_teaches_lesson` say.
            NoQuiz: it is no quiz, or was never published.
        """
        async with self._begin() as unit:
            assert_teaches_lesson(await unit.offers.of_lesson(command.lesson_id), command.actor)
            version = await unit.attempts.newest_version(command.lesson_id)
            waiting = await unit.attempts.graded_before(command.lesson_id, version, limit=AT_ONCE + 1)
        changed = [await self._regrade(attempt_id, version, command.actor) for attempt_id in waiting[:AT_ONCE]]
        return RegradeReport(
            version=version,
            regraded=len(changed),
            remaining=len(waiting) > AT_ONCE,
            changed=[each for each in changed if each is not None],
        )

    async def _regrade(self, attempt_id: AttemptId, version: int, actor: Actor) -> Regraded | None:
        now = self._clock()
        async with self._begin() as unit:
            enrollment, attempt = await unit.attempts.get(attempt_id)
            before = attempt.score
            assert before is not None, "only what was handed in is regraded"
            work = await unit.attempts.work(attempt, graded_version=version)
            attempt.graded_version = version
            marking = marked(work.paper(attempt), work.given)
            is_other = attempt.regrade(marking.score, version=version)
            await unit.attempts.save(attempt, awarded=marking.awarded)
            if not is_other:
                await unit.commit()
                return None
            deed = deed_of(enrollment, attempt, is_regraded=True)
            view = await count_attempts(
                unit, enrollment, attempt, actor=actor, new_id=self._new_id, at=now, deeds=[deed]
            )
            facts = {"lesson_id": str(attempt.lesson_id), "from": before.percent, "to": marking.score.percent}
            await record(unit.audit, actor, "attempt.regraded", attempt.id, changes=facts, new_id=self._new_id, at=now)
            await unit.commit()
        return Regraded(
            attempt_id=attempt.id,
            user_id=enrollment.user_id,
            before=ScoreView.of(before),
            after=ScoreView.of(marking.score),
            lesson_score=view.score,
        )

"""An attempt is handed in, by its learner or by time: marked, stored, and counted into the lesson and its course."""

from collections.abc import Sequence
from datetime import datetime
from functools import partial

from application.audit.record import record
from application.learning.advance import take_step
from application.learning.attempt_ports import AttemptUnit
from application.learning.queries import LessonProgressView
from application.shared.actor import Actor
from application.shared.clock import NewId
from domain.gamification.deeds import QuizHandedIn
from domain.learning.attempt import Attempt, marked
from domain.learning.enrollment import Enrollment
from domain.learning.progress import score_lesson


async def hand_in(
    unit: AttemptUnit, enrollment: Enrollment, attempt: Attempt, *, actor: Actor, new_id: NewId, at: datetime
) -> LessonProgressView:
    """How far the learner is with it. Both are locked; what was handed in before stays as it is."""
    if attempt.is_open:
        work = await unit.attempts.work(attempt)
        marking = marked(work.paper(attempt), work.given)
        attempt.hand_in(marking.score, at=at)
        await unit.attempts.save(attempt, awarded=marking.awarded)
        facts = {
            "lesson_id": str(attempt.lesson_id),
            "enrollment_id": str(enrollment.id),
            "timed_out": attempt.is_timed_out,
            "percent": marking.score.percent,
        }
        await record(unit.audit, actor, "attempt.handed_in", attempt.id, changes=facts, new_id=new_id, at=at)
        deed = deed_of(enrollment, attempt)
        return await count_attempts(unit, enrollment, attempt, actor=actor, new_id=new_id, at=at, deeds=[deed])
    return await count_attempts(unit, enrollment, attempt, actor=actor, new_id=new_id, at=at)


def deed_of(enrollment: Enrollment, attempt: Attempt, *, is_regraded: bool = False) -> QuizHandedIn:
    """What the game is told of an attempt that was marked."""
    assert attempt.score is not None, "it was marked"
    return QuizHandedIn(
        attempt.lesson_id, enrollment.course_id, attempt.score.percent, attempt.number, is_regraded=is_regraded
    )


async def count_attempts(
    unit: AttemptUnit,
    enrollment: Enrollment,
    attempt: Attempt,
    *,
    actor: Actor,
    new_id: NewId,
    at: datetime,
    deeds: Sequence[QuizHandedIn] = (),
) -> LessonProgressView:
    """What all attempts at the quiz of this one are worth becomes the lesson's score, and may complete it."""
    quiz = await unit.attempts.quiz_at_hand(enrollment, attempt.lesson_id)
    score = quiz.content.rules.percent([each.score for each in quiz.attempts if each.score is not None])
    assert score is not None, "at least this attempt was handed in"
    lesson = await unit.enrollments.lesson_at_hand(enrollment, attempt.lesson_id)
    deed = partial(score_lesson, score=score, at=at)
    taken = await take_step(unit, enrollment, lesson, deed, actor=actor, new_id=new_id, at=at, deeds=deeds)
    return taken.view

"""A submission gets its grade, and the lesson its score: the same for one grade and for a table of them."""

from datetime import datetime
from functools import partial

from application.audit.record import record
from application.learning.advance import take_step
from application.learning.submission_ports import SubmissionAtHand, SubmissionUnit
from application.shared.actor import Actor
from application.shared.clock import NewId
from domain.gamification.deeds import AssignmentGraded
from domain.learning.assignment import AssignmentRules
from domain.learning.progress import score_lesson
from domain.learning.submission import Verdict, score_of


async def grade(
    unit: SubmissionUnit,
    found: SubmissionAtHand,
    verdict: Verdict,
    rules: AssignmentRules,
    *,
    actor: Actor,
    new_id: NewId,
    at: datetime,
) -> bool:
    """Says whether anything is different now. Raises GradeInvalid."""
    submission = found.submission
    if not submission.give(verdict, rules, by=actor.user_id, at=at):
        return False
    await unit.submissions.save(submission)
    assert submission.grade is not None, "it was just given"
    facts = {"lesson_id": str(submission.lesson_id), "percent": submission.grade.percent}
    await record(unit.audit, actor, "submission.graded", submission.id, changes=facts, new_id=new_id, at=at)
    score = score_of(await unit.submissions.percents(found.enrollment, submission.lesson_id))
    assert score is not None, "at least this one is graded"
    lesson = await unit.enrollments.lesson_at_hand(found.enrollment, submission.lesson_id)
    deed = partial(score_lesson, score=score, at=at)
    graded = AssignmentGraded(submission.lesson_id, found.enrollment.course_id, submission.grade.percent)
    await take_step(unit, found.enrollment, lesson, deed, actor=actor, new_id=new_id, at=at, deeds=[graded])
    return True

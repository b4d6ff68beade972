"""One step of a learner in a lesson: fetched, judged by the domain, stored with its audit, all or nothing."""

from collections.abc import Callable
from datetime import datetime

from application.audit.record import entry_of
from application.learning.ports import LearningUnit, LessonAtHand
from application.learning.queries import LessonProgressView
from application.shared.actor import Actor
from application.shared.clock import NewId
from application.shared.unit import Begin
from domain.audit.entry import AuditEntry
from domain.learning.enrollment import Enrollment
from domain.learning.progress import Advance, LessonProgress, Step
from domain.learning.unlocking import locks_of
from domain.shared.ids import LessonId

Deed = Callable[[Enrollment, LessonProgress, Step], Advance]


async def advance(
    begin: Begin[LearningUnit], actor: Actor, lesson_id: LessonId, deed: Deed, *, new_id: NewId, at: datetime
) -> LessonProgressView:
    """How far they are after the deed.

    Raises:
        LessonNotFound, EnrollmentRequired: as `EnrollmentRepository.at_lesson` says.
        Refusal: what the deed raises.
    """
    assert actor.user_id is not None, "a person asks"
    async with begin() as unit:
        enrollment = await unit.enrollments.at_lesson(lesson_id, actor.user_id)
        lesson = await unit.enrollments.lesson_at_hand(enrollment, lesson_id)
        progress = lesson.progress or LessonProgress(lesson_id=lesson_id, first_seen_at=at)
        done = deed(enrollment, progress, _step(lesson, at))
        if done.changed or lesson.progress is None:
            await unit.enrollments.save(enrollment, progress=[progress])
            entries = _entries(done, enrollment, lesson_id, actor, new_id, at)
            if entries:
                await unit.audit.record(*entries)
            await unit.commit()
    completed = lesson.lessons_completed + done.lesson_completed
    return LessonProgressView.of(enrollment, progress, lesson.rule, lessons=lesson.lessons, completed=completed)


def _step(lesson: LessonAtHand, at: datetime) -> Step:
    is_completed = lesson.progress is not None and lesson.progress.completed_at is not None
    return Step(
        lesson_id=lesson.lesson_id,
        rule=lesson.rule,
        reasons=locks_of(lesson.outline, lesson.completed, at, lesson.scores).lessons.get(lesson.lesson_id, ()),
        others=lesson.lessons - 1,
        others_completed=lesson.lessons_completed - is_completed,
    )


def _entries(
    done: Advance, enrollment: Enrollment, lesson_id: LessonId, actor: Actor, new_id: NewId, at: datetime
) -> list[AuditEntry]:
    entries = []
    if done.lesson_completed:
        facts = {"enrollment_id": str(enrollment.id), "course_id": str(enrollment.course_id)}
        entries.append(entry_of(actor, "lesson.completed", lesson_id, changes=facts, new_id=new_id, at=at))
    if done.course_completed:
        facts = {"course_id": str(enrollment.course_id)}
        entries.append(entry_of(actor, "enrollment.completed", enrollment.id, changes=facts, new_id=new_id, at=at))
    return entries

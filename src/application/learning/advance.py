"""One step of a learner in a lesson: fetched, judged by the domain, stored with its audit, all or nothing."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from application.audit.record import entry_of
from application.gamification.ports import PlayerAtHand
from application.gamification.reward import reward, reward_to
from application.learning.award import award_for
from application.learning.ports import LessonAtHand, LessonNotFound, StepOvertaken, StepUnit
from application.learning.queries import LessonProgressView
from application.shared.actor import Actor
from application.shared.clock import NewId
from application.shared.unit import Begin
from domain.audit.entry import AuditEntry
from domain.gamification.deeds import CourseCompleted, LessonCompleted
from domain.gamification.deeds import Deed as GameDeed
from domain.learning.certificate import Award
from domain.learning.enrollment import Enrollment
from domain.learning.progress import Advance, LessonProgress, Step
from domain.learning.unlocking import locks_of
from domain.shared.ids import LessonId

TRIES = 3
"""Of a step beside others of the same learner, before it waits for its turn."""

Deed = Callable[[Enrollment, LessonProgress, Step], Advance]


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a step, and how far the learner is after it."""

    advance: Advance
    view: LessonProgressView


@dataclass(frozen=True, slots=True)
class Steps:
    """Takes the steps of learners: whoever is alone with their enrollment in two statements, the others one by one.

    `apart` begins units whose statements are each true at once, `begin` those that are one transaction.
    """

    apart: Begin[StepUnit]
    begin: Begin[StepUnit]
    new_id: NewId

    async def __call__(self, actor: Actor, lesson_id: LessonId, deed: Deed, *, at: datetime) -> LessonProgressView:
        """How far they are after the deed.

        Raises:
            LessonNotFound, EnrollmentRequired: as `EnrollmentRepository.at_lesson` says.
            Refusal: what the deed raises.
        """
        assert actor.user_id is not None, "a person asks"
        for _ in range(TRIES):
            try:
                async with self.apart() as unit:
                    found = await unit.enrollments.step_at_hand(lesson_id, actor.user_id)
                    taken = await take_step(
                        unit, found.enrollment, found.lesson, deed, player=found.player, actor=actor,
                        new_id=self.new_id, at=at,
                    )  # fmt: skip
                    await unit.commit()
            except StepOvertaken:
                continue
            return taken.view
        async with self.begin() as unit:
            enrollment = await unit.enrollments.at_lesson(lesson_id, actor.user_id)
            lesson = await unit.enrollments.lesson_at_hand(enrollment, lesson_id)
            if not lesson.is_published:
                raise LessonNotFound("There is no such lesson.")
            taken = await take_step(unit, enrollment, lesson, deed, actor=actor, new_id=self.new_id, at=at)
            await unit.commit()
        return taken.view


async def take_step(
    unit: StepUnit,
    enrollment: Enrollment,
    lesson: LessonAtHand,
    deed: Deed,
    *,
    actor: Actor,
    new_id: NewId,
    at: datetime,
    player: PlayerAtHand | None = None,
    deeds: Sequence[GameDeed] = (),
) -> Taken:
    """The deed, stored in this unit with all that follows from it: whoever completes a lesson goes through here.

    The lesson is as of when the enrollment was fetched, or locked, and so is the player, if it was fetched already.
    `deeds` are what the game is told besides the completions that follow.

    Raises:
        StepOvertaken: the enrollment wasn't locked, and isn't as it was any more.
        Refusal: what the deed raises.
    """
    before = enrollment.version
    progress = lesson.progress or LessonProgress(lesson_id=lesson.lesson_id, first_seen_at=at)
    done = deed(enrollment, progress, step_of(lesson, at))
    told = [*deeds, *_completions(done, enrollment, lesson.lesson_id)]
    gained = None
    if told:
        if player is None:
            gained = await reward(unit.players, enrollment.user_id, enrollment.course_id, told, new_id=new_id, at=at)
        else:
            gained = reward_to(player, told, unit.players.rules, new_id=new_id, at=at)
    if done.changed or lesson.progress is None or gained is not None:
        award = award_for(enrollment, new_id=new_id, at=at) if done.course_completed else None
        entries = _entries(done, enrollment, lesson.lesson_id, award, actor, new_id, at)
        gains = None if gained is None else gained.gains
        await unit.enrollments.save_step(enrollment, progress, before=before, award=award, entries=entries, gains=gains)
    completed = lesson.lessons_completed + (done.lesson_completed and lesson.is_published)
    view = LessonProgressView.of(
        enrollment,
        progress,
        lesson.rule,
        lessons=lesson.lessons,
        completed=completed,
        reward=None if gained is None else gained.view,
    )
    return Taken(done, view)


def step_of(lesson: LessonAtHand, at: datetime) -> Step:
    """The lesson as this learner finds it at that instant."""
    is_completed = lesson.progress is not None and lesson.progress.completed_at is not None
    return Step(
        lesson_id=lesson.lesson_id,
        rule=lesson.rule,
        reasons=locks_of(lesson.outline, lesson.completed, at, lesson.scores).lessons.get(lesson.lesson_id, ()),
        is_published=lesson.is_published,
        others=lesson.lessons - lesson.is_published,
        others_completed=lesson.lessons_completed - (is_completed and lesson.is_published),
    )


def _completions(done: Advance, enrollment: Enrollment, lesson_id: LessonId) -> list[GameDeed]:
    found: list[GameDeed] = []
    if done.lesson_completed:
        found.append(LessonCompleted(lesson_id, enrollment.course_id))
    if done.course_completed:
        found.append(CourseCompleted(enrollment.course_id))
    return found


def _entries(
    done: Advance,
    enrollment: Enrollment,
    lesson_id: LessonId,
    award: Award | None,
    actor: Actor,
    new_id: NewId,
    at: datetime,
) -> list[AuditEntry]:
    entries = []
    if done.lesson_completed:
        facts = {"enrollment_id": str(enrollment.id), "course_id": str(enrollment.course_id)}
        entries.append(entry_of(actor, "lesson.completed", lesson_id, changes=facts, new_id=new_id, at=at))
    if award is not None:
        facts = {"course_id": str(enrollment.course_id)}
        entries.append(entry_of(actor, "enrollment.completed", enrollment.id, changes=facts, new_id=new_id, at=at))
        facts = {"enrollment_id": str(enrollment.id), "code": award.code}
        entries.append(entry_of(actor, "certificate.issued", award.id, changes=facts, new_id=new_id, at=at))
    return entries

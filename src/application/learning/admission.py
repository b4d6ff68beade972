"""Who is let into a course, and how: the same for who comes by themselves and for whom a teacher brings."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from application.audit.record import entry_of
from application.learning.ports import CourseNotFound, LearningUnit, LessonNotFound, LessonOffer
from application.shared.actor import Actor
from application.shared.clock import NewId
from domain.learning.enrollment import Enrollment, Offer
from domain.shared.errors import Forbidden
from domain.shared.ids import EnrollmentId, UserId


class CourseNotYours(Forbidden):
    code = "course.not_yours"


def teaches(offer: Offer, actor: Actor) -> bool:
    return actor.is_admin or (actor.user_id is not None and offer.owner_id == actor.user_id)


def assert_visible(offer: Offer, actor: Actor) -> None:
    """Raises CourseNotFound."""
    if not offer.is_published and not teaches(offer, actor):
        raise CourseNotFound("There is no such course.")


def assert_teaches(offer: Offer, actor: Actor) -> None:
    """Raises CourseNotFound, or CourseNotYours where they may see it."""
    assert_visible(offer, actor)
    if not teaches(offer, actor):
        raise CourseNotYours("Only who owns this course, and admins, may do this.")


def assert_teaches_lesson(lesson: LessonOffer, actor: Actor) -> None:
    """Raises LessonNotFound, or CourseNotYours where they may see the lesson."""
    if not (teaches(lesson.course, actor) or (lesson.is_published and lesson.course.is_published)):
        raise LessonNotFound("There is no such lesson.")
    assert_teaches(lesson.course, actor)


@dataclass(frozen=True, slots=True)
class Admission:
    """The enrollments of all who were to be admitted, in no order; how many are new, and how many had withdrawn."""

    enrollments: Sequence[Enrollment]
    new: int
    back: int


async def admit(
    unit: LearningUnit, offer: Offer, user_ids: Sequence[UserId], *, actor: Actor, new_id: NewId, at: datetime
) -> Admission:
    """All of them learn in this course now, or nobody more; who did already goes on as before.

    Raises:
        OwnCourse, EnrollmentClosed, CourseFull: as `Offer.assert_admits` says, of any of them who is not in already.
    """
    if not user_ids:
        return Admission([], 0, 0)
    begun = [Enrollment.begun(EnrollmentId(new_id()), offer.course_id, user_id, at=at) for user_id in user_ids]
    enrollments = await unit.enrollments.obtain(*begun)
    new_ids = {enrollment.id for enrollment in begun}
    new = [enrollment for enrollment in enrollments if enrollment.id in new_ids]
    back = [enrollment for enrollment in enrollments if enrollment.id not in new_ids and enrollment.resume()]
    await _assert_admitted(unit, offer, [*new, *back])
    if back:
        await unit.enrollments.save(*back)
    entries = [
        entry_of(actor, f"enrollment.{verb}", enrollment.id, changes=_facts(enrollment), new_id=new_id, at=at)
        for verb, some in (("begun", new), ("resumed", back))
        for enrollment in some
    ]
    if entries:
        await unit.audit.record(*entries)
    return Admission(enrollments, len(new), len(back))


async def _assert_admitted(unit: LearningUnit, offer: Offer, coming: Sequence[Enrollment]) -> None:
    if not coming:
        return
    taken = 0
    if offer.capacity is not None:
        taken = await unit.enrollments.seats_taken(offer.course_id, besides=[enrollment.id for enrollment in coming])
    for place, enrollment in enumerate(coming):
        offer.assert_admits(enrollment.user_id, seats_taken=taken + place)


def _facts(enrollment: Enrollment) -> dict[str, str]:
    return {"course_id": str(enrollment.course_id), "user_id": str(enrollment.user_id)}

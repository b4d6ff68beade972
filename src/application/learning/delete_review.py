from dataclasses import dataclass

from application.audit.record import record
from application.learning.admission import assert_visible
from application.learning.review_ports import ReviewUnit
from application.learning.write_review import review_facts
from application.shared.actor import Actor
from application.shared.clock import Clock, NewId
from application.shared.unit import Begin
from domain.shared.ids import CourseId, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteReview:
    """The actor takes this user's review of a course back: their own, or, as an admin, anybody's."""

    actor: Actor
    course_id: CourseId
    user_id: UserId


class DeleteReviewHandler:
    """Where there is none, it is so without a deed."""

    def __init__(self, begin: Begin[ReviewUnit], clock: Clock, new_id: NewId) -> None:
        self._begin = begin
        self._clock = clock
        self._new_id = new_id

    async def __call__(self, command: DeleteReview) -> None:
        """Raises CourseNotFound: there is none, or not for who never enrolled in it."""
        actor, now = command.actor, self._clock()
        assert actor.is_admin or actor.user_id == command.user_id, "the policy lets nobody else come here"
        async with self._begin() as unit:
            offer = await unit.reviews.course(command.course_id)
            standing = await unit.reviews.standing(command.course_id, command.user_id)
            if standing is None:
                assert_visible(offer, actor)
            elif standing.review is not None:
                await unit.reviews.delete(standing.review)
                facts = review_facts(standing.review)
                await record(
                    unit.audit, actor, "review.deleted", standing.enrollment.id, changes=facts, new_id=self._new_id,
                    at=now,
                )  # fmt: skip
                await unit.commit()

from dataclasses import dataclass
from datetime import datetime

from application.audit.record import record
from application.gamification.reward import reward
from application.learning.ports import CourseNotFound, EnrollmentRequired
from application.learning.review_ports import ReviewUnit, Standing
from application.learning.review_queries import WrittenReview
from application.shared.actor import Actor
from application.shared.clock import Clock, NewId
from application.shared.unit import Begin
from domain.gamification.deeds import ReviewWritten
from domain.learning.enrollment import Offer
from domain.learning.review import Review, ReviewOfOwnCourse, assert_knows_enough
from domain.shared.ids import CourseId


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteReview:
    """The actor's opinion of a course that they learn in: a rating of 1 to 5, and words, which may be none."""

    actor: Actor
    course_id: CourseId
    rating: int
    text: str


class WriteReviewHandler:
    """Again and again leads to one review, the last one.

    Who completed the course once knows enough of it, also where lessons were added; so does who wrote a review before.
    """

    def __init__(self, begin: Begin[ReviewUnit], clock: Clock, new_id: NewId) -> None:
        self._begin = begin
        self._clock = clock
        self._new_id = new_id

    async def __call__(self, command: WriteReview) -> WrittenReview:
        """The review as it is now.

        Raises:
            CourseNotFound: there is none, or it isn't published and they never enrolled in it.
            EnrollmentRequired: they don't learn in it, or no longer.
            ReviewOfOwnCourse
            ReviewTooEarly: as `assert_knows_enough` says.
        """
        actor, now = command.actor, self._clock()
        gained = None
        assert actor.user_id is not None, "a person asks"
        async with self._begin() as unit:
            offer = await unit.reviews.course(command.course_id)
            standing = _enrolled(offer, await unit.reviews.standing(command.course_id, actor.user_id))
            if offer.owner_id == actor.user_id:
                raise ReviewOfOwnCourse("Who owns a course doesn't review it.")
            before = None if standing.review is None else standing.review.rating
            review = _written(standing, command, now)
            if review is not None:
                await unit.reviews.save(review, before=before)
                if before is None:
                    deeds = [ReviewWritten(command.course_id)]
                    gained = await reward(
                        unit.players, actor.user_id, command.course_id, deeds, new_id=self._new_id, at=now
                    )
                    await unit.players.save(gained.gains)
                verb = "written" if before is None else "changed"
                facts = review_facts(review)
                await record(
                    unit.audit, actor, f"review.{verb}", standing.enrollment.id, changes=facts, new_id=self._new_id,
                    at=now,
                )  # fmt: skip
                await unit.commit()
        shown = review or standing.review
        assert shown is not None, "nothing new means that there is one"
        return WrittenReview.with_reward(shown, None if gained is None else gained.view)


def review_facts(review: Review) -> dict[str, str | int]:
    """What the audit is told; the words are the learner's own."""
    return {"course_id": str(review.course_id), "user_id": str(review.user_id), "rating": review.rating}


def _enrolled(offer: Offer, standing: Standing | None) -> Standing:
    if standing is None and not offer.is_published:
        raise CourseNotFound("There is no such course.")
    if standing is None or standing.enrollment.is_withdrawn:
        raise EnrollmentRequired("Enroll in the course first.")
    return standing


def _written(standing: Standing, command: WriteReview, at: datetime) -> Review | None:
    """The review that is to be stored; None where it says so already."""
    review = standing.review
    if review is not None:
        return review if review.revise(rating=command.rating, text=command.text, at=at) else None
    enrollment = standing.enrollment
    if enrollment.completed_at is None:
        assert_knows_enough(lessons=standing.lessons, completed=standing.lessons_completed)
    return Review.written(enrollment.course_id, enrollment.user_id, rating=command.rating, text=command.text, at=at)

"""Questions about reviews, and the views that answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

import msgspec

from application.gamification.views import RewardView
from application.shared.encoded import Encoded
from application.shared.page import DEFAULT_LIMIT
from domain.learning.review import Review
from domain.shared.ids import CourseId, UserId


class ReviewView(msgspec.Struct, frozen=True, kw_only=True):
    """`text` is plain text, to be shown as such."""

    course_id: UUID
    user_id: UUID
    rating: int
    text: str
    created_at: datetime
    updated_at: datetime
    version: int

    @classmethod
    def of(cls, review: Review) -> "ReviewView":
        return ReviewView(**_fields(review))


class WrittenReview(ReviewView, frozen=True, kw_only=True):
    """`reward` is what writing it brought, null where there was a review before."""

    reward: RewardView | None

    @classmethod
    def with_reward(cls, review: Review, reward: RewardView | None) -> "WrittenReview":
        return cls(**_fields(review), reward=reward)


class LearnerReview(ReviewView, frozen=True, kw_only=True):
    """A review in a course's list. `learner` is the name that they show, null for who has none or was erased."""

    learner: str | None


class ReviewPage(msgspec.Struct, frozen=True):
    items: Sequence[LearnerReview]
    next_cursor: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewQuestion:
    """Which reviews of a course, those that were written last first; with a rating only those that gave it."""

    rating: int | None = None
    limit: int = DEFAULT_LIMIT
    cursor: str | None = None


class ReviewQueries(Protocol):
    """One query each."""

    async def mine(self, course_id: CourseId, user_id: UserId) -> Encoded[ReviewView]:
        """For who enrolled once, withdrawn or not.

        Raises:
            CourseNotFound: there is none, or it isn't published and they never enrolled in it.
            EnrollmentRequired: they never enrolled in it.
            ReviewNotFound: they wrote none.
        """
        ...

    async def of_course(
        self, course_id: CourseId, question: ReviewQuestion, *, reader_id: UserId | None, is_admin: bool
    ) -> Encoded[ReviewPage]:
        """For who sees the course.

        Raises:
            CourseNotFound: there is none, or not for these eyes.
            CursorInvalid
        """
        ...


def _fields(review: Review) -> dict[str, Any]:
    return {name: getattr(review, name) for name in ReviewView.__struct_fields__}

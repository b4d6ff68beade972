"""What a learner thinks of a course: one review each, once they know enough of it, changed as often as they like."""

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from domain.shared.errors import Conflict
from domain.shared.ids import CourseId, UserId

LOWEST, HIGHEST = 1, 5
TEXT_LENGTH = 5000
_SHARE = 5


class ReviewTooEarly(Conflict):
    """A fifth of the course comes first."""

    code = "review.too_early"


class ReviewOfOwnCourse(Conflict):
    code = "review.own_course"


def assert_knows_enough(*, lessons: int, completed: int) -> None:
    """Returns only for who has completed a fifth of the published lessons, and at least one. Raises ReviewTooEarly."""
    needed = max(1, -(-lessons // _SHARE))
    if completed < needed:
        raise ReviewTooEarly(f"{completed} of {lessons} lessons are completed; {needed - completed} more are needed.")


@dataclass(slots=True, kw_only=True)
class Review:
    """`rating` is 1 to 5; `text` is plain and may be empty."""

    course_id: CourseId
    user_id: UserId
    rating: int
    text: str
    created_at: datetime
    updated_at: datetime
    version: int = 1

    @classmethod
    def written(cls, course_id: CourseId, user_id: UserId, *, rating: int, text: str, at: datetime) -> Self:
        return cls(course_id=course_id, user_id=user_id, rating=rating, text=text, created_at=at, updated_at=at)

    def revise(self, *, rating: int, text: str, at: datetime) -> bool:
        """Says whether it is another one now."""
        if (rating, text) == (self.rating, self.text):
            return False
        self.rating, self.text = rating, text
        self.updated_at = at
        self.version += 1
        return True

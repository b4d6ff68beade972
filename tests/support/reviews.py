"""What is done with reviews, over a store, for tests."""

from dataclasses import dataclass, field
from typing import Any

import msgspec
from uuid_utils.compat import uuid7

from application.learning.delete_review import DeleteReview, DeleteReviewHandler
from application.learning.review_queries import (
    LearnerReview,
    ReviewPage,
    ReviewQueries,
    ReviewQuestion,
    ReviewView,
    WrittenReview,
)
from application.learning.write_review import WriteReview, WriteReviewHandler
from application.shared.unit import Begin
from domain.catalog.course import Course
from domain.identity.user import User
from tests.support.catalog import acting
from tests.support.clock import SettableClock
from tests.support.people import NOON


@dataclass
class Reviews:
    begin: Begin[Any]
    queries: ReviewQueries | None = None
    clock: SettableClock = field(default_factory=lambda: SettableClock(NOON))

    def __post_init__(self) -> None:
        self._write = WriteReviewHandler(self.begin, self.clock, uuid7)
        self._delete = DeleteReviewHandler(self.begin, self.clock, uuid7)

    async def write(self, who: User, course: Course, rating: int = 4, text: str = "") -> ReviewView:
        """Without its reward."""
        written = await self.write_for(who, course, rating, text)
        return msgspec.convert(msgspec.structs.asdict(written), ReviewView)

    async def write_for(self, who: User, course: Course, rating: int = 4, text: str = "") -> WrittenReview:
        return await self._write(WriteReview(actor=acting(who), course_id=course.id, rating=rating, text=text))

    async def delete(self, who: User, course: Course, *, of: User | None = None) -> None:
        """One's own, or as an admin somebody else's."""
        actor = acting(who, is_admin=of is not None)
        await self._delete(DeleteReview(actor=actor, course_id=course.id, user_id=(of or who).id))

    async def mine(self, who: User, course: Course) -> ReviewView:
        assert self.queries is not None
        return msgspec.json.decode((await self.queries.mine(course.id, who.id)).body, type=ReviewView, strict=True)

    async def page(
        self, course: Course, who: User | None = None, *, is_admin: bool = False, **asked: Any
    ) -> ReviewPage:
        assert self.queries is not None
        reader_id = None if who is None else who.id
        question = ReviewQuestion(**asked)
        page = await self.queries.of_course(course.id, question, reader_id=reader_id, is_admin=is_admin)
        return msgspec.json.decode(page.body, type=ReviewPage, strict=True)

    async def listed(self, course: Course, **asked: Any) -> list[LearnerReview]:
        return list((await self.page(course, **asked)).items)

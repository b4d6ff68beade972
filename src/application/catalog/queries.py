"""Questions to the catalog: what is asked, by whom, and the views that answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

import msgspec

from application.catalog.question import CourseQuestion
from application.shared.actor import Actor
from application.shared.encoded import Encoded
from domain.catalog.content import Level
from domain.catalog.course import CourseStatus
from domain.shared.ids import CourseId, UserId


@dataclass(frozen=True, slots=True)
class Reader:
    """Whose eyes: `user_id` is None for somebody who is not signed in."""

    user_id: UserId | None = None
    is_admin: bool = False

    @classmethod
    def of(cls, actor: Actor) -> "Reader":
        return cls(actor.user_id, actor.is_admin)


ANYBODY = Reader()


class PrerequisiteView(msgspec.Struct, frozen=True):
    id: UUID
    slug: str
    title: str


class RatingView(msgspec.Struct, frozen=True):
    """What reviews come to, as `domain.catalog.rating.bayesian_average` has it: null without any."""

    average: float | None
    count: int


class CourseSummary(msgspec.Struct, frozen=True, kw_only=True):
    """A course in a list. `author` is the name that its creator shows, null where nobody does."""

    id: UUID
    slug: str
    title: str
    summary: str
    language: str
    level: Level | None
    tags: Sequence[str]
    cover_url: str | None
    status: CourseStatus
    created_by: UUID | None
    author: str | None
    rating: RatingView
    created_at: datetime
    updated_at: datetime
    published_at: datetime | None
    version: int


class CourseView(CourseSummary, frozen=True, kw_only=True):
    """A course in full. `capacity` is null where there are seats for as many as come.

    `prerequisites` are those that the reader may see, in the order in which they were made.
    """

    external_id: str | None
    capacity: int | None
    description: str
    description_html: str
    prerequisites: Sequence[PrerequisiteView]


class CoursePage(msgspec.Struct, frozen=True):
    items: Sequence[CourseSummary]
    next_cursor: str | None


class CourseQueries(Protocol):
    """What is published is for everyone; what isn't, for its creator and for admins."""

    async def detail(self, course_id: CourseId, reader: Reader) -> Encoded[CourseView]:
        """The tag is `<version>-<digest of the body>`: names and titles of others show in the body, not in the version.

        Raises:
            CourseNotFound: there is none, or not for these eyes.
        """
        ...

    async def list(self, question: CourseQuestion, reader: Reader) -> Encoded[CoursePage]:
        """One page; rows added while somebody pages through neither repeat nor hide a row.

        Raises:
            SignInRequired, SortNeedsSearch, CursorInvalid: as `selection_for` says.
        """
        ...

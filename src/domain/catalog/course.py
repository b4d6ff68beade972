"""A course of the catalog: its life from draft to archive."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime
from enum import StrEnum
from typing import Self

from domain.catalog.content import CourseContent
from domain.catalog.naming import slug_of
from domain.shared.errors import Conflict
from domain.shared.ids import CourseId, UserId


class CourseStatus(StrEnum):
    DRAFT = "draft"
    IN_REVIEW = "in_review"
    PUBLISHED = "published"
    ARCHIVED = "archived"


_TRANSITIONS = {
    (CourseStatus.DRAFT, CourseStatus.IN_REVIEW): "submitted",
    (CourseStatus.IN_REVIEW, CourseStatus.DRAFT): "returned",
    (CourseStatus.DRAFT, CourseStatus.PUBLISHED): "published",
    (CourseStatus.IN_REVIEW, CourseStatus.PUBLISHED): "published",
    (CourseStatus.PUBLISHED, CourseStatus.ARCHIVED): "archived",
    (CourseStatus.ARCHIVED, CourseStatus.PUBLISHED): "published",
}


class CourseTransitionForbidden(Conflict):
    code = "course.transition_forbidden"


class CoursePublished(Conflict):
    """Learners may be in the middle of it: a published course is archived before it is deleted."""

    code = "course.published"


@dataclass(slots=True, kw_only=True)
class Course:
    """`external_id` is another system's name for it; `slug` never changes; `prerequisites` are sorted by id.

    `published_at` is when it was first published, and stays; `created_by` is None for what has no owner.
    `capacity` is how many may be enrolled at a time, None for as many as come.
    """

    id: CourseId
    external_id: str | None
    slug: str
    content: CourseContent
    status: CourseStatus = CourseStatus.DRAFT
    prerequisites: tuple[CourseId, ...] = ()
    created_by: UserId | None
    created_at: datetime
    updated_at: datetime
    published_at: datetime | None = None
    version: int = 1
    capacity: int | None = None

    @classmethod
    def drafted(
        cls,
        id: CourseId,  # noqa: A002 # a field's name
        content: CourseContent,
        *,
        external_id: str | None,
        created_by: UserId | None,
        at: datetime,
        prerequisites: Iterable[CourseId] = (),
    ) -> Self:
        """A new course can't close a cycle of prerequisites: nothing leads to it yet."""
        return cls(
            id=id,
            external_id=external_id,
            slug=slug_of(content.title, id),
            content=content,
            prerequisites=tuple(sorted(set(prerequisites))),
            created_by=created_by,
            created_at=at,
            updated_at=at,
        )

    def arrive(self, status: CourseStatus, *, at: datetime) -> None:
        """Takes the status that a course imported a moment ago had where it came from: no transition, so no guard."""
        self.status = status
        self.published_at = at if status is CourseStatus.PUBLISHED else None

    def revise(
        self, content: CourseContent, *, at: datetime, prerequisites: Iterable[CourseId] | None = None
    ) -> tuple[str, ...]:
        """Takes over content, and prerequisites unless None; the names of the fields that are different now.

        The prerequisites were checked to close no cycle (`prerequisites.position_of_cycle`).
        """
        wanted = self.prerequisites if prerequisites is None else tuple(sorted(set(prerequisites)))
        changed = _differences(self.content, content) + (("prerequisites",) if wanted != self.prerequisites else ())
        if not changed:
            return ()
        self.content = content
        self.prerequisites = wanted
        self._touch(at)
        return changed

    def change_status(self, status: CourseStatus, *, at: datetime) -> str:
        """What happened, as a verb: submitted, returned, published, archived.

        Raises:
            CourseTransitionForbidden: that is no way to go from here.
        """
        verb = _TRANSITIONS.get((self.status, status))
        if verb is None:
            raise CourseTransitionForbidden(f"A course that is {self.status} can't become {status}.")
        if status is CourseStatus.PUBLISHED:
            self.published_at = self.published_at or at
        self.status = status
        self._touch(at)
        return verb

    def change_capacity(self, capacity: int | None, *, at: datetime) -> bool:
        """Says whether there are more or fewer seats now; who is enrolled stays, also where there are fewer."""
        if capacity == self.capacity:
            return False
        self.capacity = capacity
        self._touch(at)
        return True

    def assert_deletable(self) -> None:
        """Raises CoursePublished."""
        if self.status is CourseStatus.PUBLISHED:
            raise CoursePublished("A published course is archived first, then it can be deleted.")

    def _touch(self, at: datetime) -> None:
        self.updated_at = at
        self.version += 1


def _differences(old: CourseContent, new: CourseContent) -> tuple[str, ...]:
    return tuple(field.name for field in fields(CourseContent) if getattr(old, field.name) != getattr(new, field.name))

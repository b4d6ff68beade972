"""What the catalog needs of the world."""

from collections.abc import Iterable, Sequence
from typing import Protocol

from application.audit.ports import AuditLog
from application.catalog.queries import CourseView, Reader
from application.shared.encoded import Encoded
from application.shared.idempotency import IdempotencyKeys
from application.shared.unit import Unit
from domain.catalog.course import Course
from domain.catalog.prerequisites import Graph
from domain.shared.errors import Conflict, NotFound
from domain.shared.ids import CourseId, UserId


class CourseNotFound(NotFound):
    code = "course.not_found"


class ExternalIdTaken(Conflict):
    """Another course came from the same place in the other system."""

    code = "course.external_id_taken"


class CourseIsPrerequisite(Conflict):
    """Another course builds on it; that one lets go of it first."""

    code = "course.is_prerequisite"


class CourseHasLearners(Conflict):
    """Who learns or learned in it would lose what they did: it is archived, not deleted."""

    code = "course.has_learners"


class CourseRepository(Protocol):
    """Courses as whole aggregates. What `get` and `find_by_external_ids` return is locked until the unit ends.

    Lock order: the graph of prerequisites first, then courses.
    """

    async def get(self, course_id: CourseId) -> Course:
        """Raises CourseNotFound."""
        ...

    async def find_all(self, course_ids: Iterable[CourseId]) -> Sequence[Course]:
        """Those that exist, in no order; until the unit ends they can be changed, but not deleted."""
        ...

    async def find_by_external_ids(self, external_ids: Iterable[str]) -> Sequence[Course]:
        """Those that exist, in no order."""
        ...

    async def save(self, *courses: Course) -> None:
        """Stores new and changed courses, together with their prerequisites, in one statement.

        Raises:
            ExternalIdTaken: at the latest when the unit ends.
        """
        ...

    async def delete(self, course: Course) -> None:
        """Raises CourseIsPrerequisite, CourseHasLearners, at the latest when the unit ends."""
        ...

    async def lock_prerequisites(self) -> None:
        """Until the unit ends nobody else changes what is a prerequisite of what, wherever in the catalog."""
        ...

    async def prerequisites_from(self, course_ids: Iterable[CourseId]) -> Graph:
        """The part of the graph that these courses lead to, themselves included."""
        ...

    async def view(self, course_id: CourseId, reader: Reader) -> Encoded[CourseView]:
        """The detail as `CourseQueries.detail` has it, with what this unit has changed. Raises CourseNotFound."""
        ...


class Owners(Protocol):
    async def find(self, reference: str) -> UserId | None:
        """The live user with this id, or with this email address (compared without case)."""
        ...


class CatalogUnit(Unit, Protocol):
    courses: CourseRepository
    owners: Owners
    idempotency: IdempotencyKeys
    audit: AuditLog

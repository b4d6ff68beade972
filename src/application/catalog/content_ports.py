"""What the use cases of a course's content need of the world."""

from collections.abc import Mapping
from typing import Protocol

from application.catalog.content_queries import LessonView, ModuleView
from application.catalog.ports import CatalogUnit
from application.catalog.queries import Reader
from application.shared.encoded import Encoded
from domain.catalog.lesson import Lesson, LessonVersion
from domain.catalog.module import Module
from domain.learning.unlocking import Outline
from domain.shared.errors import Conflict, Forbidden, NotFound
from domain.shared.ids import CourseId, LessonId, ModuleId


class ModuleNotFound(NotFound):
    code = "module.not_found"


class LessonNotFound(NotFound):
    code = "lesson.not_found"


class LessonVersionNotFound(NotFound):
    code = "lesson.version_not_found"


class EnrollmentRequired(Forbidden):
    """What is no preview is for those who are enrolled."""

    code = "enrollment.required"


class OrderChangedMeanwhile(Conflict):
    """Somebody else put something in the very same place at the same moment; trying again helps."""

    code = "order.changed_meanwhile"


class LessonHasWork(Conflict):
    """Learners have attempts or submissions in it, which don't go by accident; it can be taken back instead."""

    code = "lesson.has_work"


class ModuleRepository(Protocol):
    """Lock order: the course, then its modules, then lessons. Whoever changes an order holds the course."""

    async def get(self, module_id: ModuleId) -> Module:
        """Locked until the unit ends, and its course before it. Raises ModuleNotFound."""
        ...

    async def order(self, course_id: CourseId) -> Mapping[ModuleId, str]:
        """The position of each module of a course, in their order."""
        ...

    async def reposition(self, positions: Mapping[ModuleId, str]) -> None:
        """Writes new positions and nothing else, in one statement."""
        ...

    async def save(self, *modules: Module) -> None:
        """Raises OrderChangedMeanwhile, at the latest when the unit ends: a position is taken."""
        ...

    async def delete(self, module: Module) -> None:
        """With its lessons."""
        ...

    async def view(self, module_id: ModuleId) -> Encoded[ModuleView]:
        """As it is in this unit, for whose eyes it is for; the tag is the version. Raises ModuleNotFound."""
        ...


class LessonRepository(Protocol):
    """Lock order as for modules."""

    async def get(self, lesson_id: LessonId) -> Lesson:
        """Locked until the unit ends, and its course before it. Raises LessonNotFound."""
        ...

    async def order(self, module_id: ModuleId) -> Mapping[LessonId, str]:
        """The position of each lesson of a module, in their order."""
        ...

    async def reposition(self, positions: Mapping[LessonId, str]) -> None:
        """Writes new positions and nothing else, in one statement."""
        ...

    async def save(self, *lessons: Lesson) -> None:
        """Raises OrderChangedMeanwhile, at the latest when the unit ends: a position is taken."""
        ...

    async def delete(self, lesson: Lesson) -> None:
        """With all that was published of it. Raises LessonHasWork."""
        ...

    async def view(self, lesson_id: LessonId, reader: Reader) -> Encoded[LessonView]:
        """The detail as `ContentQueries.lesson` has it, with what this unit has changed."""
        ...

    async def outline(self, course_id: CourseId) -> Outline:
        """The whole course with its rules, drafts included."""
        ...

    async def latest_version(self, lesson_id: LessonId) -> LessonVersion | None: ...

    async def get_version(self, lesson_id: LessonId, number: int) -> LessonVersion:
        """Raises LessonVersionNotFound."""
        ...

    async def keep_versions(self, *versions: LessonVersion) -> None:
        """Stores them for good."""
        ...


class ContentUnit(CatalogUnit, Protocol):
    modules: ModuleRepository
    lessons: LessonRepository

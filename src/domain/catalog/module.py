"""A module: a chapter of a course, with lessons in an order."""

from dataclasses import dataclass
from datetime import datetime

from domain.catalog.content import title_errors
from domain.catalog.lesson import UnlockRules
from domain.shared.errors import Invalid
from domain.shared.ids import CourseId, ModuleId


class ModuleInvalid(Invalid):
    code = "module.invalid"


@dataclass(slots=True, kw_only=True)
class Module:
    """`position` is its place among the modules of its course (`domain.catalog.order`)."""

    id: ModuleId
    course_id: CourseId
    title: str
    position: str
    unlock: UnlockRules = ()
    created_at: datetime
    updated_at: datetime
    version: int = 1

    def revise(self, title: str, unlock: UnlockRules, *, at: datetime) -> tuple[str, ...]:
        """Takes over a title made by `checked_title`; the names of the fields that are different now."""
        changed = [name for name, value in (("title", title), ("unlock", unlock)) if getattr(self, name) != value]
        if changed:
            self.title = title
            self.unlock = unlock
            self._touch(at)
        return tuple(changed)

    def move(self, position: str, *, at: datetime) -> None:
        self.position = position
        self._touch(at)

    def _touch(self, at: datetime) -> None:
        self.updated_at = at
        self.version += 1


def checked_title(title: str) -> str:
    """The title with its blanks tidied. Raises ModuleInvalid."""
    tidied = " ".join(title.split())
    errors = list(title_errors(tidied))
    if errors:
        raise ModuleInvalid("The module breaks a rule for its fields.", errors=errors)
    return tidied

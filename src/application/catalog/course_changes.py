from collections.abc import Sequence
from dataclasses import dataclass, fields

from application.shared.unchanged import UNCHANGED, Unchanged, merged
from domain.catalog.content import Draft
from domain.shared.ids import CourseId


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseChanges:
    """A merge patch (RFC 7396): absent means unchanged, None clears, which is refused for title and language."""

    title: str | Unchanged | None = UNCHANGED
    summary: str | Unchanged | None = UNCHANGED
    description: str | Unchanged | None = UNCHANGED
    language: str | Unchanged | None = UNCHANGED
    level: str | Unchanged | None = UNCHANGED
    tags: Sequence[str] | Unchanged | None = UNCHANGED
    cover_url: str | Unchanged | None = UNCHANGED
    prerequisites: Sequence[CourseId] | Unchanged | None = UNCHANGED

    def applied_to(self, draft: Draft) -> Draft:
        wanted = {field.name: merged(getattr(self, field.name), getattr(draft, field.name)) for field in fields(Draft)}
        return Draft(**{name: getattr(_CLEARED, name) if value is None else value for name, value in wanted.items()})


_CLEARED = Draft(title="", language="")

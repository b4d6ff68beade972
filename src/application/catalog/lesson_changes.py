from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from application.catalog.unlock_check import Wanted
from application.shared.unchanged import UNCHANGED, Unchanged, merged
from domain.catalog.lesson import Lesson
from domain.catalog.lesson_content import LessonDraft, LessonInvalid, LessonKind, draft_of
from domain.shared.errors import FieldError


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonChanges:
    """A merge patch (RFC 7396): absent means unchanged, None clears. `content` holds the fields of it that were sent.

    Title and content can't be cleared; nor can `is_preview`, which is then what it is for a new lesson.
    """

    title: str | Unchanged | None = UNCHANGED
    content: dict[str, Any] | Unchanged | None = UNCHANGED
    is_preview: bool | Unchanged | None = UNCHANGED
    unlock: Wanted | Unchanged | None = UNCHANGED

    def applied_to(self, lesson: Lesson) -> LessonDraft:
        """Raises LessonInvalid where the kind would be another, or there would be no content."""
        draft = draft_of(lesson.title, lesson.content)
        content = merged(self.content, {})
        if content is None:
            raise _invalid("/content", "content.missing", "can't be cleared")
        sent = dict(content)
        if LessonKind(sent.pop("kind", None) or draft.kind) is not draft.kind:
            raise _invalid("/content/kind", "content.kind_fixed", f"stays {draft.kind}")
        # Settings are patched like everything else; banks of questions, as a list, are replaced.
        for name in ("quiz", "assignment"):
            if isinstance(sent.get(name), Mapping):
                sent[name] = {**(getattr(draft, name) or {}), **sent[name]}
        present = {name: getattr(draft, name) for name in LessonDraft.__dataclass_fields__}
        return LessonDraft(**{**present, **sent, "title": merged(self.title, lesson.title) or ""})


def _invalid(pointer: str, code: str, detail: str) -> LessonInvalid:
    return LessonInvalid("The lesson breaks a rule for its fields.", errors=[FieldError(pointer, code, detail)])

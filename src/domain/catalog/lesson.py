"""A lesson of a course, from draft to what learners see, and what was published of it before."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeAlias

from domain.catalog.lesson_content import Article, Assignment, LessonContent, LessonKind, Quiz
from domain.shared.errors import Conflict, FieldError
from domain.shared.ids import CourseId, LessonId, ModuleId, UserId

UnlockRules: TypeAlias = tuple[Mapping[str, Any], ...]
"""When it opens, as JSON that was checked elsewhere: the catalog keeps the rules, learning understands them."""


class LessonStatus(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"


class LessonIncomplete(Conflict):
    """What says or asks nothing is not published. `errors` name the field."""

    code = "lesson.incomplete"


@dataclass(frozen=True, slots=True, kw_only=True)
class LessonVersion:
    """What learners saw from `published_at` on, until the next number; numbers count from 1."""

    lesson_id: LessonId
    number: int
    title: str
    content: LessonContent
    published_at: datetime
    published_by: UserId | None


@dataclass(slots=True, kw_only=True)
class Lesson:
    """`position` is its place among the lessons of its module; `published_at` is when it first was, and stays."""

    id: LessonId
    course_id: CourseId
    module_id: ModuleId
    position: str
    title: str
    content: LessonContent
    status: LessonStatus = LessonStatus.DRAFT
    is_preview: bool = False
    unlock: UnlockRules = ()
    created_at: datetime
    updated_at: datetime
    published_at: datetime | None = None
    version: int = 1

    @property
    def kind(self) -> LessonKind:
        return self.content.kind

    @property
    def is_published(self) -> bool:
        return self.status is LessonStatus.PUBLISHED

    def revise(
        self, title: str, content: LessonContent, *, is_preview: bool, unlock: UnlockRules, at: datetime
    ) -> tuple[str, ...]:
        """Takes over what `checked_lesson` made, and the rest; the names of the fields that are different now.

        Raises:
            LessonIncomplete: what is published would lose its last word, or its last question.
        """
        wanted = {"title": title, "content": content, "is_preview": is_preview, "unlock": unlock}
        changed = tuple(name for name, value in wanted.items() if getattr(self, name) != value)
        if not changed:
            return ()
        if self.is_published:
            _assert_complete(content)
        for name in changed:
            setattr(self, name, wanted[name])
        self._touch(at)
        return changed

    def change_status(self, status: LessonStatus, *, at: datetime) -> str | None:
        """What happened, as a verb: published, withdrawn; None where it has that status already.

        Raises:
            LessonIncomplete: it is to be published, and says or asks nothing.
        """
        if status is self.status:
            return None
        if status is LessonStatus.PUBLISHED:
            _assert_complete(self.content)
            self.published_at = self.published_at or at
        self.status = status
        self._touch(at)
        return "published" if self.is_published else "withdrawn"

    def arrive(self, status: LessonStatus, *, at: datetime) -> None:
        """Takes the status that a lesson imported a moment ago had where it came from. Raises LessonIncomplete."""
        if status is LessonStatus.PUBLISHED:
            _assert_complete(self.content)
            self.published_at = at
        self.status = status

    def move(self, module_id: ModuleId, position: str, *, at: datetime) -> None:
        self.module_id = module_id
        self.position = position
        self._touch(at)

    def next_version(self, latest: LessonVersion | None, *, by: UserId | None, at: datetime) -> LessonVersion | None:
        """The version to keep after a change; None where learners see what they saw in the latest, or see nothing."""
        is_known = latest is not None and (latest.title, latest.content) == (self.title, self.content)
        if not self.is_published or is_known:
            return None
        return LessonVersion(
            lesson_id=self.id,
            number=1 if latest is None else latest.number + 1,
            title=self.title,
            content=self.content,
            published_at=at,
            published_by=by,
        )

    def _touch(self, at: datetime) -> None:
        self.updated_at = at
        self.version += 1


def _assert_complete(content: LessonContent) -> None:
    match content:
        case Article(body) | Assignment(body) if not body.markdown:
            pointer, detail = "/content/markdown", "is empty, which learners would see"
        case Quiz(banks=banks) if not any(bank["questions"] for bank in banks):
            pointer, detail = "/content/banks", "asks nothing"
        case _:
            return
    error = FieldError(pointer, LessonIncomplete.code, detail)
    raise LessonIncomplete("What is published says or asks something.", errors=[error])

"""Questions about what a course holds, and the views that answer."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol, TypeAlias
from uuid import UUID

import msgspec

from application.catalog.queries import Reader
from application.shared.assignment_document import AssignmentSettings
from application.shared.encoded import Encoded
from application.shared.quiz_document import QuestionBank, QuizSettings
from application.shared.rule_views import RuleView
from domain.catalog.lesson import LessonStatus
from domain.catalog.lesson_content import LessonKind
from domain.shared.ids import CourseId, LessonId


class ArticleView(msgspec.Struct, frozen=True, tag_field="kind", tag="article"):
    markdown: str
    html: str


class VideoView(msgspec.Struct, frozen=True, tag_field="kind", tag="video"):
    url: str
    duration_seconds: int
    watch_share: float


class FileView(msgspec.Struct, frozen=True, tag_field="kind", tag="file"):
    url: str
    name: str
    media_type: str
    size_bytes: int | None


class LinkView(msgspec.Struct, frozen=True, tag_field="kind", tag="link"):
    url: str


class QuizView(msgspec.Struct, frozen=True, tag_field="kind", tag="quiz"):
    """`question_count` is what an attempt asks. `banks` tell the answers: null for who may not change them."""

    quiz: QuizSettings
    question_count: int
    banks: Sequence[QuestionBank] | None


class AssignmentView(msgspec.Struct, frozen=True, tag_field="kind", tag="assignment"):
    markdown: str
    html: str
    assignment: AssignmentSettings


ContentView: TypeAlias = ArticleView | VideoView | FileView | LinkView | QuizView | AssignmentView


class LessonSummary(msgspec.Struct, frozen=True, kw_only=True):
    """A lesson in the structure of its course. `duration_seconds` is of a video, null for other kinds."""

    id: UUID
    kind: LessonKind
    title: str
    status: LessonStatus
    is_preview: bool
    duration_seconds: int | None
    unlock: Sequence[RuleView]
    version: int


class LessonView(LessonSummary, frozen=True, kw_only=True):
    """A lesson in full."""

    course_id: UUID
    module_id: UUID
    content: ContentView
    created_at: datetime
    updated_at: datetime
    published_at: datetime | None


class ModuleView(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    course_id: UUID
    title: str
    unlock: Sequence[RuleView]
    created_at: datetime
    updated_at: datetime
    version: int


class ModuleStructure(ModuleView, frozen=True, kw_only=True):
    """A module with its lessons, in their order."""

    lessons: Sequence[LessonSummary]


class CourseStructure(msgspec.Struct, frozen=True):
    """The modules of a course, in their order."""

    items: Sequence[ModuleStructure]


class LessonVersionSummary(msgspec.Struct, frozen=True, kw_only=True):
    """What learners saw of a lesson from `published_at` on. `published_by` is null for the operator's commands."""

    number: int
    title: str
    published_at: datetime
    published_by: UUID | None


class LessonVersionView(LessonVersionSummary, frozen=True, kw_only=True):
    lesson_id: UUID
    content: ContentView


class LessonVersionList(msgspec.Struct, frozen=True):
    """All versions, newest first."""

    items: Sequence[LessonVersionSummary]


class ContentQueries(Protocol):
    """Who made a course and admins see all of it; others what is published of it, once it is published itself."""

    async def structure(self, course_id: CourseId, reader: Reader) -> Encoded[CourseStructure]:
        """Modules and lessons in their order. Raises CourseNotFound."""
        ...

    async def lesson(self, lesson_id: LessonId, reader: Reader) -> Encoded[LessonView]:
        """The tag is `<version>-<digest of the body>`. In an archived course those who are enrolled go on reading.

        Raises:
            LessonNotFound: there is none, or not for these eyes.
            EnrollmentRequired: it is there to be seen by who is enrolled, and the reader isn't.
        """
        ...

    async def versions(self, lesson_id: LessonId, reader: Reader) -> Encoded[LessonVersionList]:
        """For who made the course, and admins.

        Raises:
            LessonNotFound: there is none, or not for these eyes.
            CourseNotYours: it is published, and somebody else's.
        """
        ...

    async def version(self, lesson_id: LessonId, number: int, reader: Reader) -> Encoded[LessonVersionView]:
        """One of them; raises as `versions` does, and LessonVersionNotFound."""
        ...

    async def both_versions(
        self, lesson_id: LessonId, first: int, second: int, reader: Reader
    ) -> tuple[LessonVersionView, LessonVersionView]:
        """Two of them, which may be the same; raises as `version` does."""
        ...

"""What may be sent about modules and lessons."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from application.shared.quiz_document import MAXIMUM_BANKS
from domain.catalog.lesson import LessonStatus
from domain.catalog.lesson_content import (
    LARGEST_FILE,
    LONGEST_VIDEO,
    MARKDOWN_LENGTH,
    MEDIA_TYPE_LENGTH,
    NAME_LENGTH,
    LessonKind,
)
from domain.learning.unlocking import RULE_COUNT
from domain.shared.web_address import URL_LENGTH
from entrypoints.http.bodies import Body, MergePatch, Text
from entrypoints.http.courses import Title

_RULES = ("AfterPreviousRule", "AfterLessonRule", "AfterModuleRule", "MinimumScoreRule", "NotBeforeRule")
Unlock = Annotated[
    list[dict[str, Any]],
    Field(
        max_length=RULE_COUNT,
        description="All must hold before it opens.",
        json_schema_extra={"items": {"oneOf": [{"$ref": f"#/components/schemas/{name}"} for name in _RULES]}},
    ),
]


class NewModule(Body):
    title: Title
    unlock: Unlock = Field(default=[])


class ModulePatch(MergePatch):
    """Merge patch: absent means unchanged, null clears (not for the title)."""

    title: Title | None = None
    unlock: Unlock | None = None


class ModulePlace(Body):
    after: UUID | None = Field(description="The module after which it shall stand; null for the first place.")


def _schema(name: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{name}"}


# Patterns and what is needed for which kind are for the domain, which finds everything at once.
Markdown = Annotated[
    Text, Field(max_length=MARKDOWN_LENGTH, description="Of an article or an assignment; raw HTML in it is not kept.")
]
Url = Annotated[
    Text,
    Field(
        max_length=URL_LENGTH,
        description="https only; of a video, a file or a link.",
        json_schema_extra={"pattern": "^https://.+$"},
    ),
]
Seconds = Annotated[int, Field(ge=1, le=LONGEST_VIDEO, description="Of a video.")]
Share = Annotated[
    float, Field(ge=0, le=1, description="The share of a video that has to be watched to complete it; 0.9 if not said.")
]
Name = Annotated[Text, Field(max_length=NAME_LENGTH, description="Of a file.", json_schema_extra={"minLength": 1})]
MediaType = Annotated[Text, Field(max_length=MEDIA_TYPE_LENGTH, description="Of a file, such as application/pdf.")]
Bytes = Annotated[int, Field(ge=0, le=LARGEST_FILE, description="The size of a file, where it is known.")]


QuizFields = Annotated[
    dict[str, Any],
    Field(description="Of a quiz; absent fields have their defaults.", json_schema_extra=_schema("QuizSettings")),
]
BankList = Annotated[
    list[dict[str, Any]],
    Field(
        max_length=MAXIMUM_BANKS,
        description="Of a quiz: its questions, with what is right.",
        json_schema_extra={"items": _schema("QuestionBank")},
    ),
]
AssignmentFields = Annotated[
    dict[str, Any],
    Field(
        description="Of an assignment; absent fields have their defaults.",
        json_schema_extra=_schema("AssignmentSettings"),
    ),
]


class NewLessonContent(Body):
    """What is needed depends on the kind, and what belongs to other kinds is left out."""

    kind: LessonKind
    markdown: Markdown | None = None
    url: Url | None = None
    duration_seconds: Seconds | None = None
    watch_share: Share | None = None
    name: Name | None = None
    media_type: MediaType | None = None
    size_bytes: Bytes | None = None
    quiz: QuizFields | None = None
    banks: BankList | None = None
    assignment: AssignmentFields | None = None


class LessonContentPatch(MergePatch):
    """The fields of a lesson's content that shall be different. The kind stays as it is."""

    kind: LessonKind | None = None
    markdown: Markdown | None = None
    url: Url | None = None
    duration_seconds: Seconds | None = None
    watch_share: Share | None = None
    name: Name | None = None
    media_type: MediaType | None = None
    size_bytes: Bytes | None = None
    quiz: QuizFields | None = None
    banks: BankList | None = None
    assignment: AssignmentFields | None = None


class NewLesson(Body):
    """A lesson as its author writes it; it begins as a draft, the last of its module."""

    title: Title
    content: NewLessonContent
    is_preview: bool = Field(default=False, description="Whether it can be read without being enrolled.")
    unlock: Unlock = Field(default=[])


class LessonPatch(MergePatch):
    """Merge patch: absent means unchanged, null clears (not for title and content)."""

    title: Title | None = None
    content: LessonContentPatch | None = None
    is_preview: bool | None = None
    unlock: Unlock | None = None


class LessonPlace(Body):
    module_id: UUID = Field(description="The module in which it shall stand, of the same course.")
    after: UUID | None = Field(description="The lesson after which it shall stand; null for the first place.")


class LessonStatusChange(Body):
    status: LessonStatus

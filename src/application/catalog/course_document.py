"""A whole course as one JSON document, to be taken elsewhere: what its author wrote, and nothing of here.

There are no ids and no times in it. Modules and lessons are known by their place, counted from 1: module `2`, lesson
`2.1`. So a document that is imported and exported again is the same to the letter.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal, TypeAlias

import msgspec
from msgspec import Meta

from application.shared.assignment_document import AssignmentSettings
from application.shared.quiz_document import Banks, Closed, Percent, QuizSettings
from domain.catalog.content import (
    DESCRIPTION_LENGTH,
    SUMMARY_LENGTH,
    TAG_COUNT,
    TAG_LENGTH,
    TITLE_LENGTH,
    Level,
)
from domain.catalog.lesson import LessonStatus
from domain.catalog.lesson_content import (
    LARGEST_FILE,
    LONGEST_VIDEO,
    MARKDOWN_LENGTH,
    MEDIA_TYPE_LENGTH,
    NAME_LENGTH,
)
from domain.learning.unlocking import RULE_COUNT
from domain.shared.web_address import URL_LENGTH

FORMAT: Literal["tekun.course"] = "tekun.course"
MAXIMUM_MODULES = 200
MAXIMUM_LESSONS = 500
"""Of a module."""

Title = Annotated[str, Meta(min_length=1, max_length=TITLE_LENGTH)]
Url = Annotated[str, Meta(max_length=URL_LENGTH, pattern="^https://")]


class ArticleDocument(Closed, frozen=True, tag_field="kind", tag="article"):
    markdown: Annotated[str, Meta(max_length=MARKDOWN_LENGTH)]


class VideoDocument(Closed, frozen=True, tag_field="kind", tag="video"):
    url: Url
    duration_seconds: Annotated[int, Meta(ge=1, le=LONGEST_VIDEO)]
    watch_share: Annotated[float, Meta(ge=0, le=1)]


class FileDocument(Closed, frozen=True, tag_field="kind", tag="file"):
    url: Url
    name: Annotated[str, Meta(min_length=1, max_length=NAME_LENGTH)]
    media_type: Annotated[str, Meta(max_length=MEDIA_TYPE_LENGTH)]
    size_bytes: Annotated[int, Meta(ge=0, le=LARGEST_FILE)] | None


class LinkDocument(Closed, frozen=True, tag_field="kind", tag="link"):
    url: Url


class QuizDocument(Closed, frozen=True, tag_field="kind", tag="quiz"):
    quiz: QuizSettings
    banks: Banks


class AssignmentDocument(Closed, frozen=True, tag_field="kind", tag="assignment"):
    markdown: Annotated[str, Meta(max_length=MARKDOWN_LENGTH)]
    assignment: AssignmentSettings


ContentDocument: TypeAlias = (
    ArticleDocument | VideoDocument | FileDocument | LinkDocument | QuizDocument | AssignmentDocument
)
Place = Annotated[str, Meta(pattern=r"^[1-9][0-9]{0,2}\.[1-9][0-9]{0,2}$", examples=["2.1"])]


class AfterPreviousPlace(Closed, frozen=True, tag_field="rule", tag="after_previous"):
    pass


class AfterLessonPlace(Closed, frozen=True, tag_field="rule", tag="after_lesson"):
    lesson: Place


class AfterModulePlace(Closed, frozen=True, tag_field="rule", tag="after_module"):
    module: Annotated[str, Meta(pattern="^[1-9][0-9]{0,2}$", examples=["2"])]


class MinimumScorePlace(Closed, frozen=True, tag_field="rule", tag="minimum_score"):
    lesson: Place
    percent: Percent


class NotBeforeInstant(Closed, frozen=True, tag_field="rule", tag="not_before"):
    at: Annotated[datetime, Meta(tz=True)]


RuleDocument: TypeAlias = (
    AfterPreviousPlace | AfterLessonPlace | AfterModulePlace | MinimumScorePlace | NotBeforeInstant
)
Rules = Annotated[Sequence[RuleDocument], Meta(max_length=RULE_COUNT)]


class LessonDocument(Closed, frozen=True):
    title: Title
    status: LessonStatus
    is_preview: bool
    unlock: Rules
    content: ContentDocument


class ModuleDocument(Closed, frozen=True):
    title: Title
    unlock: Rules
    lessons: Annotated[Sequence[LessonDocument], Meta(max_length=MAXIMUM_LESSONS)]


class CourseFields(Closed, frozen=True):
    title: Title
    summary: Annotated[str, Meta(max_length=SUMMARY_LENGTH)]
    description: Annotated[str, Meta(max_length=DESCRIPTION_LENGTH)]
    language: Annotated[str, Meta(max_length=15)]
    level: Level | None
    tags: Annotated[Sequence[Annotated[str, Meta(max_length=TAG_LENGTH)]], Meta(max_length=TAG_COUNT)]
    cover_url: Url | None


class CourseDocument(Closed, frozen=True):
    """What isn't in it: owner, status, prerequisites, external id, capacity, learners, former versions of lessons."""

    format: Literal["tekun.course"]
    version: Literal[1]
    course: CourseFields
    modules: Annotated[Sequence[ModuleDocument], Meta(max_length=MAXIMUM_MODULES)]


def document_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of a document."""
    schema = msgspec.json.schema(CourseDocument, ref_template="#/$defs/{name}")
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "A course of Tekun", **schema}

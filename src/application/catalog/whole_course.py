from collections.abc import Sequence
from typing import Protocol
from uuid import UUID

import msgspec

from application.catalog.content_queries import ContentView
from application.catalog.course_document import CourseFields
from application.catalog.queries import Reader
from application.shared.rule_views import RuleView
from domain.catalog.lesson import LessonStatus
from domain.shared.ids import CourseId


class WholeLesson(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    title: str
    status: LessonStatus
    is_preview: bool
    unlock: Sequence[RuleView]
    content: ContentView


class WholeModule(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    title: str
    unlock: Sequence[RuleView]
    lessons: Sequence[WholeLesson]


class WholeCourse(msgspec.Struct, frozen=True, kw_only=True):
    """All that an author wrote, drafts included, in its order."""

    course: CourseFields
    modules: Sequence[WholeModule]


class WholeCourses(Protocol):
    async def whole(self, course_id: CourseId, reader: Reader) -> WholeCourse:
        """For who made the course, and admins.

        Raises:
            CourseNotFound: there is none, or not for these eyes.
            CourseNotYours: it is published, and somebody else's.
        """
        ...

"""A course with one learner's state, as it is stored: what the views of it are made from."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from application.learning.rules import rules_of
from application.shared.rule_views import RuleView
from domain.catalog.course import CourseStatus
from domain.catalog.lesson_content import LessonKind
from domain.learning.enrollment import Enrollment
from domain.learning.progress import CompletionRule, Viewed, Watched
from domain.learning.unlocking import Outline, OutlineLesson, OutlineModule
from domain.shared.ids import LessonId, ModuleId


class StoredLesson(msgspec.Struct, frozen=True, kw_only=True):
    """`duration_seconds` and `watch_share` are a video's, None for other kinds."""

    id: UUID
    kind: LessonKind
    title: str
    unlock: list[RuleView]
    duration_seconds: int | None
    watch_share: float | None
    watched_seconds: int
    completed_at: datetime | None

    @property
    def rule(self) -> CompletionRule:
        return rule_of(self.duration_seconds, self.watch_share)


class StoredModule(msgspec.Struct, frozen=True, kw_only=True):
    """With its published lessons, in their order."""

    id: UUID
    title: str
    unlock: list[RuleView]
    lessons: Sequence[StoredLesson]


class LearnerCourse(msgspec.Struct, frozen=True, kw_only=True):
    """All modules in their order, also those of which nothing is published."""

    slug: str
    title: str
    course_status: CourseStatus
    enrollment: Enrollment
    modules: Sequence[StoredModule]

    @property
    def lessons(self) -> Sequence[StoredLesson]:
        return [lesson for module in self.modules for lesson in module.lessons]


def rule_of(duration_seconds: int | None, watch_share: float | None) -> CompletionRule:
    if duration_seconds is None or watch_share is None:
        return Viewed()
    return Watched.share_of(duration_seconds, watch_share)


def outline_of(modules: Sequence[StoredModule]) -> Outline:
    return [_outline(module) for module in modules]


def completed_in(modules: Sequence[StoredModule]) -> frozenset[LessonId]:
    lessons = (lesson for module in modules for lesson in module.lessons)
    return frozenset(LessonId(lesson.id) for lesson in lessons if lesson.completed_at is not None)


def _outline(module: StoredModule) -> OutlineModule:
    lessons = (OutlineLesson(LessonId(lesson.id), rules_of(lesson.unlock)) for lesson in module.lessons)
    return OutlineModule(ModuleId(module.id), rules_of(module.unlock), tuple(lessons))

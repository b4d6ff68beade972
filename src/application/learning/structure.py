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
from domain.learning.progress import CompletionRule, Graded, Passed, Viewed, Watched
from domain.learning.unlocking import Outline, OutlineLesson, OutlineModule
from domain.shared.ids import LessonId, ModuleId


class StoredLesson(msgspec.Struct, frozen=True, kw_only=True):
    """`duration_seconds` and `watch_share` are a video's, `pass_percent` is of what is graded; None for other kinds."""

    id: UUID
    kind: LessonKind
    title: str
    unlock: list[RuleView]
    duration_seconds: int | None
    watch_share: float | None
    pass_percent: int | None
    watched_seconds: int
    completed_at: datetime | None
    score: int | None

    @property
    def rule(self) -> CompletionRule:
        return rule_of(self.kind, self.duration_seconds, self.watch_share, self.pass_percent)


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


def rule_of(
    kind: LessonKind, duration_seconds: int | None, watch_share: float | None, pass_percent: int | None
) -> CompletionRule:
    if pass_percent is not None:
        return Passed(pass_percent) if kind is LessonKind.QUIZ else Graded(pass_percent)
    if duration_seconds is None or watch_share is None:
        return Viewed()
    return Watched.share_of(duration_seconds, watch_share)


def outline_of(modules: Sequence[StoredModule]) -> Outline:
    return [_outline(module) for module in modules]


def completed_in(modules: Sequence[StoredModule]) -> frozenset[LessonId]:
    lessons = (lesson for module in modules for lesson in module.lessons)
    return frozenset(LessonId(lesson.id) for lesson in lessons if lesson.completed_at is not None)


def scores_in(modules: Sequence[StoredModule]) -> dict[LessonId, int]:
    lessons = (lesson for module in modules for lesson in module.lessons)
    return {LessonId(lesson.id): lesson.score for lesson in lessons if lesson.score is not None}


def _outline(module: StoredModule) -> OutlineModule:
    lessons = (OutlineLesson(LessonId(lesson.id), rules_of(lesson.unlock)) for lesson in module.lessons)
    return OutlineModule(ModuleId(module.id), rules_of(module.unlock), tuple(lessons))

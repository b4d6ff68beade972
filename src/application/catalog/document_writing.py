"""From a course as it is to the document of it."""

from collections.abc import Iterator, Sequence
from typing import Any
from uuid import UUID

import msgspec

from application.catalog.course_document import (
    FORMAT,
    AfterLessonPlace,
    AfterModulePlace,
    AfterPreviousPlace,
    ContentDocument,
    CourseDocument,
    LessonDocument,
    MinimumScorePlace,
    ModuleDocument,
    NotBeforeInstant,
    RuleDocument,
)
from application.catalog.whole_course import WholeCourse, WholeLesson
from application.shared.rule_views import (
    AfterLessonRule,
    AfterModuleRule,
    AfterPreviousRule,
    MinimumScoreRule,
    NotBeforeRule,
    RuleView,
)


def document_of(whole: WholeCourse) -> CourseDocument:
    """Rules that speak of what was deleted hold, and are left out."""
    places = {module.id: str(number) for number, module in enumerate(whole.modules, start=1)}
    places |= {
        lesson.id: f"{places[module.id]}.{number}"
        for module in whole.modules
        for number, lesson in enumerate(module.lessons, start=1)
    }
    return CourseDocument(
        format=FORMAT,
        version=1,
        course=whole.course,
        modules=[
            ModuleDocument(
                title=module.title,
                unlock=list(_rules(module.unlock, places)),
                lessons=[_lesson(lesson, places) for lesson in module.lessons],
            )
            for module in whole.modules
        ],
    )


def _lesson(lesson: WholeLesson, places: dict[UUID, str]) -> LessonDocument:
    content: dict[str, Any] = msgspec.to_builtins(lesson.content)
    # What follows from the rest is made anew on import.
    for name in ("html", "question_count"):
        content.pop(name, None)
    return LessonDocument(
        title=lesson.title,
        status=lesson.status,
        is_preview=lesson.is_preview,
        unlock=list(_rules(lesson.unlock, places)),
        content=msgspec.convert(content, ContentDocument),
    )


def _rules(rules: Sequence[RuleView], places: dict[UUID, str]) -> Iterator[RuleDocument]:
    for rule in rules:
        match rule:
            case AfterPreviousRule():
                yield AfterPreviousPlace()
            case NotBeforeRule(at):
                yield NotBeforeInstant(at=at)
            case AfterLessonRule(lesson_id) if lesson_id in places:
                yield AfterLessonPlace(lesson=places[lesson_id])
            case MinimumScoreRule(lesson_id, percent) if lesson_id in places:
                yield MinimumScorePlace(lesson=places[lesson_id], percent=percent)
            case AfterModuleRule(module_id) if module_id in places:
                yield AfterModulePlace(module=places[module_id])

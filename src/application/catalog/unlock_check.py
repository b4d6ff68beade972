"""Rules for unlocking, checked when they are saved: they speak of this course, and don't wait for each other."""

from collections.abc import Callable
from typing import Any

from application.catalog.content_ports import LessonRepository
from domain.catalog.lesson import Lesson, UnlockRules
from domain.catalog.module import Module
from domain.learning.unlock_cycles import position_of_lesson_cycle, position_of_module_cycle, waits_for_itself
from domain.learning.unlocking import (
    AfterLesson,
    AfterModule,
    MinimumScore,
    Outline,
    OutlineLesson,
    OutlineModule,
    Rule,
    Rules,
    UnlockInvalid,
    lessons_of,
    rules_from_json,
    rules_to_json,
)
from domain.shared.errors import FieldError

Wanted = list[dict[str, Any]]
"""Rules as somebody sent them."""


async def lesson_rules(lessons: LessonRepository, lesson: Lesson, wanted: Wanted) -> UnlockRules:
    """What the lesson may have; rules that it has already may speak of what was deleted since.

    Raises:
        UnlockInvalid: with a pointer to the rule that is wrong.
    """
    rules = rules_from_json(wanted)
    if _as_json(rules) != lesson.unlock:
        outline = with_lesson(await lessons.outline(lesson.course_id), lesson)
        _assert_known(rules, outline, present=rules_from_json(list(lesson.unlock)))
        _assert_no_cycle(lambda: position_of_lesson_cycle(lesson.id, rules, outline))
    return _as_json(rules)


async def module_rules(lessons: LessonRepository, module: Module, wanted: Wanted) -> UnlockRules:
    """As `lesson_rules`."""
    rules = rules_from_json(wanted)
    if _as_json(rules) != module.unlock:
        outline = await lessons.outline(module.course_id)
        if all(other.id != module.id for other in outline):
            outline = [*outline, OutlineModule(module.id)]
        _assert_known(rules, outline, present=rules_from_json(list(module.unlock)))
        _assert_no_cycle(lambda: position_of_module_cycle(module.id, rules, outline))
    return _as_json(rules)


async def assert_can_stand(lessons: LessonRepository, lesson: Lesson) -> None:
    """Raises UnlockInvalid where the lesson would wait for itself in the module that it has come to."""
    outline = with_lesson(await lessons.outline(lesson.course_id), lesson)
    if waits_for_itself(lesson.id, outline):
        error = FieldError(
            "/module_id", "unlock.cycle", "the rules of that module and of this lesson would form a circle"
        )
        raise UnlockInvalid("The lesson would wait for itself in that module.", errors=[error])


def with_lesson(outline: Outline, lesson: Lesson) -> Outline:
    """The outline with the lesson as it is now, in the module where it is now."""
    here = OutlineLesson(lesson.id, rules_from_json(list(lesson.unlock)))
    kept = [
        OutlineModule(module.id, module.unlock, tuple(other for other in module.lessons if other.id != lesson.id))
        for module in outline
    ]
    return [
        OutlineModule(module.id, module.unlock, (*module.lessons, here)) if module.id == lesson.module_id else module
        for module in kept
    ]


def _assert_known(rules: Rules, outline: Outline, *, present: Rules) -> None:
    modules = {module.id for module in outline}
    lessons = {lesson.id for lesson in lessons_of(outline)}

    def error(place: int, rule: Rule) -> FieldError | None:
        match rule:
            case AfterLesson(lesson_id) | MinimumScore(lesson_id) if lesson_id not in lessons:
                return FieldError(f"/unlock/{place}/lesson_id", "unlock.unknown", "is no lesson of this course")
            case AfterModule(module_id) if module_id not in modules:
                return FieldError(f"/unlock/{place}/module_id", "unlock.unknown", "is no module of this course")
        return None

    found = [error(place, rule) for place, rule in enumerate(rules) if rule not in present]
    errors = [each for each in found if each is not None]
    if errors:
        raise UnlockInvalid("A rule speaks of what isn't in this course.", errors=errors)


def _assert_no_cycle(position: Callable[[], int | None]) -> None:
    place = position()
    if place is not None:
        error = FieldError(f"/unlock/{place}", "unlock.cycle", "waits for what it would lock")
        raise UnlockInvalid("Rules may not wait for each other in a circle.", errors=[error])


def _as_json(rules: Rules) -> UnlockRules:
    return tuple(rules_to_json(rules))

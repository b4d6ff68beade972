"""Between rules as JSON shows them and rules as they are judged. For what was checked when it was stored: no detour."""

from collections.abc import Sequence

from application.shared.rule_views import (
    AfterLessonRule,
    AfterModuleRule,
    AfterPreviousRule,
    MinimumScoreRule,
    NotBeforeRule,
    RuleView,
)
from domain.learning.unlocking import AfterLesson, AfterModule, AfterPrevious, MinimumScore, NotBefore, Rule, Rules
from domain.shared.ids import LessonId, ModuleId

_AFTER_PREVIOUS, _AFTER_PREVIOUS_VIEW = AfterPrevious(), AfterPreviousRule()


def rules_of(views: Sequence[RuleView]) -> Rules:
    return tuple(_rule_of(view) for view in views) if views else ()


def view_of(rule: Rule) -> RuleView:
    match rule:
        case AfterPrevious():
            return _AFTER_PREVIOUS_VIEW
        case AfterLesson(lesson_id):
            return AfterLessonRule(lesson_id)
        case AfterModule(module_id):
            return AfterModuleRule(module_id)
        case MinimumScore(lesson_id, percent):
            return MinimumScoreRule(lesson_id, percent)
        case NotBefore(at):
            return NotBeforeRule(at)


def _rule_of(view: RuleView) -> Rule:
    match view:
        case AfterPreviousRule():
            return _AFTER_PREVIOUS
        case AfterLessonRule():
            return AfterLesson(LessonId(view.lesson_id))
        case AfterModuleRule():
            return AfterModule(ModuleId(view.module_id))
        case MinimumScoreRule():
            return MinimumScore(LessonId(view.lesson_id), view.percent)
        case NotBeforeRule():
            return NotBefore(view.at)

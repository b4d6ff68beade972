"""Outlines of courses for tests: any published structure with any rules that close no cycle, and some that do."""

from datetime import datetime

from hypothesis import strategies as st

from domain.learning.unlocking import (
    AfterLesson,
    AfterModule,
    AfterPrevious,
    MinimumScore,
    NotBefore,
    Outline,
    OutlineLesson,
    OutlineModule,
    Rule,
)
from domain.shared.ids import LessonId, ModuleId
from tests.support.people import instants

lesson_ids = st.uuids().map(LessonId)
module_ids = st.uuids().map(ModuleId)


def rules_about(lessons: list[LessonId], modules: list[ModuleId]) -> st.SearchStrategy[tuple[Rule, ...]]:
    """Rules on these and on unknown lessons and modules."""
    lesson = st.sampled_from(lessons) | lesson_ids if lessons else lesson_ids
    module = st.sampled_from(modules) | module_ids if modules else module_ids
    score = st.builds(MinimumScore, lesson, st.integers(1, 100))
    after = st.just(AfterPrevious()) | lesson.map(AfterLesson) | module.map(AfterModule)
    rule = after | score | instants.map(NotBefore)
    return st.lists(rule, unique=True, max_size=3).map(tuple)


@st.composite
def outlines(draw: st.DrawFn) -> Outline:
    sizes = draw(st.lists(st.integers(0, 4), max_size=4))
    modules = draw(st.lists(module_ids, unique=True, min_size=len(sizes), max_size=len(sizes)))
    lessons = draw(st.lists(lesson_ids, unique=True, min_size=sum(sizes), max_size=sum(sizes)))
    rules = rules_about(lessons, modules)
    rest = iter(lessons)
    return [
        OutlineModule(module, draw(rules), tuple(OutlineLesson(next(rest), draw(rules)) for _ in range(size)))
        for module, size in zip(modules, sizes, strict=True)
    ]


@st.composite
def situations(draw: st.DrawFn) -> tuple[Outline, set[LessonId], datetime]:
    """An outline, what somebody has completed of it (and of elsewhere), and an instant."""
    outline = draw(outlines())
    lessons = [lesson.id for module in outline for lesson in module.lessons]
    completed = draw(st.sets(st.sampled_from(lessons) | lesson_ids if lessons else lesson_ids, max_size=8))
    return outline, completed, draw(instants)

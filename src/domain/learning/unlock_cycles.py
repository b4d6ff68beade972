"""Rules that wait for each other: what they lock nobody could ever open."""

from collections.abc import Iterator
from itertools import chain
from typing import TypeAlias

from domain.learning.unlocking import AfterLesson, AfterModule, MinimumScore, Outline, Rules
from domain.shared.ids import LessonId, ModuleId

_Node: TypeAlias = tuple[str, LessonId | ModuleId]
"""Something that must happen: a lesson is completed, a module is, or a module's own rules hold (its gate)."""

_Graph: TypeAlias = dict[_Node, list[_Node]]


def position_of_lesson_cycle(lesson_id: LessonId, rules: Rules, outline: Outline) -> int | None:
    """The place of the first of the rules that waits for this lesson; None where none does.

    The outline is the whole course with its drafts, the lesson included; what rules it has there is of no account.
    """
    return _position(("lesson", lesson_id), rules, outline)


def position_of_module_cycle(module_id: ModuleId, rules: Rules, outline: Outline) -> int | None:
    """As for a lesson: the first of the rules that waits for what the module itself locks."""
    return _position(("gate", module_id), rules, outline)


def waits_for_itself(lesson_id: LessonId, outline: Outline) -> bool:
    """Whether the lesson, where it stands in this outline, could be opened only after it was completed."""
    graph = _graph_of(outline)
    node: _Node = ("lesson", lesson_id)
    return any(_leads_to(target, node, graph) for target in graph[node])


def in_a_circle(outline: Outline) -> set[LessonId | ModuleId]:
    """What can never be opened or completed; empty for a course that can be finished."""
    graph = _graph_of(outline)
    waited_by: dict[_Node, list[_Node]] = {node: [] for node in graph}
    missing = {}
    for node, targets in graph.items():
        # What isn't in the course holds.
        known = [target for target in targets if target in graph]
        missing[node] = len(known)
        for target in known:
            waited_by[target].append(node)
    ready = [node for node, count in missing.items() if count == 0]
    while ready:
        for node in waited_by[ready.pop()]:
            missing[node] -= 1
            if missing[node] == 0:
                ready.append(node)
    return {key for (_, key), count in missing.items() if count}


def _position(subject: _Node, rules: Rules, outline: Outline) -> int | None:
    graph = _graph_of(outline)
    # A lesson waits for its module's gate as well; what the rules in the outline said gives way to what is asked.
    graph[subject] = [target for target in graph[subject] if target[0] == "gate"]
    for place, rule in enumerate(rules):
        if any(_leads_to(target, subject, graph) for target in _targets((rule,))):
            return place
    return None


def _graph_of(outline: Outline) -> _Graph:
    graph: _Graph = {}
    for module in outline:
        gate: _Node = ("gate", module.id)
        graph[gate] = list(_targets(module.unlock))
        # The gate stands there also for a module without a lesson: the first one must not close a cycle.
        graph["module", module.id] = [gate, *(("lesson", lesson.id) for lesson in module.lessons)]
        for lesson in module.lessons:
            graph["lesson", lesson.id] = list(chain([gate], _targets(lesson.unlock)))
    return graph


def _targets(rules: Rules) -> Iterator[_Node]:
    for rule in rules:
        match rule:
            case AfterLesson(lesson_id) | MinimumScore(lesson_id):
                yield ("lesson", lesson_id)
            case AfterModule(module_id):
                yield ("module", module_id)


def _leads_to(start: _Node, goal: _Node, graph: _Graph) -> bool:
    seen = {start}
    waiting = [start]
    while waiting:
        node = waiting.pop()
        if node == goal:
            return True
        fresh = [target for target in graph.get(node, ()) if target not in seen]
        seen.update(fresh)
        waiting.extend(fresh)
    return False

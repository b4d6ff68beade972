"""What must be learned first, as a graph that may have no cycle: nobody could ever begin."""

from collections.abc import Collection, Iterable, Mapping

from domain.shared.errors import Conflict
from domain.shared.ids import CourseId

Graph = Mapping[CourseId, Collection[CourseId]]
"""The direct prerequisites of each course; a course that has none may be left out."""


class PrerequisiteCycle(Conflict):
    code = "course.prerequisite_cycle"


def leads_to(start: CourseId, goal: CourseId, graph: Graph) -> bool:
    """Whether `goal` must be learned before `start`, directly or not, or is `start` itself."""
    seen = {start}
    waiting = [start]
    while waiting:
        course = waiting.pop()
        if course == goal:
            return True
        fresh = [prerequisite for prerequisite in graph.get(course, ()) if prerequisite not in seen]
        seen.update(fresh)
        waiting.extend(fresh)
    return False


def position_of_cycle(course: CourseId, wanted: Iterable[CourseId], graph: Graph) -> int | None:
    """The place in `wanted` of the first prerequisite that would close a cycle through `course`, None if none would.

    `graph` holds at the least all that can be reached from `wanted`.
    """
    return next((place for place, candidate in enumerate(wanted) if leads_to(candidate, course, graph)), None)

"""The quest of a class: in a week, enough of those who learn in a course reach a goal, each of them alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from domain.gamification.deeds import QuestCompleted
from domain.shared.ids import CourseId, UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassQuestRules:
    """Won where `percent` of the class have completed `target` lessons of the course in the week.

    The class is who has completed one at least; below `smallest` there is no class, and nobody wins. In `names`, by
    language, {n} stands for the target.
    """

    target: int
    percent: int
    smallest: int
    names: Mapping[str, str]


def needed_of(members: int, rules: ClassQuestRules) -> int:
    """How many of so many have to reach the goal, rounded up; of a class that is too small, as if it weren't."""
    return -(-max(members, rules.smallest) * rules.percent // 100)


def winners(lessons: Mapping[UserId, int], rules: ClassQuestRules) -> list[UserId]:
    """Who is paid, by id: those who have reached the goal, if they are enough. `lessons` are of the whole class."""
    reached = sorted(user_id for user_id, count in lessons.items() if count >= rules.target)
    is_won = len(lessons) >= rules.smallest and len(reached) >= needed_of(len(lessons), rules)
    return reached if is_won else []


def deed_of(course_id: CourseId, week: date) -> QuestCompleted:
    """`week` is its Monday."""
    return QuestCompleted(f"weekly/{week}/{course_id}")

"""When a lesson opens: rules as data, and why one doesn't hold yet. All rules of a lesson and of its module must hold.

Pure and monotone: completing more lessons and waiting longer only ever open.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any, TypeAlias
from uuid import UUID

from domain.shared.errors import FieldError, Invalid
from domain.shared.ids import LessonId, ModuleId

RULE_COUNT = 20
_NO_SCORES: Mapping[LessonId, int] = MappingProxyType({})


class UnlockInvalid(Invalid):
    code = "unlock.invalid"


@dataclass(frozen=True, slots=True)
class AfterPrevious:
    """All published lessons that stand before it in the course are completed."""


@dataclass(frozen=True, slots=True)
class AfterLesson:
    lesson_id: LessonId


@dataclass(frozen=True, slots=True)
class AfterModule:
    """All published lessons of that module are completed."""

    module_id: ModuleId


@dataclass(frozen=True, slots=True)
class MinimumScore:
    """That much was reached in a quiz or an assignment; a lesson of another kind has no score and never opens it."""

    lesson_id: LessonId
    percent: int


@dataclass(frozen=True, slots=True)
class NotBefore:
    """`at` is aware, in UTC."""

    at: datetime


Rule: TypeAlias = AfterPrevious | AfterLesson | AfterModule | MinimumScore | NotBefore
Rules: TypeAlias = tuple[Rule, ...]


@dataclass(frozen=True, slots=True)
class OutlineLesson:
    id: LessonId
    unlock: Rules = ()


@dataclass(frozen=True, slots=True)
class OutlineModule:
    id: ModuleId
    unlock: Rules = ()
    lessons: tuple[OutlineLesson, ...] = ()


Outline: TypeAlias = Sequence[OutlineModule]
"""What is published of a course, in its order."""


@dataclass(frozen=True, slots=True)
class Reason:
    """A rule that doesn't hold yet. `lesson_id` is the first lesson to complete for it, `remaining` how many there are.

    A `NotBefore` has neither: None and 0.
    """

    rule: Rule
    lesson_id: LessonId | None = None
    remaining: int = 0


@dataclass(frozen=True, slots=True)
class Locks:
    """Why what is locked is locked; what is open is in neither. A locked module locks its lessons."""

    modules: Mapping[ModuleId, tuple[Reason, ...]]
    lessons: Mapping[LessonId, tuple[Reason, ...]]


def locks_of(
    outline: Outline, completed: Collection[LessonId], at: datetime, scores: Mapping[LessonId, int] = _NO_SCORES
) -> Locks:
    """What is locked at that instant for who has completed these lessons and reached these scores, in percent.

    A completed lesson stays open, whatever its rules became; a rule on what isn't published (any more) holds, because
    nobody could ever meet it.
    """
    state = _State(outline, completed, at, scores)
    modules: dict[ModuleId, tuple[Reason, ...]] = {}
    lessons: dict[LessonId, tuple[Reason, ...]] = {}
    for module in outline:
        outer = state.reasons(module.unlock)
        if outer:
            modules[module.id] = outer
        for lesson in module.lessons:
            reasons = () if lesson.id in state.completed else outer + state.reasons(lesson.unlock)
            if reasons:
                lessons[lesson.id] = reasons
            state.pass_by(lesson.id)
    return Locks(modules, lessons)


class _State:
    """A walk through the course: what the rules ask about, and what is missing of all that was passed by."""

    def __init__(
        self, outline: Outline, completed: Collection[LessonId], at: datetime, scores: Mapping[LessonId, int]
    ) -> None:
        self.completed = frozenset(completed)
        self._at = at
        self._scores = scores
        self._published = {lesson.id for module in outline for lesson in module.lessons}
        self._missing = {
            module.id: [lesson.id for lesson in module.lessons if lesson.id not in self.completed] for module in outline
        }
        self._passed: list[LessonId] = []

    def pass_by(self, lesson: LessonId) -> None:
        if lesson not in self.completed:
            self._passed.append(lesson)

    def reasons(self, rules: Rules) -> tuple[Reason, ...]:
        return tuple(reason for rule in rules if (reason := self._reason(rule)) is not None)

    def _reason(self, rule: Rule) -> Reason | None:
        match rule:
            case NotBefore(at):
                return Reason(rule) if self._at < at else None
            case MinimumScore(lesson_id, percent):
                is_short = lesson_id in self._published and self._scores.get(lesson_id, -1) < percent
                missing = [lesson_id] if is_short else []
            case AfterPrevious():
                missing = self._passed
            case AfterLesson(lesson_id):
                missing = [lesson_id] if lesson_id in self._published - self.completed else []
            case AfterModule(module_id):
                missing = self._missing.get(module_id, [])
        return Reason(rule, missing[0], len(missing)) if missing else None


def rules_to_json(rules: Rules) -> list[dict[str, Any]]:
    return [rule_to_json(rule) for rule in rules]


def rule_to_json(rule: Rule) -> dict[str, Any]:
    match rule:
        case AfterPrevious():
            return {"rule": "after_previous"}
        case AfterLesson(lesson_id):
            return {"rule": "after_lesson", "lesson_id": str(lesson_id)}
        case AfterModule(module_id):
            return {"rule": "after_module", "module_id": str(module_id)}
        case MinimumScore(lesson_id, percent):
            return {"rule": "minimum_score", "lesson_id": str(lesson_id), "percent": percent}
        case NotBefore(at):
            return {"rule": "not_before", "at": at.astimezone(UTC).isoformat().replace("+00:00", "Z")}


def rules_from_json(value: Any, pointer: str = "/unlock") -> Rules:
    """The rules in decoded JSON; every rule is there once, in the order given.

    Raises:
        UnlockInvalid: with one error for each thing that is wrong, its pointer below the given one.
    """
    if not isinstance(value, list) or len(value) > RULE_COUNT:
        raise _invalid([FieldError(pointer, "unlock.invalid", f"is not a list of at most {RULE_COUNT} rules")])
    read = [_rule_from_json(item, f"{pointer}/{place}") for place, item in enumerate(value)]
    errors = [item for item in read if isinstance(item, FieldError)]
    if errors:
        raise _invalid(errors)
    return tuple(dict.fromkeys(item for item in read if not isinstance(item, FieldError)))


_FIELDS: dict[str, tuple[str, ...]] = {
    "after_previous": (),
    "after_lesson": ("lesson_id",),
    "after_module": ("module_id",),
    "minimum_score": ("lesson_id", "percent"),
    "not_before": ("at",),
}
_WANTED = {
    "at": "an instant with its zone, such as 2026-12-01T00:00:00Z",
    "percent": "a whole number from 1 to 100",
}


def _rule_from_json(item: Any, pointer: str) -> Rule | FieldError:
    name = item.get("rule") if isinstance(item, dict) else None
    if not isinstance(name, str) or name not in _FIELDS:
        return FieldError(f"{pointer}/rule", "unlock.unknown", f"is not one of {', '.join(_FIELDS)}")
    fields = _FIELDS[name]
    unknown = next(iter(sorted(item.keys() - {"rule", *fields})), None)
    if unknown is not None:
        return FieldError(f"{pointer}/{_escaped(unknown)}", "unknown", f"has no place in a rule {name}")
    values = []
    for field in fields:
        try:
            values.append(_READ[field](item.get(field)))
        except (TypeError, ValueError, OverflowError):
            return FieldError(f"{pointer}/{field}", "unlock.invalid", f"is not {_WANTED.get(field, 'an id')}")
    return _rule(name, values)


def _rule(name: str, values: Sequence[Any]) -> Rule:
    match name:
        case "after_previous":
            return AfterPrevious()
        case "not_before":
            return NotBefore(*values)
        case "after_lesson":
            return AfterLesson(*values)
        case "minimum_score":
            return MinimumScore(*values)
        case _:
            return AfterModule(*values)


def _percent(value: Any) -> int:
    # A truth value is an integer to Python; JSON has it for something else.
    if not isinstance(value, int) or isinstance(value, bool) or not 1 <= value <= 100:  # noqa: PLR2004 # all of it
        raise ValueError
    return value


def _uuid(value: Any) -> UUID:
    """Only the canonical spelling (RFC 9562, section 4): Python's own reader also takes braces and URNs."""
    found = UUID(value) if isinstance(value, str) else None
    if found is None or str(found) != value.lower():
        raise ValueError
    return found


def _instant(value: Any) -> datetime:
    if not isinstance(value, str) or "T" not in value.upper():
        raise ValueError
    instant = datetime.fromisoformat(value.upper())
    if instant.tzinfo is None:
        raise ValueError
    return instant.astimezone(UTC)


_READ: dict[str, Callable[[Any], Any]] = {
    "lesson_id": lambda value: LessonId(_uuid(value)),
    "module_id": lambda value: ModuleId(_uuid(value)),
    "percent": _percent,
    "at": _instant,
}


def _escaped(name: Any) -> str:
    return str(name).replace("~", "~0").replace("/", "~1")


def _invalid(errors: Sequence[FieldError]) -> UnlockInvalid:
    return UnlockInvalid("A rule for unlocking is not right.", errors=errors)


def lessons_of(outline: Outline) -> Iterator[OutlineLesson]:
    return (lesson for module in outline for lesson in module.lessons)

"""From a document to a new course: everything checked, and everything that is wrong named at once."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

import msgspec

from application.catalog.course_document import CourseDocument, LessonDocument, RuleDocument
from application.catalog.document_reading import CourseDocumentInvalid
from application.catalog.lesson_check import lesson_from
from application.shared.clock import NewId
from domain.catalog.content import CourseContent, Draft, checked
from domain.catalog.course import Course
from domain.catalog.lesson import Lesson, UnlockRules
from domain.catalog.lesson_content import LessonDraft, LessonKind
from domain.catalog.module import Module, checked_title
from domain.catalog.order import spread
from domain.learning.unlock_cycles import in_a_circle
from domain.learning.unlocking import OutlineLesson, OutlineModule, rules_from_json, rules_to_json
from domain.shared.errors import FieldError, Refusal
from domain.shared.ids import CourseId, LessonId, ModuleId, UserId
from domain.shared.rich_text import Render

Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class Imported:
    course: Course
    modules: Sequence[Module]
    lessons: Sequence[Lesson]


def course_from(
    document: CourseDocument, *, owner: UserId | None, new_id: NewId, render: Render, at: datetime
) -> Imported:
    """A draft of the owner's with all that the document holds.

    Raises:
        CourseDocumentInvalid: with an error for each thing that is wrong.
    """
    reading = _Reading(document, new_id, render, at)
    content = reading.content()
    course_id = CourseId(new_id())
    modules = [reading.module(place, course_id) for place in range(len(document.modules))]
    lessons = [
        reading.lesson(place, number, course_id)
        for place, module in enumerate(document.modules)
        for number in range(len(module.lessons))
    ]
    reading.assert_sound(modules, lessons)
    assert content is not None, "sound"
    course = Course.drafted(course_id, content, external_id=None, created_by=owner, at=at)
    return Imported(course, [each for each in modules if each], [each for each in lessons if each])


class _Reading:
    """What was found so far; places count from 0 here, and from 1 in the document's rules."""

    def __init__(self, document: CourseDocument, new_id: NewId, render: Render, at: datetime) -> None:
        self._document = document
        self._render = render
        self._at = at
        self._errors: list[FieldError] = []
        self._module_ids = [ModuleId(new_id()) for _ in document.modules]
        self._lesson_ids = [[LessonId(new_id()) for _ in module.lessons] for module in document.modules]
        self._module_positions = spread(len(document.modules))
        self._lesson_positions = [spread(len(module.lessons)) for module in document.modules]

    def content(self) -> CourseContent | None:
        draft = Draft(**msgspec.structs.asdict(self._document.course))
        return self._tried("/course", lambda: checked(draft, self._render))

    def module(self, place: int, course_id: CourseId) -> Module | None:
        document, pointer = self._document.modules[place], f"/modules/{place}"
        unlock = self._rules(document.unlock, pointer)
        title = self._tried(pointer, lambda: checked_title(document.title))
        if title is None or unlock is None:
            return None
        return Module(
            id=self._module_ids[place],
            course_id=course_id,
            title=title,
            position=self._module_positions[place],
            unlock=unlock,
            created_at=self._at,
            updated_at=self._at,
        )

    def lesson(self, place: int, number: int, course_id: CourseId) -> Lesson | None:
        document, pointer = self._document.modules[place].lessons[number], f"/modules/{place}/lessons/{number}"
        unlock = self._rules(document.unlock, pointer)
        found = self._tried(pointer, lambda: lesson_from(_draft(document), self._render))
        if found is None or unlock is None:
            return None
        title, content = found
        lesson = Lesson(
            id=self._lesson_ids[place][number],
            course_id=course_id,
            module_id=self._module_ids[place],
            position=self._lesson_positions[place][number],
            title=title,
            content=content,
            is_preview=document.is_preview,
            unlock=unlock,
            created_at=self._at,
            updated_at=self._at,
        )
        self._tried(pointer, lambda: lesson.arrive(document.status, at=self._at))
        return lesson

    def assert_sound(self, modules: Sequence[Module | None], lessons: Sequence[Lesson | None]) -> None:
        if not self._errors:
            self._errors += _circles([each for each in modules if each], [each for each in lessons if each])
        if self._errors:
            raise CourseDocumentInvalid("The document breaks a rule for courses.", errors=self._errors)

    def _rules(self, rules: Sequence[RuleDocument], pointer: str) -> UnlockRules | None:
        found = [self._rule(msgspec.to_builtins(rule), f"{pointer}/unlock/{n}") for n, rule in enumerate(rules)]
        known = [rule for rule in found if rule is not None]
        return self._tried(pointer, lambda: tuple(rules_to_json(rules_from_json(known))))

    def _rule(self, rule: dict[str, Any], pointer: str) -> dict[str, Any] | None:
        """With an id in place of a place; None where nothing stands there."""
        kind = "lesson" if "lesson" in rule else "module" if "module" in rule else None
        if kind is None:
            return rule
        place, _, number = rule.pop(kind).partition(".")
        ids: Sequence[Any] = self._module_ids
        if kind == "lesson":
            ids = self._lesson_ids[int(place) - 1] if int(place) <= len(self._lesson_ids) else []
        index = int(number or place) - 1
        if index >= len(ids):
            self._errors.append(FieldError(f"{pointer}/{kind}", "unlock.unknown", f"is no {kind} of this document"))
            return None
        return {**rule, f"{kind}_id": str(ids[index])}

    def _tried(self, pointer: str, deed: Callable[[], Made]) -> Made | None:
        """What the deed makes; None where it was refused, which is taken down with its pointers below this one."""
        try:
            return deed()
        except Refusal as refusal:
            self._errors += [FieldError(pointer + each.pointer, each.code, each.detail) for each in refusal.errors]
            return None


def _draft(document: LessonDocument) -> LessonDraft:
    given = msgspec.to_builtins(document.content)
    return LessonDraft(kind=LessonKind(given.pop("kind")), title=document.title, **given)


def _circles(modules: Sequence[Module], lessons: Sequence[Lesson]) -> Iterator[FieldError]:
    held: dict[ModuleId, list[Lesson]] = {module.id: [] for module in modules}
    for lesson in lessons:
        held[lesson.module_id].append(lesson)
    outline = [
        OutlineModule(
            module.id,
            rules_from_json(list(module.unlock)),
            tuple(OutlineLesson(lesson.id, rules_from_json(list(lesson.unlock))) for lesson in held[module.id]),
        )
        for module in modules
    ]
    waiting = in_a_circle(outline)
    for place, module in enumerate(modules):
        if module.unlock and module.id in waiting:
            yield FieldError(f"/modules/{place}/unlock", "unlock.cycle", "could never hold")
        for number, lesson in enumerate(held[module.id]):
            if lesson.unlock and lesson.id in waiting:
                pointer = f"/modules/{place}/lessons/{number}/unlock"
                yield FieldError(pointer, "unlock.cycle", "could never hold")

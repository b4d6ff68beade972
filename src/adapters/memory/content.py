from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import msgspec

from adapters.memory.content_queries import encoded_lesson, module_view
from adapters.memory.tables import MemoryTables
from application.catalog.content_ports import (
    LessonHasWork,
    LessonNotFound,
    LessonRepository,
    LessonVersionNotFound,
    ModuleNotFound,
    ModuleRepository,
    OrderChangedMeanwhile,
)
from application.catalog.content_queries import LessonView, ModuleView
from application.catalog.queries import Reader
from application.shared.encoded import Encoded
from domain.catalog.lesson import Lesson, LessonVersion
from domain.catalog.module import Module
from domain.learning.unlocking import Outline, OutlineLesson, OutlineModule, rules_from_json
from domain.shared.ids import CourseId, LessonId, ModuleId


class MemoryModuleRepository(ModuleRepository):
    """Units come one at a time, so there is nothing to lock."""

    def __init__(self, tables: MemoryTables) -> None:
        self._tables = tables

    async def get(self, module_id: ModuleId) -> Module:
        if module_id not in self._tables.modules:
            raise ModuleNotFound("There is no such module.")
        return replace(self._tables.modules[module_id])

    async def order(self, course_id: CourseId) -> Mapping[ModuleId, str]:
        found = (module for module in self._tables.modules.values() if module.course_id == course_id)
        return {module.id: module.position for module in sorted(found, key=lambda module: module.position)}

    async def reposition(self, positions: Mapping[ModuleId, str]) -> None:
        for module_id, position in positions.items():
            self._tables.modules[module_id] = replace(self._tables.modules[module_id], position=position)

    async def save(self, *modules: Module) -> None:
        for module in modules:
            self._tables.modules[module.id] = replace(module)
        places = [(module.course_id, module.position) for module in self._tables.modules.values()]
        _assert_single(self._tables, places)

    async def delete(self, module: Module) -> None:
        forget_modules(self._tables, lambda other: other.id == module.id)

    async def view(self, module_id: ModuleId) -> Encoded[ModuleView]:
        module = await self.get(module_id)
        return Encoded(msgspec.json.encode(module_view(module)), str(module.version))


class MemoryLessonRepository(LessonRepository):
    def __init__(self, tables: MemoryTables) -> None:
        self._tables = tables

    async def get(self, lesson_id: LessonId) -> Lesson:
        if lesson_id not in self._tables.lessons:
            raise LessonNotFound("There is no such lesson.")
        return replace(self._tables.lessons[lesson_id])

    async def order(self, module_id: ModuleId) -> Mapping[LessonId, str]:
        return {lesson.id: lesson.position for lesson in self._of_module(module_id)}

    async def reposition(self, positions: Mapping[LessonId, str]) -> None:
        for lesson_id, position in positions.items():
            self._tables.lessons[lesson_id] = replace(self._tables.lessons[lesson_id], position=position)

    async def save(self, *lessons: Lesson) -> None:
        for lesson in lessons:
            self._tables.lessons[lesson.id] = replace(lesson)
        places = [(lesson.module_id, lesson.position) for lesson in self._tables.lessons.values()]
        _assert_single(self._tables, places)

    async def delete(self, lesson: Lesson) -> None:
        with_work = {attempt.lesson_id for attempt in self._tables.attempts.values()}
        with_work |= {submission.lesson_id for submission in self._tables.submissions.values()}
        if lesson.id in with_work:
            self._tables.was_refused = True
            raise LessonHasWork("Learners have work in this lesson.")
        _forget_lessons(self._tables, lambda other: other.id == lesson.id)

    async def view(self, lesson_id: LessonId, reader: Reader) -> Encoded[LessonView]:
        return encoded_lesson(self._tables, lesson_id, reader)

    async def outline(self, course_id: CourseId) -> Outline:
        modules = [module for module in self._tables.modules.values() if module.course_id == course_id]
        return [
            OutlineModule(
                module.id,
                rules_from_json(list(module.unlock)),
                tuple(
                    OutlineLesson(lesson.id, rules_from_json(list(lesson.unlock)))
                    for lesson in self._of_module(module.id)
                ),
            )
            for module in sorted(modules, key=lambda module: module.position)
        ]

    async def latest_version(self, lesson_id: LessonId) -> LessonVersion | None:
        found = [version for (key, _), version in self._tables.lesson_versions.items() if key == lesson_id]
        return max(found, key=lambda version: version.number, default=None)

    async def get_version(self, lesson_id: LessonId, number: int) -> LessonVersion:
        if (lesson_id, number) not in self._tables.lesson_versions:
            raise LessonVersionNotFound("There is no such version of this lesson.")
        return self._tables.lesson_versions[lesson_id, number]

    async def keep_versions(self, *versions: LessonVersion) -> None:
        self._tables.lesson_versions |= {(version.lesson_id, version.number): version for version in versions}

    def _of_module(self, module_id: ModuleId) -> list[Lesson]:
        found = (lesson for lesson in self._tables.lessons.values() if lesson.module_id == module_id)
        return sorted(found, key=lambda lesson: lesson.position)


def forget_modules(tables: MemoryTables, condition: Callable[[Module], bool]) -> None:
    """Deletes modules with all that hangs on them."""
    gone = {module.id for module in tables.modules.values() if condition(module)}
    for module_id in gone:
        del tables.modules[module_id]
    _forget_lessons(tables, lambda lesson: lesson.module_id in gone)


def _forget_lessons(tables: MemoryTables, condition: Callable[[Lesson], bool]) -> None:
    gone = {lesson.id for lesson in tables.lessons.values() if condition(lesson)}
    for lesson_id in gone:
        del tables.lessons[lesson_id]
    for key in [key for key in tables.lesson_versions if key[0] in gone]:
        del tables.lesson_versions[key]


def _assert_single(tables: MemoryTables, places: Sequence[tuple[CourseId | ModuleId, str]]) -> None:
    if len(set(places)) < len(places):
        tables.was_refused = True
        raise OrderChangedMeanwhile("Somebody else put something there; try again.")

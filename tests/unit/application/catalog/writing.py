"""The use cases of modules and lessons over one memory."""

from dataclasses import dataclass
from typing import Any

import msgspec

from adapters.memory.content_queries import MemoryContentQueries
from application.catalog.change_lesson import ChangeLesson, ChangeLessonHandler
from application.catalog.change_lesson_status import ChangeLessonStatus, ChangeLessonStatusHandler
from application.catalog.change_module import ChangeModule, ChangeModuleHandler
from application.catalog.compare_lesson_versions import CompareLessonVersions
from application.catalog.content_queries import CourseStructure, LessonView, ModuleView
from application.catalog.create_lesson import CreateLesson, CreateLessonHandler
from application.catalog.create_module import CreateModule, CreateModuleHandler
from application.catalog.delete_lesson import DeleteLesson, DeleteLessonHandler
from application.catalog.delete_module import DeleteModule, DeleteModuleHandler
from application.catalog.lesson_changes import LessonChanges
from application.catalog.move_lesson import MoveLesson, MoveLessonHandler
from application.catalog.move_module import MoveModule, MoveModuleHandler
from application.catalog.queries import Reader
from application.catalog.restore_lesson import RestoreLesson, RestoreLessonHandler
from domain.catalog.course import Course
from domain.catalog.lesson import Lesson, LessonStatus
from domain.catalog.lesson_content import LessonDraft, LessonKind
from domain.catalog.module import Module
from domain.shared.ids import LessonId
from tests.support.catalog import a_draft, render
from tests.unit.application.catalog.conftest import Catalog, new_id


@dataclass
class Content:
    """The use cases on one course of the author's."""

    catalog: Catalog

    def __post_init__(self) -> None:
        begin, clock = self.catalog.store.begin, self.catalog.clock
        self.queries = MemoryContentQueries(self.catalog.store.committed)
        self._create_module = CreateModuleHandler(begin, clock, new_id)
        self._change_module = ChangeModuleHandler(begin, clock, new_id)
        self._move_module = MoveModuleHandler(begin, clock, new_id)
        self._delete_module = DeleteModuleHandler(begin, clock, new_id)
        self._create_lesson = CreateLessonHandler(begin, clock, new_id, render)
        self._change_lesson = ChangeLessonHandler(begin, clock, new_id, render)
        self._change_status = ChangeLessonStatusHandler(begin, clock, new_id)
        self._move_lesson = MoveLessonHandler(begin, clock, new_id)
        self._delete_lesson = DeleteLessonHandler(begin, clock, new_id)
        self._restore = RestoreLessonHandler(begin, clock, new_id)
        self.compare = CompareLessonVersions(self.queries)
        self.actor = self.catalog.dosen
        self.course = self.add_course(a_draft(created_by=self.catalog.author.id))

    @property
    def actions(self) -> list[str]:
        return [entry.action for entry in self.catalog.audit]

    def add_course(self, course: Course) -> Course:
        self.catalog.add(course)
        return course

    def add(self, *things: Module | Lesson) -> None:
        tables = self.catalog.store.tables
        tables.modules |= {thing.id: thing for thing in things if isinstance(thing, Module)}
        tables.lessons |= {thing.id: thing for thing in things if isinstance(thing, Lesson)}

    def stored(self, lesson: LessonView | Lesson) -> Lesson:
        return self.catalog.store.tables.lessons[LessonId(lesson.id)]

    async def create_module(self, title: str = "Modul", **given: Any) -> ModuleView:
        fields = {"actor": self.actor, "course_id": self.course.id, "title": title, "unlock": [], **given}
        created = await self._create_module(CreateModule(**fields))
        return msgspec.json.decode(created.view.body, type=ModuleView)

    async def change_module(self, module: ModuleView, **given: Any) -> ModuleView:
        fields = {"actor": self.actor, "module_id": module.id, "expected_version": None, **given}
        return msgspec.json.decode((await self._change_module(ChangeModule(**fields))).body, type=ModuleView)

    async def move_module(self, module: ModuleView, **given: Any) -> ModuleView:
        fields = {"actor": self.actor, "module_id": module.id, "expected_version": None, "after": None, **given}
        return msgspec.json.decode((await self._move_module(MoveModule(**fields))).body, type=ModuleView)

    async def delete_module(self, module: ModuleView, **given: Any) -> None:
        fields = {"actor": self.actor, "module_id": module.id, "expected_version": None, **given}
        await self._delete_module(DeleteModule(**fields))

    async def create_lesson(self, module: ModuleView, title: str = "Larik", **given: Any) -> LessonView:
        content = {name: given.pop(name) for name in LessonDraft.__dataclass_fields__ if name in given}
        draft = LessonDraft(**{"kind": LessonKind.ARTICLE, "title": title, "markdown": "Isi.", **content})
        fields = {"actor": self.actor, "module_id": module.id, "is_preview": False, "unlock": [], **given}
        created = await self._create_lesson(CreateLesson(draft=draft, **fields))
        return msgspec.json.decode(created.view.body, type=LessonView)

    async def change_lesson(self, lesson: LessonView | Lesson, **given: Any) -> LessonView:
        own = {name: given.pop(name) for name in ("actor", "expected_version") if name in given}
        fields = {"actor": self.actor, "lesson_id": lesson.id, "expected_version": None, **own}
        command = ChangeLesson(changes=LessonChanges(**given), **fields)
        return msgspec.json.decode((await self._change_lesson(command)).body, type=LessonView)

    async def publish(
        self, lesson: LessonView | Lesson, status: LessonStatus = LessonStatus.PUBLISHED, **given: Any
    ) -> LessonView:
        fields = {"actor": self.actor, "lesson_id": lesson.id, "expected_version": None, "status": status, **given}
        return msgspec.json.decode((await self._change_status(ChangeLessonStatus(**fields))).body, type=LessonView)

    async def move_lesson(self, lesson: LessonView | Lesson, **given: Any) -> LessonView:
        places = {"module_id": lesson.module_id, "after": None}
        fields = {"actor": self.actor, "lesson_id": lesson.id, "expected_version": None, **places, **given}
        return msgspec.json.decode((await self._move_lesson(MoveLesson(**fields))).body, type=LessonView)

    async def delete_lesson(self, lesson: LessonView | Lesson, **given: Any) -> None:
        fields = {"actor": self.actor, "lesson_id": lesson.id, "expected_version": None, **given}
        await self._delete_lesson(DeleteLesson(**fields))

    async def restore(self, lesson: LessonView | Lesson, number: int, **given: Any) -> LessonView:
        fields = {"actor": self.actor, "lesson_id": lesson.id, "expected_version": None, "number": number, **given}
        return msgspec.json.decode((await self._restore(RestoreLesson(**fields))).body, type=LessonView)

    async def titles(self) -> list[tuple[str, list[str]]]:
        answer = await self.queries.structure(self.course.id, Reader.of(self.actor))
        modules = msgspec.json.decode(answer.body, type=CourseStructure).items
        return [(module.title, [lesson.title for lesson in module.lessons]) for module in modules]

    def versions(self, lesson: LessonView) -> list[tuple[int, str]]:
        kept = self.catalog.store.tables.lesson_versions
        return [(number, version.title) for (key, number), version in kept.items() if key == lesson.id]

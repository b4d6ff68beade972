from collections.abc import Mapping

from sqlalchemy import bindparam, delete, select

from adapters.postgres.queries.content import lesson_detail
from adapters.postgres.queries.content_views import MODULE
from adapters.postgres.repositories.content_rows import (
    columns_of,
    lesson_of,
    lesson_row,
    module_of,
    module_row,
    outline_of,
    version_of,
    version_row,
)
from adapters.postgres.repositories.content_saving import (
    add_versions,
    reposition_lessons,
    reposition_modules,
    save_lessons,
    save_modules,
)
from adapters.postgres.statement import Connection, Statement
from adapters.postgres.tables.catalog import courses
from adapters.postgres.tables.content import lesson_versions, lessons, modules
from application.catalog.content_ports import (
    LessonNotFound,
    LessonRepository,
    LessonVersionNotFound,
    ModuleNotFound,
    ModuleRepository,
)
from application.catalog.content_queries import LessonView, ModuleView
from application.catalog.queries import Reader
from application.shared.encoded import Encoded
from domain.catalog.lesson import Lesson, LessonVersion
from domain.catalog.module import Module
from domain.learning.unlocking import Outline
from domain.shared.ids import CourseId, LessonId, ModuleId

# The course's row is locked first, and what hangs on it is read once it is ours. Both weaker than FOR UPDATE: others
# may refer to them in the meantime.
_module = Statement(
    select(modules)
    .join_from(courses, modules, modules.c.course_id == courses.c.id)
    .where(modules.c.id == bindparam("id"))
    .with_for_update(key_share=True, of=[courses, modules])
)
_module_order = Statement(
    select(modules.c.id, modules.c.position)
    .where(modules.c.course_id == bindparam("course_id"))
    .order_by(modules.c.position)
)
_module_view = Statement(select(MODULE, modules.c.version).where(modules.c.id == bindparam("id")))
_delete_module = Statement(delete(modules).where(modules.c.id == bindparam("id")))
_lesson = Statement(
    select(lessons)
    .join_from(courses, lessons, lessons.c.course_id == courses.c.id)
    .where(lessons.c.id == bindparam("id"))
    .with_for_update(key_share=True, of=[courses, lessons])
)
_lesson_order = Statement(
    select(lessons.c.id, lessons.c.position)
    .where(lessons.c.module_id == bindparam("module_id"))
    .order_by(lessons.c.position)
)
_delete_lesson = Statement(delete(lessons).where(lessons.c.id == bindparam("id")))
_outline = Statement(
    select(
        modules.c.id.label("module_id"),
        modules.c.unlock.label("module_unlock"),
        lessons.c.id.label("lesson_id"),
        lessons.c.unlock.label("lesson_unlock"),
    )
    .join_from(modules, lessons, lessons.c.module_id == modules.c.id, isouter=True)
    .where(modules.c.course_id == bindparam("course_id"))
    .order_by(modules.c.position, lessons.c.position)
)
_versions = select(lesson_versions, lessons.c.kind).join_from(
    lesson_versions, lessons, lessons.c.id == lesson_versions.c.lesson_id
)
_latest_version = Statement(
    _versions.where(lesson_versions.c.lesson_id == bindparam("lesson_id"))
    .order_by(lesson_versions.c.number.desc())
    .limit(1)
)
_version = Statement(
    _versions.where(
        lesson_versions.c.lesson_id == bindparam("lesson_id"), lesson_versions.c.number == bindparam("number")
    )
)
_LARGEST = 2**31 - 1


class PostgresModuleRepository(ModuleRepository):
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def get(self, module_id: ModuleId) -> Module:
        row = await _module.row(self._connection, id=module_id)
        if row is None:
            raise ModuleNotFound("There is no such module.")
        return module_of(row)

    async def order(self, course_id: CourseId) -> Mapping[ModuleId, str]:
        rows = await _module_order.rows(self._connection, course_id=course_id)
        return {ModuleId(row["id"]): row["position"] for row in rows}

    async def reposition(self, positions: Mapping[ModuleId, str]) -> None:
        if positions:
            await reposition_modules.run(
                self._connection, row_id=list(positions), row_position=list(positions.values())
            )

    async def save(self, *modules: Module) -> None:
        if modules:
            await save_modules.run(self._connection, **columns_of([module_row(module) for module in modules]))

    async def delete(self, module: Module) -> None:
        await _delete_module.run(self._connection, id=module.id)

    async def view(self, module_id: ModuleId) -> Encoded[ModuleView]:
        row = await _module_view.row(self._connection, id=module_id)
        if row is None:
            raise ModuleNotFound("There is no such module.")
        return Encoded(row["view"], str(row["version"]))


class PostgresLessonRepository(LessonRepository):
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def get(self, lesson_id: LessonId) -> Lesson:
        row = await _lesson.row(self._connection, id=lesson_id)
        if row is None:
            raise LessonNotFound("There is no such lesson.")
        return lesson_of(row)

    async def order(self, module_id: ModuleId) -> Mapping[LessonId, str]:
        rows = await _lesson_order.rows(self._connection, module_id=module_id)
        return {LessonId(row["id"]): row["position"] for row in rows}

    async def reposition(self, positions: Mapping[LessonId, str]) -> None:
        if positions:
            await reposition_lessons.run(
                self._connection, row_id=list(positions), row_position=list(positions.values())
            )

    async def save(self, *lessons: Lesson) -> None:
        if lessons:
            await save_lessons.run(self._connection, **columns_of([lesson_row(lesson) for lesson in lessons]))

    async def delete(self, lesson: Lesson) -> None:
        await _delete_lesson.run(self._connection, id=lesson.id)

    async def view(self, lesson_id: LessonId, reader: Reader) -> Encoded[LessonView]:
        return await lesson_detail(self._connection, lesson_id, reader)

    async def outline(self, course_id: CourseId) -> Outline:
        return outline_of(await _outline.rows(self._connection, course_id=course_id))

    async def latest_version(self, lesson_id: LessonId) -> LessonVersion | None:
        row = await _latest_version.row(self._connection, lesson_id=lesson_id)
        return None if row is None else version_of(row)

    async def get_version(self, lesson_id: LessonId, number: int) -> LessonVersion:
        is_possible = 0 < number <= _LARGEST
        row = await _version.row(self._connection, lesson_id=lesson_id, number=number) if is_possible else None
        if row is None:
            raise LessonVersionNotFound("There is no such version of this lesson.")
        return version_of(row)

    async def keep_versions(self, *versions: LessonVersion) -> None:
        if versions:
            await add_versions.run(self._connection, **columns_of([version_row(version) for version in versions]))

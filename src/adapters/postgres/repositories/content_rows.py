"""Between modules, lessons, versions and the rows that hold them."""

from collections.abc import Sequence
from typing import Any

import msgspec

from adapters.postgres.statement import Row
from application.catalog.content_json import content_from_json, content_to_json
from domain.catalog.lesson import Lesson, LessonStatus, LessonVersion
from domain.catalog.module import Module
from domain.learning.unlocking import Outline, OutlineLesson, OutlineModule, rules_from_json
from domain.shared.ids import CourseId, LessonId, ModuleId, UserId


def columns_of(rows: Sequence[dict[str, Any]]) -> dict[str, list[Any]]:
    """One list a column. There is at least one row."""
    return {name: [row[name] for row in rows] for name in rows[0]}


def module_row(module: Module) -> dict[str, Any]:
    return {
        "id": module.id,
        "course_id": module.course_id,
        "title": module.title,
        "position": module.position,
        "unlock_text": msgspec.json.encode(module.unlock).decode(),
        "created_at": module.created_at,
        "updated_at": module.updated_at,
        "version": module.version,
    }


def module_of(row: Row) -> Module:
    return Module(
        id=ModuleId(row["id"]),
        course_id=CourseId(row["course_id"]),
        title=row["title"],
        position=row["position"],
        unlock=tuple(row["unlock"]),
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        version=row["version"],
    )


def lesson_row(lesson: Lesson) -> dict[str, Any]:
    return {
        "id": lesson.id,
        "course_id": lesson.course_id,
        "module_id": lesson.module_id,
        "kind": lesson.kind,
        "title": lesson.title,
        "position": lesson.position,
        "status": lesson.status,
        "is_preview": lesson.is_preview,
        "content": content_to_json(lesson.content),
        "unlock_text": msgspec.json.encode(lesson.unlock).decode(),
        "created_at": lesson.created_at,
        "updated_at": lesson.updated_at,
        "published_at": lesson.published_at,
        "version": lesson.version,
    }


def lesson_of(row: Row) -> Lesson:
    return Lesson(
        id=LessonId(row["id"]),
        course_id=CourseId(row["course_id"]),
        module_id=ModuleId(row["module_id"]),
        position=row["position"],
        title=row["title"],
        content=content_from_json(row["kind"], row["content"]),
        status=LessonStatus(row["status"]),
        is_preview=row["is_preview"],
        unlock=tuple(row["unlock"]),
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        published_at=row["published_at"],
        version=row["version"],
    )


def version_row(version: LessonVersion) -> dict[str, Any]:
    return {
        "lesson_id": version.lesson_id,
        "number": version.number,
        "title": version.title,
        "content": content_to_json(version.content),
        "published_at": version.published_at,
        "published_by": version.published_by,
    }


def version_of(row: Row) -> LessonVersion:
    """A row of `lesson_versions` with its lesson's `kind`, which never changes."""
    return LessonVersion(
        lesson_id=LessonId(row["lesson_id"]),
        number=row["number"],
        title=row["title"],
        content=content_from_json(row["kind"], row["content"]),
        published_at=row["published_at"],
        published_by=None if row["published_by"] is None else UserId(row["published_by"]),
    )


def outline_of(rows: Sequence[Row]) -> Outline:
    """From one row a lesson, and one for each module without any, in their order."""
    lessons: dict[ModuleId, list[OutlineLesson]] = {}
    rules = {}
    for row in rows:
        module_id = ModuleId(row["module_id"])
        rules[module_id] = row["module_unlock"]
        of_module = lessons.setdefault(module_id, [])
        if row["lesson_id"] is not None:
            of_module.append(OutlineLesson(LessonId(row["lesson_id"]), rules_from_json(row["lesson_unlock"])))
    return [OutlineModule(key, rules_from_json(rules[key]), tuple(found)) for key, found in lessons.items()]

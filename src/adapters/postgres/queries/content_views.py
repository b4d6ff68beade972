"""The views of modules and lessons as JSON that PostgreSQL builds, and who sees what."""

from typing import Any

from sqlalchemy import (
    Boolean,
    Integer,
    Table,
    Text,
    Uuid,
    and_,
    bindparam,
    case,
    false,
    func,
    literal_column,
    not_,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import JSON, JSONB, aggregate_order_by
from sqlalchemy.sql.elements import ColumnElement

from adapters.postgres.queries.json import json_object
from adapters.postgres.tables.catalog import courses
from adapters.postgres.tables.content import lesson_versions, lessons, modules
from adapters.postgres.tables.learning import enrollments
from application.catalog.content_queries import (
    LessonSummary,
    LessonVersionSummary,
    LessonVersionView,
    LessonView,
    ModuleStructure,
    ModuleView,
)
from application.catalog.course_document import CourseFields
from application.catalog.whole_course import WholeLesson, WholeModule

_NOTHING = literal_column("'[]'::json", JSON)


def is_editor() -> ColumnElement[bool]:
    """Whether the reader made the course or is an admin; takes `is_admin` and `reader_id`."""
    return or_(bindparam("is_admin", type_=Boolean), courses.c.created_by == bindparam("reader_id", type_=Uuid))


def is_shown() -> ColumnElement[bool]:
    """Whether a lesson is there for everybody to see, in a structure at least."""
    return and_(courses.c.status == "published", lessons.c.status == "published")


def is_readable() -> ColumnElement[bool]:
    """Whether the reader may know of a lesson: in an archived course those who learn there go on."""
    goes_on = and_(courses.c.status == "archived", lessons.c.status == "published", _learns())
    return or_(is_editor(), is_shown(), goes_on)


def is_open() -> ColumnElement[bool]:
    """Whether a lesson that the reader may know of can be read by them as well."""
    return or_(is_editor(), lessons.c.is_preview, _learns())


def _learns() -> ColumnElement[bool]:
    return (
        select(literal_column("1"))
        .select_from(enrollments)
        .where(
            enrollments.c.course_id == lessons.c.course_id,
            enrollments.c.user_id == bindparam("reader_id", type_=Uuid),
            enrollments.c.status.in_(["active", "completed"]),
        )
        .correlate(lessons)
        .exists()
    )


def _content(table: Table) -> ColumnElement[Any]:
    """As a `ContentView` has it, for who may change it."""
    kind = func.jsonb_build_object(literal_column("'kind'"), lessons.c.kind)
    content: ColumnElement[Any] = table.c.content
    # What was rendered of questions is for those who answer them.
    shown = case(
        (lessons.c.kind == "quiz", content.op("-", return_type=JSONB())(literal_column("'html'", Text))), else_=content
    )
    return shown.op("||", return_type=JSONB())(kind)


def _content_for_reader() -> ColumnElement[Any]:
    """What a quiz asks, and what is right, is for who may change it."""
    hidden = literal_column("""'{"banks": null}'::jsonb""", JSONB)
    for_editor = _content(lessons)
    for_others = for_editor.op("||", return_type=JSONB())(hidden)
    return case(
        (and_(lessons.c.kind == "quiz", not_(func.coalesce(is_editor(), false()))), for_others), else_=for_editor
    )


def _view(names: tuple[str, ...], table: Table, derived: dict[str, ColumnElement[Any]]) -> ColumnElement[Any]:
    return json_object({name: derived[name] if name in derived else table.c[name] for name in names})


_derived = {
    "content": _content(lessons),
    # A long article lies outside of its row, and is not to be fetched for what it doesn't have.
    "duration_seconds": case(
        (lessons.c.kind == "video", lessons.c.content.op("->>")(literal_column("'duration_seconds'")).cast(Integer))
    ),
}
LESSON = _view(LessonView.__struct_fields__, lessons, {**_derived, "content": _content_for_reader()}).label("view")
MODULE = _view(ModuleView.__struct_fields__, modules, {}).label("view")
VERSION = _view(LessonVersionView.__struct_fields__, lesson_versions, {"content": _content(lesson_versions)}).label(
    "view"
)


def _lessons_of_module() -> ColumnElement[Any]:
    item = _view(LessonSummary.__struct_fields__, lessons, _derived)
    found = (
        select(func.json_agg(aggregate_order_by(item, lessons.c.position)))
        .where(lessons.c.module_id == modules.c.id, or_(lessons.c.status == "published", is_editor()))
        .correlate(modules, courses)
        .scalar_subquery()
    )
    return func.coalesce(found, _NOTHING)


def structure() -> ColumnElement[Any]:
    """The modules of a row of `courses`, in their order, each with its lessons."""
    item = _view(ModuleStructure.__struct_fields__, modules, {"lessons": _lessons_of_module()})
    found = (
        select(func.json_agg(aggregate_order_by(item, modules.c.position)))
        .where(modules.c.course_id == courses.c.id)
        .correlate(courses)
        .scalar_subquery()
    )
    return json_object({"items": func.coalesce(found, _NOTHING)}).label("view")


def whole() -> ColumnElement[Any]:
    """All of a row of `courses` that its author wrote."""
    lesson = _view(WholeLesson.__struct_fields__, lessons, _derived)
    of_module = (
        select(func.json_agg(aggregate_order_by(lesson, lessons.c.position)))
        .where(lessons.c.module_id == modules.c.id)
        .correlate(modules)
        .scalar_subquery()
    )
    module = _view(WholeModule.__struct_fields__, modules, {"lessons": func.coalesce(of_module, _NOTHING)})
    of_course = (
        select(func.json_agg(aggregate_order_by(module, modules.c.position)))
        .where(modules.c.course_id == courses.c.id)
        .correlate(courses)
        .scalar_subquery()
    )
    fields = _view(CourseFields.__struct_fields__, courses, {})
    return json_object({"course": fields, "modules": func.coalesce(of_course, _NOTHING)}).label("view")


def versions() -> ColumnElement[Any]:
    """The versions of a row of `lessons`, newest first."""
    item = _view(LessonVersionSummary.__struct_fields__, lesson_versions, {})
    found = (
        select(func.json_agg(aggregate_order_by(item, lesson_versions.c.number.desc())))
        .where(lesson_versions.c.lesson_id == lessons.c.id)
        .correlate(lessons)
        .scalar_subquery()
    )
    return json_object({"items": func.coalesce(found, _NOTHING)}).label("view")

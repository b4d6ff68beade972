"""From decoded JSON to a document, with a pointer to what is wrong, module by module and lesson by lesson."""

import re
from collections.abc import Iterator
from typing import Any, TypeVar

import msgspec

from application.catalog.course_document import MAXIMUM_LESSONS, CourseDocument, LessonDocument, ModuleDocument
from domain.shared.errors import FieldError, Invalid

Part = TypeVar("Part")

_MESSAGE = re.compile(r"(?P<detail>.*?)(?: - at `(?P<path>.*)`)?", re.DOTALL)


class CourseDocumentInvalid(Invalid):
    code = "course.document_invalid"


def read_document(value: Any) -> CourseDocument:
    """Raises CourseDocumentInvalid, with at most one error for each lesson, each module and the rest."""
    modules = value.get("modules") if isinstance(value, dict) else None
    if not isinstance(modules, list) or not all(isinstance(module, dict) for module in modules):
        return _converted(value, CourseDocument)
    errors = list(_errors(value, modules))
    if errors:
        raise CourseDocumentInvalid("The document is not that of a course.", errors=errors)
    return _converted(value, CourseDocument)


def _errors(value: dict[str, Any], modules: list[dict[str, Any]]) -> Iterator[FieldError]:
    """The document without its modules, each module without its lessons, and each lesson."""
    yield from _wrong({**value, "modules": []}, CourseDocument, "")
    for place, module in enumerate(modules):
        lessons = module.get("lessons")
        if isinstance(lessons, list):
            yield from _wrong({**module, "lessons": []}, ModuleDocument, f"/modules/{place}")
            if len(lessons) > MAXIMUM_LESSONS:
                yield FieldError(f"/modules/{place}/lessons", "invalid", f"has more than {MAXIMUM_LESSONS} lessons")
            for number, lesson in enumerate(lessons):
                yield from _wrong(lesson, LessonDocument, f"/modules/{place}/lessons/{number}")
        else:
            yield from _wrong(module, ModuleDocument, f"/modules/{place}")


def _wrong(value: Any, type_: type, pointer: str) -> Iterator[FieldError]:
    try:
        msgspec.convert(value, type_)
    except msgspec.ValidationError as error:
        yield _field_error(error, pointer)


def _converted(value: Any, type_: type[Part]) -> Part:
    try:
        return msgspec.convert(value, type_)
    except msgspec.ValidationError as error:
        raise CourseDocumentInvalid(
            "The document is not that of a course.", errors=[_field_error(error, "")]
        ) from error


def _field_error(error: msgspec.ValidationError, pointer: str) -> FieldError:
    match = _MESSAGE.fullmatch(str(error))
    assert match is not None, "matches any text"
    # Within a list of rules or tags the path says `[...]`: the pointer ends at the list.
    path = (match["path"] or "$").partition("[")[0].removeprefix("$")
    return FieldError(pointer + path.replace(".", "/"), "invalid", match["detail"])

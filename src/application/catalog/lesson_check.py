"""A lesson as somebody sent it, checked: what the catalog asks of it, and what learning asks of what is graded."""

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import msgspec

from application.shared.assignment_document import AssignmentSettings
from application.shared.quiz_document import MAXIMUM_QUESTIONS, Banks, QuestionBank, QuestionDocument, QuizSettings
from domain.catalog.lesson_content import LessonContent, LessonDraft, LessonInvalid, LessonKind, checked_lesson
from domain.learning.questions import banks_from_json
from domain.learning.quiz_check import banks_errors, settings_errors
from domain.shared.errors import FieldError
from domain.shared.rich_text import Render


def lesson_from(
    draft: LessonDraft, render: Render, *, former: LessonContent | None = None
) -> tuple[str, LessonContent]:
    """As `checked_lesson`, with the JSON of quizzes and assignments in its one form, defaults filled in.

    Raises:
        LessonInvalid: with one error for each thing that is wrong.
    """
    reading = _Reading()
    draft = reading.tidied(draft)
    errors = reading.errors
    try:
        title, content = checked_lesson(draft, render, former=former)
    except LessonInvalid as refusal:
        errors = [*refusal.errors, *errors]
    if errors:
        raise LessonInvalid("The lesson breaks a rule for its fields.", errors=errors)
    return title, content


class _Reading:
    def __init__(self) -> None:
        self.errors: list[FieldError] = []

    def tidied(self, draft: LessonDraft) -> LessonDraft:
        if draft.kind is LessonKind.QUIZ:
            return replace(draft, quiz=self._quiz(draft.quiz or {}), banks=self._banks(draft.banks or ()))
        if draft.kind is LessonKind.ASSIGNMENT:
            return replace(draft, assignment=self._assignment(draft.assignment or {}))
        return draft

    def _quiz(self, value: Mapping[str, Any]) -> Mapping[str, Any]:
        settings = self._converted(value, QuizSettings, "/content/quiz")
        if settings is None:
            return {}
        self._note("/content/quiz", settings_errors(settings.opens_at, settings.closes_at, settings.reveals))
        return _plain_fields(settings)

    def _banks(self, value: Sequence[Mapping[str, Any]]) -> Sequence[Mapping[str, Any]]:
        """Question by question, so that pointers lead to the one that is wrong."""
        pointer, before = "/content/banks", len(self.errors)
        self._note("", unfit_texts(value, pointer))
        for place, bank in enumerate(value):
            questions = bank.get("questions") if isinstance(bank, Mapping) else None
            here = f"{pointer}/{place}"
            self._converted({**bank, "questions": []} if isinstance(questions, Sequence) else bank, QuestionBank, here)
            for number, question in enumerate(questions if isinstance(questions, Sequence) else ()):
                self._converted(question, QuestionDocument, f"{here}/questions/{number}")
        banks = self._converted(value, Banks, pointer) if len(self.errors) == before else None
        if banks is None:
            return ()
        plain: list[dict[str, Any]] = _plain(banks)
        self._note(pointer, banks_errors(banks_from_json(plain), most_questions=MAXIMUM_QUESTIONS))
        return plain

    def _assignment(self, value: Mapping[str, Any]) -> Mapping[str, Any]:
        pointer = "/content/assignment"
        self._note("", unfit_texts(value, pointer))
        settings = self._converted(value, AssignmentSettings, pointer)
        if settings is None:
            return {}
        self._note(pointer, _assignment_errors(settings))
        return _plain_fields(settings)

    def _note(self, pointer: str, errors: Iterator[FieldError]) -> None:
        self.errors += [FieldError(pointer + each.pointer, each.code, each.detail) for each in errors]

    def _converted(self, value: Any, type_: Any, pointer: str) -> Any:
        try:
            return msgspec.convert(value, type_)
        except msgspec.ValidationError as error:
            self.errors.append(shape_error(error, pointer))
            return None


def shape_error(error: msgspec.ValidationError, pointer: str) -> FieldError:
    """Where in a document its form is wrong. Within a list the path says `[...]`: the pointer ends at the list."""
    detail, _, path = str(error).partition(" - at `")
    inner = path.removesuffix("`").partition("[")[0].removeprefix("$")
    return FieldError(pointer + inner.replace(".", "/"), "invalid", detail)


def unfit_texts(value: Any, pointer: str) -> Iterator[FieldError]:
    """Characters that can't be shown or stored, in any text of some JSON."""
    if isinstance(value, str):
        wrong = next((c for c in value if unicodedata.category(c) in {"Cc", "Cs"} and c not in "\n\t\r"), None)
        if wrong is not None:
            yield FieldError(pointer, "text.character", f"holds U+{ord(wrong):04X}, which has no place in text")
    elif isinstance(value, Mapping):
        for name, each in value.items():
            yield from unfit_texts(each, f"{pointer}/{name}")
    elif isinstance(value, Sequence):
        for place, each in enumerate(value):
            yield from unfit_texts(each, f"{pointer}/{place}")


def _assignment_errors(settings: AssignmentSettings) -> Iterator[FieldError]:
    if settings.due_at is not None and settings.closes_at is not None and settings.closes_at < settings.due_at:
        yield FieldError("/closes_at", "assignment.times", "is before due_at")
    ids = [criterion.id for criterion in settings.rubric]
    if len(set(ids)) < len(ids):
        yield FieldError("/rubric", "key.repeated", "has an id twice")
    if settings.rubric and sum(criterion.points for criterion in settings.rubric) != settings.points:
        yield FieldError("/points", "assignment.points", "is not the sum of the rubric's points")
    if len(set(settings.accepts)) < len(settings.accepts):
        yield FieldError("/accepts", "repeated", "names something twice")


def _plain(value: Any) -> Any:
    # By way of JSON: tuples become lists and instants texts, as they come back from where they are stored.
    return msgspec.json.decode(msgspec.json.encode(value))


def _plain_fields(settings: msgspec.Struct) -> dict[str, Any]:
    """With instants in UTC."""
    instants = {name: at for name, at in msgspec.structs.asdict(settings).items() if isinstance(at, datetime)}
    in_utc = msgspec.structs.replace(settings, **{name: at.astimezone(UTC) for name, at in instants.items()})
    plain: dict[str, Any] = _plain(in_utc)
    return plain

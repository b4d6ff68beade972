"""What no schema can say of a quiz: its parts fit together."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from domain.learning.grading import normalized
from domain.learning.questions import (
    Bank,
    Banks,
    Matching,
    MultipleChoice,
    Option,
    Ordering,
    Question,
    ShortText,
    SingleChoice,
)
from domain.learning.quiz import Reveal
from domain.shared.errors import FieldError


def settings_errors(opens_at: datetime | None, closes_at: datetime | None, reveals: Reveal) -> Iterator[FieldError]:
    """Pointers begin at the settings."""
    if opens_at is not None and closes_at is not None and closes_at <= opens_at:
        yield FieldError("/closes_at", "quiz.times", "is not after opens_at")
    if reveals is Reveal.CLOSED and closes_at is None:
        yield FieldError("/reveals", "quiz.times", "waits for closes_at, which is not given")


def banks_errors(banks: Banks, *, most_questions: int) -> Iterator[FieldError]:
    """Pointers begin at the list of banks."""
    yield from _repeated("", [bank.id for bank in banks])
    seen: set[str] = set()
    for place, bank in enumerate(banks):
        yield from _bank_errors(bank, f"/{place}", seen)
    if sum(len(bank.questions) for bank in banks) > most_questions:
        yield FieldError("", "quiz.too_long", f"has more than {most_questions} questions")


def _bank_errors(bank: Bank, pointer: str, seen: set[str]) -> Iterator[FieldError]:
    if bank.draw is not None and bank.draw > len(bank.questions):
        yield FieldError(
            f"{pointer}/draw", "quiz.draw", f"is more than the {len(bank.questions)} questions of this bank"
        )
    for place, question in enumerate(bank.questions):
        here = f"{pointer}/questions/{place}"
        if question.id in seen:
            yield FieldError(f"{here}/id", "key.repeated", "is another question's id as well")
        seen.add(question.id)
        yield from _question_errors(question, here)


def _question_errors(question: Question, pointer: str) -> Iterator[FieldError]:
    match question.task:
        case SingleChoice(options, correct):
            yield from _option_errors(options, f"{pointer}/options")
            yield from _unknown([correct], options, f"{pointer}/correct")
        case MultipleChoice(options, several):
            yield from _option_errors(options, f"{pointer}/options")
            yield from _unknown(sorted(several), options, f"{pointer}/correct")
        case Ordering(items):
            yield from _option_errors(items, f"{pointer}/items")
        case Matching(pairs):
            yield from _repeated(f"{pointer}/pairs", [pair.id for pair in pairs])
        case ShortText(accepted):
            for place, text in enumerate(accepted):
                if not normalized(text):
                    yield FieldError(f"{pointer}/accepted/{place}", "text.empty", "is empty")


def _option_errors(options: Sequence[Option], pointer: str) -> Iterator[FieldError]:
    yield from _repeated(pointer, [option.id for option in options])


def _repeated(pointer: str, ids: Sequence[str]) -> Iterator[FieldError]:
    for place, key in enumerate(ids):
        if key in ids[:place]:
            yield FieldError(f"{pointer}/{place}/id", "key.repeated", "is the id of one before as well")


def _unknown(keys: Sequence[str], options: Sequence[Option], pointer: str) -> Iterator[FieldError]:
    known = {option.id for option in options}
    for key in keys:
        if key not in known:
            yield FieldError(pointer, "key.unknown", f"{key} is no option of this question")

"""A learner's answer as JSON: checked for its shape and taken from their ids to the author's, and shown back again."""

import math
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any

from domain.learning.paper import Paper
from domain.learning.questions import (
    Matching,
    MultipleChoice,
    Numeric,
    Ordering,
    Question,
    ShortText,
    SingleChoice,
    TrueFalse,
)
from domain.shared.errors import FieldError, Invalid

TEXT_LENGTH = 1000


class AnswerInvalid(Invalid):
    """It has not the shape that answers to this kind of question have."""

    code = "answer.invalid"


def read_answer(paper: Paper, question: Question, value: Any) -> Any:
    """The answer with the author's ids, as `domain.learning.grading` takes it. None, a blank answer, is always one.

    Raises:
        AnswerInvalid: with a pointer to `/answer`.
    """
    return None if value is None else _READERS[type(question.task)](paper, question, value)


def shown_answer(paper: Paper, question: Question, answer: Any) -> Any:
    """What `read_answer` took, in this learner's ids; what a correction has taken from the question is left out."""
    if answer is None:
        return None
    ids = {key: known for known, key in paper.keys(question).items()}
    match question.task:
        case SingleChoice():
            return ids.get(answer)
        case MultipleChoice() | Ordering():
            return [ids[key] for key in answer if key in ids]
        case Matching():
            rights = {key: known for known, key in paper.keys(question, side="right").items()}
            return {ids[key]: rights[right] for key, right in answer.items() if key in ids and right in rights}
        case _:
            return answer


def correct_answer(question: Question) -> Any:
    """One that gets all points, with the author's ids; of a short text the first that is accepted."""
    match question.task:
        case MultipleChoice(options, several):
            return [option.id for option in options if option.id in several]
        case ShortText(accepted):
            return accepted[0]
        case Ordering(items):
            return [item.id for item in items]
        case Matching(pairs):
            choices = {choice.text: choice.id for choice in question.task.choices}
            return {pair.id: choices[pair.right] for pair in pairs}
        case task:
            return task.correct


def _checked(value: Any, is_right: Callable[[], bool], wanted: str) -> Any:
    if not is_right():
        error = FieldError("/answer", AnswerInvalid.code, f"is not {wanted}")
        raise AnswerInvalid("The answer does not fit the question.", errors=[error])
    return value


def _chosen(paper: Paper, question: Question, value: Any) -> str:
    keys = paper.keys(question)
    _checked(value, lambda: isinstance(value, str) and value in keys, "the id of an option")
    return keys[value]


def _several(paper: Paper, question: Question, value: Any) -> list[str]:
    keys = paper.keys(question)
    _checked(value, lambda: _are_ids(keys, value), "a list of ids of options, each once")
    return sorted(keys[known] for known in value)


def _order(paper: Paper, question: Question, value: Any) -> list[str]:
    keys = paper.keys(question)
    _checked(value, lambda: _are_ids(keys, value) and len(value) == len(keys), "a list of the ids of all items")
    return [keys[known] for known in value]


def _matches(paper: Paper, question: Question, value: Any) -> dict[str, str]:
    lefts, rights = paper.keys(question), paper.keys(question, side="right")

    def is_right() -> bool:
        return (
            isinstance(value, dict)
            and value.keys() <= lefts.keys()
            and all(isinstance(right, str) and right in rights for right in value.values())
        )

    _checked(value, is_right, "an object from ids of options to ids of choices")
    return {lefts[left]: rights[right] for left, right in value.items()}


def _are_ids(keys: Mapping[str, str], value: Any) -> bool:
    return (
        isinstance(value, list)
        and all(isinstance(known, str) and known in keys for known in value)
        and len(set(value)) == len(value)
    )


def _truth(_: Paper, __: Question, value: Any) -> bool:
    return bool(_checked(value, lambda: isinstance(value, bool), "true or false"))


def _number(_: Paper, __: Question, value: Any) -> float:
    def is_right() -> bool:
        # A truth value is a number to Python, and a whole number may be too large for any fraction.
        if isinstance(value, bool) or not isinstance(value, int | float):
            return False
        return abs(value) < 10**300 and math.isfinite(value)

    return float(_checked(value, is_right, "a number"))


def _text(_: Paper, __: Question, value: Any) -> str:
    def is_right() -> bool:
        return (
            isinstance(value, str)
            and len(value) <= TEXT_LENGTH
            and not any(unicodedata.category(character) in {"Cc", "Cs"} for character in value)
        )

    return str(_checked(value, is_right, f"one line of text of at most {TEXT_LENGTH} characters"))


_READERS: Mapping[type[Any], Callable[[Paper, Question, Any], Any]] = {
    SingleChoice: _chosen,
    MultipleChoice: _several,
    TrueFalse: _truth,
    Numeric: _number,
    ShortText: _text,
    Ordering: _order,
    Matching: _matches,
}

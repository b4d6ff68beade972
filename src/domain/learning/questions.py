"""The kinds of questions, with what is right about them.

Ids of options are the author's and stay from one version of a quiz to the next; learners see others in their place
(`domain.learning.paper`), since ids such as `right` or `1`, `2`, `3` would give the answer away.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias


@dataclass(frozen=True, slots=True)
class Option:
    id: str
    text: str


@dataclass(frozen=True, slots=True)
class SingleChoice:
    options: tuple[Option, ...]
    correct: str


@dataclass(frozen=True, slots=True)
class MultipleChoice:
    options: tuple[Option, ...]
    correct: frozenset[str]


@dataclass(frozen=True, slots=True)
class TrueFalse:
    correct: bool


@dataclass(frozen=True, slots=True)
class Numeric:
    correct: float
    tolerance: float


@dataclass(frozen=True, slots=True)
class ShortText:
    accepted: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ordering:
    """`items` stand in the right order."""

    items: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class Pair:
    id: str
    left: str
    right: str


@dataclass(frozen=True, slots=True)
class Matching:
    pairs: tuple[Pair, ...]
    distractors: tuple[str, ...] = ()

    @property
    def choices(self) -> tuple[Option, ...]:
        """The right sides and distractors, each text once: equal texts are one choice, by the first pair's id."""
        # No author's id has a tilde in it.
        offered = [Option(pair.id, pair.right) for pair in self.pairs]
        offered += [Option(f"~{place}", text) for place, text in enumerate(self.distractors)]
        return tuple({option.text: option for option in reversed(offered)}.values())[::-1]


Task: TypeAlias = SingleChoice | MultipleChoice | TrueFalse | Numeric | ShortText | Ordering | Matching


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """`points` are whole; what of them is awarded is counted in hundredths."""

    id: str
    kind: str
    prompt: str
    explanation: str
    points: int
    task: Task


@dataclass(frozen=True, slots=True, kw_only=True)
class Bank:
    """An attempt asks `draw` of the questions; None stands for all."""

    id: str
    draw: int | None
    questions: tuple[Question, ...]

    @property
    def asked(self) -> int:
        return len(self.questions) if self.draw is None else min(self.draw, len(self.questions))


Banks: TypeAlias = tuple[Bank, ...]


def banks_from_json(banks: Sequence[Mapping[str, Any]]) -> Banks:
    """From what has the form of `application.shared.quiz_document`."""
    return tuple(
        Bank(id=bank["id"], draw=bank["draw"], questions=tuple(question_from_json(each) for each in bank["questions"]))
        for bank in banks
    )


def question_from_json(value: Mapping[str, Any]) -> Question:
    """As `banks_from_json`."""
    common = {name: value[name] for name in ("id", "kind", "prompt", "explanation", "points")}
    return Question(**common, task=_task(value))


def _task(value: Mapping[str, Any]) -> Task:
    return _TASKS[value["kind"]](value)


def _matching(value: Mapping[str, Any]) -> Matching:
    pairs = tuple(Pair(each["id"], each["left"], each["right"]) for each in value["pairs"])
    return Matching(pairs, tuple(value["distractors"]))


def _options(values: Sequence[Mapping[str, Any]]) -> tuple[Option, ...]:
    return tuple(Option(each["id"], each["text"]) for each in values)


_TASKS: dict[str, Callable[[Mapping[str, Any]], Task]] = {
    "single": lambda value: SingleChoice(_options(value["options"]), value["correct"]),
    "multiple": lambda value: MultipleChoice(_options(value["options"]), frozenset(value["correct"])),
    "true_false": lambda value: TrueFalse(value["correct"]),
    # JSON has one kind of number: 3.0 comes back as an integer.
    "numeric": lambda value: Numeric(float(value["correct"]), float(value["tolerance"])),
    "short_text": lambda value: ShortText(tuple(value["accepted"])),
    "ordering": lambda value: Ordering(_options(value["items"])),
    "matching": _matching,
}

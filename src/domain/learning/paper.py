"""What one attempt asks, and what its learner sees of it: drawn and shuffled by the attempt's seed alone.

Everything is ordered by a digest of seed and ids, so that any machine at any time makes the same paper of a seed. The
digest of an option is also the id under which this learner knows it: the author's ids may tell what is right.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b

from domain.learning.questions import Bank, Banks, Matching, MultipleChoice, Option, Ordering, Question, SingleChoice

SEED_BITS = 63
"""As many as a database's integer has."""


@dataclass(frozen=True, slots=True)
class Paper:
    """`shuffles` is about options that have an order of their own; items to be ordered are always shuffled."""

    seed: int
    questions: tuple[Question, ...]
    shuffles: bool

    def question(self, question_id: str) -> Question | None:
        return next((question for question in self.questions if question.id == question_id), None)

    def options(self, question: Question) -> tuple[Option, ...]:
        """What there is to choose, to order, or to match, under this learner's ids; empty for other kinds."""
        match question.task:
            case SingleChoice(options=options) | MultipleChoice(options=options):
                return self._known_as(question, options, is_shuffled=self.shuffles)
            case Ordering(items):
                return self._known_as(question, items, is_shuffled=True)
            case Matching(pairs):
                lefts = [Option(pair.id, pair.left) for pair in pairs]
                return self._known_as(question, lefts, is_shuffled=self.shuffles)
            case _:
                return ()

    def choices(self, question: Question) -> tuple[Option, ...]:
        """What a matching question's options are matched with; empty for other kinds."""
        if not isinstance(question.task, Matching):
            return ()
        # A right side has its pair's id, and must not be known by the same one.
        return self._known_as(question, question.task.choices, is_shuffled=True, side="right")

    def keys(self, question: Question, *, side: str = "") -> dict[str, str]:
        """The author's id by this learner's. `side` is `right` for the choices of a matching question."""
        found: Iterable[Option]
        match question.task:
            case SingleChoice(options=options) | MultipleChoice(options=options) | Ordering(items=options):
                found = options
            case Matching(pairs):
                found = question.task.choices if side else (Option(pair.id, pair.left) for pair in pairs)
            case _:
                found = ()
        return {_digest(self.seed, side, question.id, option.id): option.id for option in found}

    def _known_as(
        self, question: Question, options: Sequence[Option], *, is_shuffled: bool, side: str = ""
    ) -> tuple[Option, ...]:
        known = [replace(option, id=_digest(self.seed, side, question.id, option.id)) for option in options]
        return tuple(sorted(known, key=lambda option: option.id) if is_shuffled else known)


def drawn(banks: Banks, *, seed: int, shuffle: bool) -> tuple[str, ...]:
    """The ids of the questions that are asked: bank after bank, within a bank in the author's order or shuffled."""
    return tuple(question.id for bank in banks for question in _from_bank(bank, seed, shuffle=shuffle))


def paper_of(banks: Banks, question_ids: Iterable[str], *, seed: int, shuffles: bool) -> Paper:
    """The paper with these questions of the banks, in this order."""
    questions = {question.id: question for bank in banks for question in bank.questions}
    return Paper(seed, tuple(questions[key] for key in question_ids), shuffles)


def corrected(paper: Paper, banks: Banks) -> Paper:
    """The paper with what newer banks say of its questions; one that is gone, or of another kind now, stays."""
    newer = {question.id: question for bank in banks for question in bank.questions}
    return replace(paper, questions=tuple(_corrected(each, newer.get(each.id)) for each in paper.questions))


def _corrected(question: Question, newer: Question | None) -> Question:
    return newer if newer is not None and newer.kind == question.kind else question


def _from_bank(bank: Bank, seed: int, *, shuffle: bool) -> list[Question]:
    mixed = sorted(bank.questions, key=lambda question: _digest(seed, "draw", bank.id, question.id))[: bank.asked]
    return mixed if shuffle else [question for question in bank.questions if question in mixed]


def _digest(seed: int, *parts: str) -> str:
    # No part holds the separator: the author's ids are of letters, digits, - and _.
    return blake2b("/".join([str(seed), *parts]).encode(), digest_size=6).hexdigest()

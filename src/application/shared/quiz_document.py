"""A quiz as its author writes it: in requests, rows, documents, and answers to its author. Learners see none of it.

What the parts mean, and what no schema can say of them, is in `domain.learning`.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, TypeAlias

import msgspec
from msgspec import Meta

from domain.learning.quiz import Reveal, Scoring

MAXIMUM_BANKS = 50
MAXIMUM_QUESTIONS = 500
"""Of a whole quiz."""

PROMPT_LENGTH = 10_000
LONGEST_LIMIT = 30 * 24 * 3600

Key = Annotated[str, Meta(pattern="^[A-Za-z0-9_-]{1,40}$")]
"""Chosen by the author and kept from one version to the next, which is what a regrade goes by; not for learners."""

Words = Annotated[str, Meta(min_length=1, max_length=1000)]
Markdown = Annotated[str, Meta(max_length=PROMPT_LENGTH)]
Points = Annotated[int, Meta(ge=1, le=1000)]
Percent = Annotated[int, Meta(ge=0, le=100)]
Instant = Annotated[datetime, Meta(tz=True)]


class Closed(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    pass


class QuizSettings(Closed, frozen=True, kw_only=True):
    """An attempt ends after the time limit, at the closing time where `closing_ends_attempts`, or not by itself."""

    time_limit_seconds: Annotated[int, Meta(ge=10, le=LONGEST_LIMIT)] | None = None
    opens_at: Instant | None = None
    closes_at: Instant | None = None
    closing_ends_attempts: bool = True
    attempts_allowed: Annotated[int, Meta(ge=1, le=1000)] | None = None
    scoring: Scoring = Scoring.BEST
    pass_percent: Percent = 60
    shuffle_questions: bool = False
    shuffle_options: bool = True
    reveals: Reveal = Reveal.HANDED_IN


class Option(Closed, frozen=True, kw_only=True):
    id: Key
    text: Words


class Pair(Closed, frozen=True, kw_only=True):
    id: Key
    left: Words
    right: Words


class _Question(Closed, frozen=True, kw_only=True):
    """`prompt` and `explanation` are Markdown."""

    id: Key
    prompt: Annotated[str, Meta(min_length=1, max_length=PROMPT_LENGTH)]
    explanation: Markdown = ""
    points: Points = 1


Options = Annotated[Sequence[Option], Meta(min_length=2, max_length=20)]


class SingleChoiceQuestion(_Question, frozen=True, kw_only=True, tag_field="kind", tag="single"):
    """`correct` is the id of one option."""

    options: Options
    correct: Key


class MultipleChoiceQuestion(_Question, frozen=True, kw_only=True, tag_field="kind", tag="multiple"):
    """`correct` are the ids of all options that are right."""

    options: Options
    correct: Annotated[Sequence[Key], Meta(min_length=1, max_length=20)]


class TrueFalseQuestion(_Question, frozen=True, kw_only=True, tag_field="kind", tag="true_false"):
    correct: bool


class NumericQuestion(_Question, frozen=True, kw_only=True, tag_field="kind", tag="numeric"):
    """Right is what differs from `correct` by no more than `tolerance`."""

    correct: float
    tolerance: Annotated[float, Meta(ge=0)] = 0.0


class ShortTextQuestion(_Question, frozen=True, kw_only=True, tag_field="kind", tag="short_text"):
    """Case, width and blanks don't count."""

    accepted: Annotated[Sequence[Words], Meta(min_length=1, max_length=20)]


class OrderingQuestion(_Question, frozen=True, kw_only=True, tag_field="kind", tag="ordering"):
    """`items` stand in the right order."""

    items: Options


class MatchingQuestion(_Question, frozen=True, kw_only=True, tag_field="kind", tag="matching"):
    """`distractors` belong to no left side."""

    pairs: Annotated[Sequence[Pair], Meta(min_length=2, max_length=20)]
    distractors: Annotated[Sequence[Words], Meta(max_length=20)] = ()


QuestionDocument: TypeAlias = (
    SingleChoiceQuestion
    | MultipleChoiceQuestion
    | TrueFalseQuestion
    | NumericQuestion
    | ShortTextQuestion
    | OrderingQuestion
    | MatchingQuestion
)


class QuestionBank(Closed, frozen=True, kw_only=True):
    """An attempt asks `draw` of its questions, chosen at random; null asks all of them."""

    id: Key
    title: Annotated[str, Meta(max_length=200)] = ""
    draw: Annotated[int, Meta(ge=1, le=MAXIMUM_QUESTIONS)] | None = None
    questions: Annotated[Sequence[QuestionDocument], Meta(max_length=MAXIMUM_QUESTIONS)]


Banks = Annotated[Sequence[QuestionBank], Meta(max_length=MAXIMUM_BANKS)]

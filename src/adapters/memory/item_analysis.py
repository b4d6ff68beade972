from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from adapters.memory.attempts import work_of
from adapters.memory.tables import MemoryTables
from application.learning.analytics_queries import ItemFacts
from application.learning.attempt_views import OptionView
from domain.catalog.lesson_content import Quiz
from domain.learning.attempt import Attempt
from domain.learning.grading import HUNDREDTHS
from domain.learning.item_analysis import ItemSums, Mark
from domain.shared.ids import EnrollmentId, LessonId


@dataclass(frozen=True, slots=True)
class _Met:
    """A question as one learner met it."""

    question_id: str
    kind: str
    answer: Any
    mark: Mark


def items_of(tables: MemoryTables, lesson_id: LessonId) -> list[ItemFacts]:
    """As `AnalyticsQueries.items`, of a quiz; nothing of one that was never published."""
    versions = [number for key, number in tables.lesson_versions if key == lesson_id]
    if not versions:
        return []
    content = tables.lesson_versions[lesson_id, max(versions)].content
    assert isinstance(content, Quiz), "a lesson keeps its kind"
    met = [each for attempt in _first_attempts(tables, lesson_id) for each in _met(tables, attempt)]
    return [_facts(question, met) for bank in content.banks for question in bank["questions"]]


def _first_attempts(tables: MemoryTables, lesson_id: LessonId) -> list[Attempt]:
    first: dict[EnrollmentId, Attempt] = {}
    for attempt in sorted(tables.attempts.values(), key=lambda attempt: attempt.number):
        if attempt.lesson_id == lesson_id and not attempt.is_open:
            first.setdefault(attempt.enrollment_id, attempt)
    return list(first.values())


def _met(tables: MemoryTables, attempt: Attempt) -> Iterator[_Met]:
    assert attempt.score is not None, "it was handed in"
    earned, possible = attempt.score.earned, attempt.score.possible
    for question in work_of(tables, attempt).paper(attempt).questions:
        answer = tables.answers[attempt.id, question.id]
        assert answer.awarded is not None, "it was handed in"
        mark = Mark.of(answer.awarded, question.points * HUNDREDTHS, earned=earned, possible=possible)
        yield _Met(question.id, question.kind, answer.answer, mark)


def _facts(question: dict[str, Any], met: list[_Met]) -> ItemFacts:
    theirs = [each for each in met if (each.question_id, each.kind) == (question["id"], question["kind"])]
    sums = ItemSums.of([each.mark for each in theirs])
    has_options = question["kind"] in {"single", "multiple"}
    answers = [each.answer for each in theirs if each.answer is not None]
    chosen = (option for answer in answers for option in (answer if isinstance(answer, list) else [answer]))
    correct = question["correct"] if has_options else []
    return ItemFacts(
        question_id=question["id"],
        kind=question["kind"],
        prompt=question["prompt"],
        n=sums.n,
        blank=len(theirs) - len(answers),
        x=sums.x,
        r=sums.r,
        xx=sums.xx,
        rr=sums.rr,
        xr=sums.xr,
        options=[OptionView(each["id"], each["text"]) for each in question["options"]] if has_options else [],
        correct=[correct] if isinstance(correct, str) else correct,
        chosen=Counter(chosen) if has_options else {},
    )

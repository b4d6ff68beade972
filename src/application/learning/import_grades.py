from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from application.learning.admission import assert_teaches_lesson
from application.learning.grading_step import grade
from application.learning.learner_table import LearnerRow, LearnerTable, RowsInvalid, read_learners, row_error
from application.learning.submission_ports import SubmissionAtHand, SubmissionUnit
from application.learning.submission_views import GradeImportReport
from application.shared.actor import Actor
from application.shared.clock import Clock, NewId
from application.shared.unit import Begin
from domain.learning.grading import HUNDREDTHS
from domain.learning.submission import GradeInvalid, Verdict
from domain.shared.errors import FieldError
from domain.shared.ids import LessonId, UserId

MOST_ERRORS = 100
POINTS, COMMENT = "points", "comment"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportGrades:
    """`source` is CSV as `read_learners` reads it, with points and, if there are any, comments."""

    actor: Actor
    lesson_id: LessonId
    source: bytes


class ImportGradesHandler:
    """Grades the newest submission of each learner in a table, all or none; the same table again changes nothing."""

    def __init__(self, begin: Begin[SubmissionUnit], clock: Clock, new_id: NewId) -> None:
        self._begin = begin
        self._clock = clock
        self._new_id = new_id

    async def __call__(self, command: ImportGrades) -> GradeImportReport:
        """What became of the rows. Rows without points are passed over: they are of who has no grade yet.

        Raises:
            LessonNotFound, CourseNotYours: as `assert_teaches_lesson` says.
            NoAssignment: it is no assignment.
            TableUnreadable: the file is no table of learners with points.
            RowsInvalid: with the first hundred rows that can't be taken, each by line and column.
        """
        actor, now = command.actor, self._clock()
        async with self._begin() as unit:
            assert_teaches_lesson(await unit.offers.of_lesson(command.lesson_id), actor)
            rules = await unit.submissions.rules(command.lesson_id)
            table = read_learners(command.source, needed=(POINTS,), more=(COMMENT,))
            rows = [row for row in table.rows if row.values[POINTS]]
            known = await unit.learners.find_all(row.reference for row in rows) if rows else {}
            found = await unit.submissions.newest(command.lesson_id, set(known.values())) if known else {}
            errors = [*table.errors, *_unusable(rows, known, found)]
            changed = 0
            for row in rows if not errors else []:
                try:
                    verdict = Verdict(points=_hundredths(row.values[POINTS]), comment=_comment(row))
                    theirs = found[known[row.reference]]
                    changed += await grade(unit, theirs, verdict, rules, actor=actor, new_id=self._new_id, at=now)
                except GradeInvalid as refusal:
                    errors += [_in_row(row, error) for error in refusal.errors]
            _assert_none(table, errors)
            await unit.commit()
        return GradeImportReport(graded=changed, unchanged=len(rows) - changed, ignored_columns=table.ignored)


def _unusable(
    rows: list[LearnerRow], known: Mapping[str, UserId], found: Mapping[UserId, SubmissionAtHand]
) -> Iterator[FieldError]:
    seen: set[UserId] = set()
    for row in rows:
        user_id = known.get(row.reference)
        if user_id is None:
            yield row_error(row, "user.not_found", "nobody is known by this")
        elif user_id in seen:
            yield row_error(row, "row.repeated", "stands in a row before")
        elif user_id not in found:
            yield row_error(row, "submission.not_found", "has handed in nothing")
        if user_id is not None:
            seen.add(user_id)
        if _hundredths(row.values[POINTS]) is None:
            yield row_error(row, "number.invalid", "is no number with at most two decimals", column=POINTS)


def _hundredths(text: str) -> int | None:
    """Also with a comma for the decimals, as Indonesian spreadsheets write them."""
    try:
        exact = Decimal(text.strip().replace(",", ".")) * HUNDREDTHS
        return int(exact) if exact == exact.to_integral_value() else None
    except (InvalidOperation, ValueError, OverflowError):
        return None


def _comment(row: LearnerRow) -> str:
    # The table of grades has an apostrophe before what a spreadsheet would take for a formula.
    text = row.values.get(COMMENT, "").strip()
    return text[1:] if text[:1] == "'" and text[1:2] in {"=", "+", "-", "@"} else text


def _in_row(row: LearnerRow, error: FieldError) -> FieldError:
    return row_error(row, error.code, error.detail, column=error.pointer.removeprefix("/") or POINTS)


def _assert_none(table: LearnerTable, errors: list[FieldError]) -> None:
    if errors:
        detail = f"{len(errors)} of {len(table.rows)} rows can't be taken, so nothing was graded."
        raise RowsInvalid(detail, errors=sorted(errors, key=_line)[:MOST_ERRORS])


def _line(error: FieldError) -> int:
    return int(error.pointer.split("/")[1])

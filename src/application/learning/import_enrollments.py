from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from application.learning.admission import admit, assert_teaches
from application.learning.learner_table import LearnerTable, RowsInvalid, read_learners, row_error
from application.learning.ports import LearningUnit
from application.learning.queries import EnrollmentImportReport
from application.shared.actor import Actor
from application.shared.clock import Clock, NewId
from application.shared.unit import Begin
from domain.learning.enrollment import Offer, OwnCourse
from domain.shared.errors import FieldError
from domain.shared.ids import CourseId, UserId

MOST_ERRORS = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportEnrollments:
    """`source` is CSV as `read_learners` reads it."""

    actor: Actor
    course_id: CourseId
    source: bytes


class ImportEnrollmentsHandler:
    """Brings all learners of a table in, or none; the same table again changes nothing."""

    def __init__(self, begin: Begin[LearningUnit], clock: Clock, new_id: NewId) -> None:
        self._begin = begin
        self._clock = clock
        self._new_id = new_id

    async def __call__(self, command: ImportEnrollments) -> EnrollmentImportReport:
        """What became of the rows.

        Raises:
            CourseNotFound, CourseNotYours: as `assert_teaches` says.
            TableUnreadable: the file is no table of learners.
            RowsInvalid: with the first hundred rows that can't be taken, each by line and column.
            EnrollmentClosed, CourseFull: as `Offer.assert_admits` says; seats are for all of them, or for none.
        """
        actor = command.actor
        async with self._begin() as unit:
            offer = await unit.offers.get(command.course_id)
            assert_teaches(offer, actor)
            table = read_learners(command.source)
            known = await unit.learners.find_all(row.reference for row in table.rows) if table.rows else {}
            errors = sorted([*table.errors, *_unusable(table, known, offer)], key=_line)
            if errors:
                detail = f"{len(errors)} rows can't be taken, so nobody was enrolled."
                raise RowsInvalid(detail, errors=errors[:MOST_ERRORS])
            wanted = sorted(set(known.values()))
            admission = await admit(unit, offer, wanted, actor=actor, new_id=self._new_id, at=self._clock())
            await unit.commit()
        return EnrollmentImportReport(
            enrolled=admission.new,
            resumed=admission.back,
            unchanged=len(wanted) - admission.new - admission.back,
            ignored_columns=table.ignored,
        )


def _unusable(table: LearnerTable, known: Mapping[str, UserId], offer: Offer) -> Iterator[FieldError]:
    for row in table.rows:
        if row.reference not in known:
            yield row_error(row, "user.not_found", "nobody is known by this")
        elif known[row.reference] == offer.owner_id:
            yield row_error(row, OwnCourse.code, "owns this course")


def _line(error: FieldError) -> int:
    return int(error.pointer.split("/")[1])

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import islice
from typing import BinaryIO

from application.catalog.course_table import CourseTable, RowError
from application.catalog.import_run import ImportRun
from application.catalog.ports import CatalogUnit
from application.shared.actor import OPERATOR, Actor
from application.shared.clock import Clock, NewId
from application.shared.unit import Begin
from domain.catalog.course import CourseStatus
from domain.shared.errors import NotFound
from domain.shared.ids import UserId
from domain.shared.rich_text import Render

BATCH = 500


class OwnerNotFound(NotFound):
    code = "import.owner_not_found"


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportCourses:
    """`source` is CSV as `CourseTable` reads it, with its `mapping` and `language`.

    `status` is for courses that are new; `owner`, an id or an email address, is who they belong to, None for nobody.
    `go_on` imports the good rows although others are bad; without it nothing is. `dry_run` only says what would happen.
    """

    source: BinaryIO
    actor: Actor = OPERATOR
    status: CourseStatus = CourseStatus.PUBLISHED
    language: str | None = None
    mapping: Mapping[str, str] = field(default_factory=dict)
    owner: str | None = None
    go_on: bool = False
    dry_run: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportReport:
    """Numbers of courses; `imported` says whether they are stored now. `errors` are in the order of the file."""

    created: int
    changed: int
    unchanged: int
    errors: tuple[RowError, ...]
    ignored_columns: tuple[str, ...]
    imported: bool

    @property
    def refused(self) -> int:
        """Rows with errors."""
        return len({error.line for error in self.errors})


class ImportCoursesHandler:
    """Takes over a table of courses in one transaction; the same table again changes nothing (by external id)."""

    def __init__(self, begin: Begin[CatalogUnit], clock: Clock, new_id: NewId, render: Render) -> None:
        self._begin = begin
        self._clock = clock
        self._new_id = new_id
        self._render = render

    async def __call__(self, command: ImportCourses) -> ImportReport:
        """What became of the rows.

        Raises:
            TableUnreadable: the file is no table of courses, or stops being one.
            OwnerNotFound: nobody is known by `owner`.
            ExternalIdTaken: another import ran at the same time.
        """
        table = CourseTable(command.source, mapping=command.mapping, language=command.language)
        async with self._begin() as unit:
            run = ImportRun(
                unit, table, actor=command.actor, owner=await _owner(unit, command.owner),
                status=command.status, at=self._clock(), new_id=self._new_id, render=self._render,
            )  # fmt: skip
            # The graph is locked before any course is: that is the lock order.
            if table.has("prerequisite_ids"):
                await unit.courses.lock_prerequisites()
            rows = table.rows()
            while batch := list(islice(rows, BATCH)):
                await run.take(batch)
            await run.connect()
            imported = not command.dry_run and (command.go_on or not run.errors)
            if imported:
                await unit.commit()
        return ImportReport(
            created=len(run.created),
            changed=len(run.changed),
            unchanged=len(run.unchanged),
            errors=tuple(sorted(run.errors, key=lambda error: error.line)),
            ignored_columns=table.ignored,
            imported=imported,
        )


async def _owner(unit: CatalogUnit, reference: str | None) -> UserId | None:
    if reference is None:
        return None
    owner = await unit.owners.find(reference)
    if owner is None:
        raise OwnerNotFound(f"There is no user {reference}.")
    return owner

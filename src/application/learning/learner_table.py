"""A table of learners as CSV (RFC 4180, UTF-8): each row names one by id or by email address."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from domain.shared.errors import FieldError, Invalid

COLUMNS = ("user_id", "email")
"""A row counts by the first of these that it fills."""


class TableUnreadable(Invalid):
    """The file as a whole is no table of learners; the message says why, and where."""

    code = "import.unreadable"


class RowsInvalid(Invalid):
    """Some rows can't be taken, so none is. `errors` name line and column: `/7/email`."""

    code = "enrollment.rows_invalid"


@dataclass(frozen=True, slots=True)
class LearnerRow:
    """`line` is where it begins, counted from 1; `reference` is an id or an address in lower case.

    `values` are the cells of the other columns that were asked for, trimmed; of those that are not there none.
    """

    line: int
    column: str
    reference: str
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LearnerTable:
    """`errors` are of rows that name nobody; `ignored` are the columns that mean nothing here."""

    rows: tuple[LearnerRow, ...]
    errors: tuple[FieldError, ...]
    ignored: tuple[str, ...]


def read_learners(source: bytes, *, needed: Sequence[str] = (), more: Sequence[str] = ()) -> LearnerTable:
    """The rows, with the values of the columns that are `needed` besides, and of those that may be there.

    Raises:
        TableUnreadable: it is no CSV, or a column is missing, or there twice.
    """
    header, *lines = list(_lines(_decoded(source))) or [(1, [])]
    names = [name.strip() for name in header[1]]
    _assert_header(names, needed, more)
    wanted = [name for name in (*needed, *more) if name in names]
    read = [_row(line, names, cells, wanted) for line, cells in lines]
    return LearnerTable(
        rows=tuple(row for row in read if isinstance(row, LearnerRow)),
        errors=tuple(row for row in read if isinstance(row, FieldError)),
        ignored=tuple(name for name in names if name not in {*COLUMNS, *wanted}),
    )


def row_error(row: LearnerRow, code: str, detail: str, *, column: str | None = None) -> FieldError:
    """About the cell that names the learner, unless another column is named."""
    where = column or row.column
    return FieldError(f"/{row.line}/{where}", code, f"line {row.line}, column {where}: {detail}")


def _decoded(source: bytes) -> str:
    try:
        return source.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = source.count(b"\n", 0, error.start) + 1
        raise TableUnreadable(f"Line {line} is not UTF-8; save the file as UTF-8.") from error


def _lines(text: str) -> Iterator[tuple[int, list[str]]]:
    """Rows with the line that each begins on, empty ones left out."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    line = 1
    try:
        for cells in reader:
            if any(cells):
                yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        raise TableUnreadable(f"Line {reader.line_num} is not CSV: {error}.") from error


def _assert_header(names: list[str], needed: Sequence[str], more: Sequence[str]) -> None:
    if not any(name in names for name in COLUMNS):
        found = ", ".join(names) or "none"
        raise TableUnreadable(f"The header has neither {' nor '.join(COLUMNS)}; its columns are {found[:200]}.")
    missing = next((name for name in needed if name not in names), None)
    if missing is not None:
        raise TableUnreadable(f"The header lacks {missing}; its columns are {', '.join(names)[:200]}.")
    doubled = next((name for name in (*COLUMNS, *needed, *more) if names.count(name) > 1), None)
    if doubled is not None:
        raise TableUnreadable(f"More than one column is {doubled}.")


def _row(line: int, names: list[str], cells: list[str], wanted: Sequence[str]) -> LearnerRow | FieldError:
    if len(cells) != len(names):
        detail = f"line {line}: has {len(cells)} cells where the header has {len(names)}"
        return FieldError(f"/{line}", "row.cells", detail)
    values = dict(zip(names, cells, strict=True))
    present = [name for name in COLUMNS if name in names]
    filled = next((name for name in present if values[name].strip()), present[0])
    more = {name: values[name].strip() for name in wanted}
    row = LearnerRow(line, filled, values[filled].strip().lower(), more)
    if not row.reference:
        return row_error(row, "text.empty", "is empty")
    if not row.reference.isprintable():
        return row_error(row, "text.character", "holds a character that has no place in it")
    return row

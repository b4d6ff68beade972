"""A table of courses as CSV (RFC 4180, UTF-8): one row read at a time, each either understood or told what is wrong."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, BinaryIO

from application.catalog.course_changes import CourseChanges
from application.shared.unchanged import UNCHANGED
from domain.catalog.content import text_errors
from domain.shared.errors import Invalid

MAXIMUM_BYTES = 50 * 1024 * 1024
EXTERNAL_ID_LENGTH = 100
FIELDS = (
    "external_id", "title", "summary", "description", "language", "level", "tags", "cover_url", "prerequisite_ids",
)  # fmt: skip
REQUIRED = ("external_id", "title")
_TEXTS = ("title", "summary", "description", "cover_url")


class TableUnreadable(Invalid):
    """The file as a whole is no table of courses; the message says why, and where."""

    code = "import.unreadable"


@dataclass(frozen=True, slots=True)
class RowError:
    """What is wrong with a row: the line of the file on which it begins, and the column by its name in the header."""

    line: int
    column: str | None
    detail: str

    def __str__(self) -> str:
        place = f"line {self.line}" if self.column is None else f"line {self.line}, column {self.column}"
        return f"{place}: {self.detail}"


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseRow:
    """`changes` holds the columns that the file has; `prerequisite_ids` are external ids, None without that column."""

    line: int
    external_id: str
    changes: CourseChanges
    prerequisite_ids: tuple[str, ...] | None


class CourseTable:
    """The rows of a file, read as they are asked for. `ignored` names the columns that mean nothing here."""

    def __init__(self, source: BinaryIO, *, mapping: Mapping[str, str], language: str | None) -> None:
        """`mapping` says of columns by what field they go (`{"fields": "tags"}`); `language` is for rows without one.

        Raises:
            TableUnreadable: the header is no good.
        """
        self._language = language
        self._reader = csv.reader(_lines(source), strict=True)
        self._header = [name.strip() for name in self._next() or ()]
        given = [mapping.get(name, name) for name in self._header]
        _check_header(given, self._header, mapping)
        self._places = {field: place for place, field in enumerate(given) if field in FIELDS}
        self.ignored = tuple(name for name, field in zip(self._header, given, strict=True) if field not in FIELDS)

    def rows(self) -> Iterator[CourseRow | list[RowError]]:
        """Raises TableUnreadable where the file stops making sense."""
        seen: dict[str, int] = {}
        line = self._reader.line_num + 1
        while (cells := self._next()) is not None:
            if cells:
                row = self._row(line, cells)
                yield row if isinstance(row, list) else self._first_of_its_id(row, seen)
            line = self._reader.line_num + 1

    def column(self, field: str) -> str:
        """What the file calls a field; the field's own name where it has no such column."""
        place = self._places.get(field)
        return field if place is None else self._header[place]

    def has(self, field: str) -> bool:
        return field in self._places

    def _next(self) -> list[str] | None:
        try:
            return next(self._reader, None)
        except csv.Error as error:
            raise TableUnreadable(f"Line {self._reader.line_num} is not CSV: {error}.") from error

    def _row(self, line: int, cells: list[str]) -> CourseRow | list[RowError]:
        if len(cells) != len(self._header):
            return [RowError(line, None, f"has {len(cells)} cells where the header has {len(self._header)}")]
        values = {field: cells[place].strip() for field, place in self._places.items()}
        external_id = values["external_id"]
        problems = [error.detail for error in text_errors("", external_id, EXTERNAL_ID_LENGTH)]
        if not external_id:
            problems = ["is empty"]
        if problems:
            return [RowError(line, self.column("external_id"), detail) for detail in problems]
        return CourseRow(
            line=line,
            external_id=external_id,
            changes=self._changes(values),
            prerequisite_ids=_listed(values["prerequisite_ids"]) if "prerequisite_ids" in values else None,
        )

    def _changes(self, values: Mapping[str, str]) -> CourseChanges:
        given: dict[str, Any] = {name: values[name] for name in _TEXTS if name in values}
        if "level" in values:
            given["level"] = values["level"].lower() or None
        if "tags" in values:
            given["tags"] = _listed(values["tags"])
        given["language"] = values.get("language") or self._language or UNCHANGED
        return CourseChanges(**given)

    def _first_of_its_id(self, row: CourseRow, seen: dict[str, int]) -> CourseRow | list[RowError]:
        first = seen.setdefault(row.external_id, row.line)
        if first == row.line:
            return row
        return [RowError(row.line, self.column("external_id"), f"{row.external_id} stands on line {first} already")]


def _check_header(given: list[str], header: list[str], mapping: Mapping[str, str]) -> None:
    for field in mapping.values():
        if field not in FIELDS:
            raise TableUnreadable(f"There is no field {field}; the fields are {', '.join(FIELDS)}.")
    for column in mapping:
        if column not in header:
            raise TableUnreadable(f"There is no column {column}; the columns are {', '.join(header) or 'none'}.")
    missing = [field for field in REQUIRED if field not in given]
    if missing:
        raise TableUnreadable(
            f"The header lacks {' and '.join(missing)}; its columns are {', '.join(header) or 'none'}."
        )
    doubled = [field for field in FIELDS if given.count(field) > 1]
    if doubled:
        raise TableUnreadable(f"More than one column is {' and '.join(doubled)}.")


def _listed(cell: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in cell.replace("|", ";").split(";") if part.strip())


def _lines(source: BinaryIO) -> Iterable[str]:
    """Physical lines with their ends, without a byte order mark."""
    # Undecodable bytes become lone surrogates, which no UTF-8 decodes to: so the line that holds one can be named.
    text = io.TextIOWrapper(source, encoding="utf-8-sig", errors="surrogateescape", newline="")
    size = 0
    for number, line in enumerate(text, start=1):
        try:
            size += len(line.encode())
        except UnicodeEncodeError as error:
            raise TableUnreadable(f"Line {number} is not UTF-8; save the file as UTF-8.") from error
        if size > MAXIMUM_BYTES:
            raise TableUnreadable(f"The file is larger than {MAXIMUM_BYTES // 1024**2} MB.")
        yield line
    text.detach()

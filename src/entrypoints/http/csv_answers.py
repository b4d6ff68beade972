"""Tables as CSV (RFC 4180) for spreadsheets: UTF-8 with a byte order mark, and nothing that runs as a formula."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Any

from litestar import Request
from litestar.response.base import ASGIResponse

from application.shared.encoded import Encoded, content_tag
from entrypoints.http.answers import answer

# What spreadsheets take for the beginning of a formula (OWASP, "CSV injection").
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_answer(
    request: Request[Any, Any, Any], header: Sequence[str], rows: Iterable[Sequence[object]], file_name: str
) -> ASGIResponse:
    """A file to download. Texts that look like a formula get an apostrophe in front; None is an empty cell."""
    target = io.StringIO(newline="")
    writer = csv.writer(target)
    writer.writerow(header)
    writer.writerows([_cell(value) for value in row] for row in rows)
    # With the mark, spreadsheets read it as UTF-8; without it, as whatever their language had in 1995.
    body = target.getvalue().encode("utf-8-sig")
    headers = {"Content-Disposition": f'attachment; filename="{file_name}"'}
    table: Encoded[Any] = Encoded(body, content_tag(body))
    return answer(request, table, headers=headers, media_type="text/csv; charset=utf-8")


def _cell(value: object) -> object:
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return "" if value is None else value

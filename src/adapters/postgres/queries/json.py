"""Views as PostgreSQL builds them: the bytes pass through to the client as they are."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, literal_column
from sqlalchemy.sql.elements import ColumnElement


def json_object(fields: dict[str, ColumnElement[Any]]) -> ColumnElement[Any]:
    """`json_build_object` with these fields. Keys are literals: as parameters they would be sent with each call."""
    arguments: list[ColumnElement[Any]] = []
    for name, value in fields.items():
        arguments += (literal_column(f"'{name}'"), value)
    return func.json_build_object(*arguments)


def page_body(items: Sequence[bytes], next_cursor: str | None) -> bytes:
    """The JSON of a page: `{"items": [...], "next_cursor": ...}`; cursors need no escaping."""
    cursor = b"null" if next_cursor is None else b'"' + next_cursor.encode() + b'"'
    return b'{"items":[' + b",".join(items) + b'],"next_cursor":' + cursor + b"}"

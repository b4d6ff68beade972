"""Two versions of a lesson side by side: a unified diff for each field that is different."""

from collections.abc import Iterator, Sequence
from difflib import unified_diff
from typing import Any
from uuid import UUID

import msgspec

from application.catalog.content_queries import LessonVersionView

CAREFUL_LINES = 500
"""So many lines on either side are compared one by one; of more, everything between what is equal at both ends is one
change. The comparison takes time by the square and worse."""


class FieldDifference(msgspec.Struct, frozen=True):
    """`diff` is a unified diff with three lines around each change, without names of files."""

    field: str
    diff: str


class LessonComparison(msgspec.Struct, frozen=True, kw_only=True, rename={"first": "from", "second": "to"}):
    lesson_id: UUID
    first: int
    second: int
    fields: Sequence[FieldDifference]


def compared(one: LessonVersionView, other: LessonVersionView) -> LessonComparison:
    """What changed from one version to the other; fields that are the same are left out."""
    before, after = _fields(one), _fields(other)
    # A lesson keeps its kind, so both have the same fields.
    differences = [
        FieldDifference(name, _diff(before[name], after[name])) for name in before if before[name] != after[name]
    ]
    return LessonComparison(lesson_id=one.lesson_id, first=one.number, second=other.number, fields=differences)


def _fields(version: LessonVersionView) -> dict[str, str]:
    content: dict[str, Any] = msgspec.structs.asdict(version.content)
    # The HTML follows from the Markdown.
    return {"title": version.title, **{name: _text(value) for name, value in content.items() if name != "html"}}


def _text(value: Any) -> str:
    if isinstance(value, msgspec.Struct | list):
        # One line for each part, so that a diff shows the part that is different.
        return msgspec.json.format(msgspec.json.encode(value)).decode()
    return "" if value is None else str(value)


def _diff(before: str, after: str) -> str:
    one, other = before.splitlines(), after.splitlines()
    lines = list(_whole_block(one, other) if max(len(one), len(other)) > CAREFUL_LINES else _by_line(one, other))
    return "\n".join(lines)


def _by_line(one: Sequence[str], other: Sequence[str]) -> Iterator[str]:
    # The first two lines name files, and there are none.
    return (line for place, line in enumerate(unified_diff(one, other, lineterm="")) if place > 1)


def _whole_block(one: Sequence[str], other: Sequence[str]) -> Iterator[str]:
    shortest = min(len(one), len(other))
    start = next((n for n in range(shortest) if one[n] != other[n]), shortest)
    left = shortest - start
    end = next((n for n in range(left) if one[-1 - n] != other[-1 - n]), left)
    gone, come = one[start : len(one) - end], other[start : len(other) - end]
    yield f"@@ -{_range(start, gone)} +{_range(start, come)} @@"
    yield from (f"-{line}" for line in gone)
    yield from (f"+{line}" for line in come)


def _range(start: int, lines: Sequence[str]) -> str:
    """Of an empty range the line before it is named."""
    return f"{start + 1 if lines else start},{len(lines)}"

"""A value from JSON of unknown form: everything that is wrong is noted, with a JSON pointer to its place."""

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from domain.shared.errors import FieldError

KEY = re.compile("[a-z0-9_]{1,40}")


class _Absent(Enum):
    ABSENT = "absent"


ABSENT = _Absent.ABSENT


@dataclass(frozen=True, slots=True)
class Place:
    """What stands at a place. Where nothing stands, which was noted, whatever is asked of it is None or empty."""

    value: Any
    pointer: str = ""
    errors: list[FieldError] = field(default_factory=list)

    def note(self, code: str, detail: str) -> None:
        self.errors.append(FieldError(self.pointer, code, detail))

    def fields(self, *names: str) -> dict[str, "Place"]:
        """Those of an object that has exactly these."""
        found = self.entries()
        for name in sorted(found.keys() - set(names)):
            found[name].note("unknown", "no such field")
        return {name: found.get(name) or self._missing(name) for name in names}

    def entries(self) -> dict[str, "Place"]:
        """Those of an object with names of any kind."""
        if isinstance(self.value, Mapping):
            return {name: self._below(name, value) for name, value in self.value.items()}
        self._wrong("is no object")
        return {}

    def items(self, *, most: int) -> list["Place"]:
        if not isinstance(self.value, Sequence) or isinstance(self.value, str):
            self._wrong("is no list")
            return []
        if len(self.value) > most:
            self.note("list.too_long", f"has more than {most} entries")
        return [self._below(str(number), value) for number, value in enumerate(self.value[:most])]

    def whole(self, least: int, most: int) -> int | None:
        """A whole number within these bounds, however it is written: to JSON 76.0 is one."""
        number = whole(self.value)
        if number is None:
            self._wrong("is no whole number")
            return None
        if not least <= number <= most:
            self.note("number.out_of_range", f"is not within {least} and {most}")
            return None
        return number

    def text(self, *, most: int) -> str | None:
        if not isinstance(self.value, str):
            self._wrong("is no text")
            return None
        wrong = next((c for c in self.value if unicodedata.category(c) in {"Cc", "Cs"}), None)
        if wrong is not None:
            self.note("text.character", f"holds the character U+{ord(wrong):04X}, which has no place in it")
        if not self.value.strip():
            self.note("text.empty", "is empty")
        if len(self.value) > most:
            self.note("text.too_long", f"is longer than {most} characters")
        return self.value

    def key(self) -> str | None:
        if isinstance(self.value, str) and KEY.fullmatch(self.value):
            return self.value
        self._wrong("is not made of 1 to 40 of a-z, 0-9 and _")
        return None

    def one_of(self, names: Collection[str], code: str) -> str | None:
        if isinstance(self.value, str) and self.value in names:
            return self.value
        if self.value is not ABSENT:
            self.note(code, f"is none of {', '.join(names)}")
        return None

    def _below(self, name: str, value: Any) -> "Place":
        # RFC 6901, 3.
        return Place(value, f"{self.pointer}/{name.replace('~', '~0').replace('/', '~1')}", self.errors)

    def _missing(self, name: str) -> "Place":
        place = self._below(name, ABSENT)
        if isinstance(self.value, Mapping):
            place.note("missing", "is missing")
        return place

    def _wrong(self, detail: str) -> None:
        if self.value is not ABSENT:
            self.note("invalid", detail)


def whole(value: Any) -> int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, int) else None

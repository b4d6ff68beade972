"""Merge patch (RFC 7396) in plain values: absent means unchanged, None clears."""

from enum import Enum
from typing import Final, Literal, TypeVar

Value = TypeVar("Value")


class _Unchanged(Enum):
    UNCHANGED = "unchanged"


Unchanged = Literal[_Unchanged.UNCHANGED]
UNCHANGED: Final = _Unchanged.UNCHANGED


def merged(wanted: Value | Unchanged, present: Value) -> Value:
    return present if isinstance(wanted, _Unchanged) else wanted

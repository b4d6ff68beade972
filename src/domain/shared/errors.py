"""The kinds of refusal: what was asked can't be done, and whoever asked can be told why.

A concrete refusal lives beside the code that raises it, derives from one of these kinds, and carries a stable code.
The HTTP edge maps kinds to statuses; nothing in here knows of HTTP.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class FieldError:
    """One field that is wrong: a JSON pointer (RFC 6901) to it, a stable code, and words for a person."""

    pointer: str
    code: str
    detail: str


class Refusal(Exception):
    """Base of every refusal. `code` is stable and public (`course.not_found`); `detail` is for a person."""

    code: ClassVar[str]

    def __init__(self, detail: str = "", *, errors: Sequence[FieldError] = ()) -> None:
        super().__init__(detail)
        self.detail = detail
        self.errors = tuple(errors)


class Invalid(Refusal):
    """What was sent breaks a rule about its form or values; `errors` name the fields."""


class Unauthenticated(Refusal):
    """Nobody is signed in, or what was shown proves nothing."""


class Forbidden(Refusal):
    """Signed in, but the role or the relation to the thing lacks the right."""


class NotFound(Refusal):
    """No such thing, or not for these eyes."""


class Conflict(Refusal):
    """The thing's present state, or another thing's, stands against it."""


class Stale(Refusal):
    """The thing has changed since it was read."""


class Unavailable(Refusal):
    """A part that we depend on is away; the same request may work in `retry_after` seconds."""

    def __init__(self, detail: str = "", *, retry_after: int = 1) -> None:
        super().__init__(detail)
        self.retry_after = retry_after

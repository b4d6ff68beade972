from dataclasses import dataclass
from hashlib import sha256
from typing import Generic, TypeVar

View = TypeVar("View")


@dataclass(frozen=True, slots=True)
class Encoded(Generic[View]):
    """JSON bytes that are known to be a `View`, and the tag of the state that they show.

    `tag` is opaque and changes whenever the body would (it becomes the HTTP ETag).
    """

    body: bytes
    tag: str


def content_tag(body: bytes) -> str:
    """A tag for a body whose state has no version of its own."""
    # Of the standard library's digests the quickest where the processor helps, as it does nearly everywhere.
    return sha256(body).hexdigest()[:18]

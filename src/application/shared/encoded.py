from dataclasses import dataclass
from hashlib import blake2b
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
    return blake2b(body, digest_size=9).hexdigest()

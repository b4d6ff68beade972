from collections.abc import Mapping
from typing import Any


def header_of(scope: Mapping[str, Any], name: bytes) -> str | None:
    """The first header of that name, in lower case, of a request.

    Read off the scope: `request.headers` decodes and copies them all, on every request, for the sake of one.
    """
    for field, value in scope["headers"]:
        if field == name:
            text: str = value.decode("latin-1")
            return text
    return None

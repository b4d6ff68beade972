"""Cross-origin requests (the Fetch standard's CORS protocol), for the origins that the settings name."""

from collections.abc import Mapping, Sequence
from typing import Any

Field = tuple[bytes, bytes]

_EXPOSED = b"ETag, Location, Retry-After, X-Request-Id, Content-Language"
_REQUEST_HEADERS = "Authorization, Content-Type, If-Match, If-None-Match, Idempotency-Key, Accept-Language"
_PREFLIGHT_SECONDS = 600


class Cors:
    """`origins` are those of front ends; `*` is any. No origins, no header: browsers then keep others out."""

    def __init__(self, origins: Sequence[str]) -> None:
        self._origins = frozenset(origin.rstrip("/").encode() for origin in origins)

    def headers(self, scope: Mapping[str, Any]) -> list[Field]:
        """What every answer to this request carries, errors included: a browser shows none of it otherwise."""
        if not self._origins:
            return []
        allowed = self._allowed(scope)
        if allowed is None:
            return [(b"vary", b"Origin")]
        return [
            (b"vary", b"Origin"),
            (b"access-control-allow-origin", allowed),
            (b"access-control-expose-headers", _EXPOSED),
        ]

    def preflight(self, scope: Mapping[str, Any], methods: Sequence[str]) -> dict[str, str]:
        """What the answer to OPTIONS says beyond that; nothing to an origin that isn't ours."""
        if not self._origins or self._allowed(scope) is None:
            return {}
        return {
            "Access-Control-Allow-Methods": ", ".join(methods),
            "Access-Control-Allow-Headers": _REQUEST_HEADERS,
            "Access-Control-Max-Age": str(_PREFLIGHT_SECONDS),
        }

    def _allowed(self, scope: Mapping[str, Any]) -> bytes | None:
        origin = next((value for name, value in scope["headers"] if name == b"origin"), None)
        if origin is None:
            return None
        return origin if b"*" in self._origins or origin in self._origins else None

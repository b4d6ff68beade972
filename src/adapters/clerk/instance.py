"""Addresses of a Clerk instance, worked out from its settings and never from a token."""

import base64
import binascii
import re

API_URL = "https://api.clerk.com"

_PUBLISHABLE_KEY = re.compile(r"pk_(?:test|live)_([A-Za-z0-9+/]+={0,2})")
_HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}")


def issuer_of(publishable_key: str) -> str:
    """The Frontend API of the instance, which is the `iss` of its tokens: `https://<host>`, without a final slash.

    The key is `pk_test_` or `pk_live_`, then base64 of the host and a dollar sign.

    Raises:
        ValueError: not a publishable key.
    """
    match = _PUBLISHABLE_KEY.fullmatch(publishable_key)
    host = _decoded(match[1]) if match else ""
    if not host.endswith("$") or not _HOST.fullmatch(host[:-1]):
        raise ValueError("not a Clerk publishable key (pk_test_... or pk_live_...)")
    return f"https://{host[:-1]}"


def key_set_url(issuer: str) -> str:
    return f"{issuer.rstrip('/')}/.well-known/jwks.json"


def api_base(url: str) -> str:
    """The Backend API below `url`, which may be given with or without its `/v1`."""
    bare = url.rstrip("/")
    return bare if bare.endswith("/v1") else f"{bare}/v1"


def _decoded(text: str) -> str:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4)).decode("ascii")
    except (binascii.Error, UnicodeDecodeError):
        return ""

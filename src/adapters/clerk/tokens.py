"""Verification of Clerk's session tokens: size and form, header, key, signature, claims, in this order."""

import base64
import binascii
import re
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from adapters.clerk.claims import LEEWAY, ClaimRules, Rejection, read_claims, read_object
from adapters.clerk.key_set import KeySet
from application.identity.ports import SessionClaims, TokenRejected, TokenVerifier
from application.shared.clock import Clock

LARGEST_TOKEN = 8 * 1024
ALGORITHM = "RS256"
SESSION_CATEGORY = "cl_B7d4PD111AAA"
"""Clerk's `cat` header for session tokens; tokens of machines and of OAuth carry other ones."""

_COMPACT = re.compile(r"[\w-]+\.[\w-]+\.[\w-]+", re.ASCII)
_JWS = jwt.PyJWS(algorithms=[ALGORITHM])


@dataclass(frozen=True, slots=True)
class _Verified:
    claims: SessionClaims
    key_id: str
    key: RSAPublicKey


class ClerkTokenVerifier(TokenVerifier):
    """Remembers a bounded number of tokens that it has verified: as long as they live and their key is in the set."""

    def __init__(self, keys: KeySet, rules: ClaimRules, *, clock: Clock, remembers: int = 10_000) -> None:
        self._keys = keys
        self._rules = rules
        self._clock = clock
        self._remembers = remembers
        self._verified: dict[bytes, _Verified] = {}

    async def verify(self, token: str) -> SessionClaims:
        if len(token) > LARGEST_TOKEN:
            raise TokenRejected(Rejection.OVERSIZED)
        if not _COMPACT.fullmatch(token):
            raise TokenRejected(Rejection.MALFORMED)
        fingerprint = sha256(token.encode()).digest()
        known = self._verified.get(fingerprint)
        if known is not None and await self._is_still_good(known):
            return known.claims
        verified = await self._verify(token)
        self._remember(fingerprint, verified)
        return verified.claims

    async def _verify(self, token: str) -> _Verified:
        key_id = _read_key_id(token)
        key = await self._keys.find(key_id)
        if key is None:
            raise TokenRejected(Rejection.KEY)
        payload = _signed_payload(token, key)
        if payload is None:
            # Clerk names keys after the instance: a rotated key can have the id of the one before.
            key = await self._keys.find_other(key_id, than=key)
            payload = _signed_payload(token, key) if key is not None else None
        if key is None or payload is None:
            raise TokenRejected(Rejection.SIGNATURE)
        return _Verified(read_claims(payload, self._rules, self._clock()), key_id, key)

    async def _is_still_good(self, known: _Verified) -> bool:
        is_alive = self._clock() < known.claims.expires_at + LEEWAY
        return is_alive and await self._keys.find(known.key_id) is known.key

    def _remember(self, fingerprint: bytes, verified: _Verified) -> None:
        self._verified.pop(fingerprint, None)
        if len(self._verified) >= self._remembers:
            del self._verified[next(iter(self._verified))]  # the oldest, which is about the first to expire
        self._verified[fingerprint] = verified


def _read_key_id(token: str) -> str:
    """The `kid` of an acceptable header. Keys that the header brings or points to (`jwk`, `jku`, `x5c`) are ignored."""
    header = _read_header(token)
    if header.get("alg") != ALGORITHM:
        raise TokenRejected(Rejection.ALGORITHM)
    if "crit" in header or "b64" in header:
        raise TokenRejected(Rejection.CRITICAL)
    if header.get("cat", SESSION_CATEGORY) != SESSION_CATEGORY:
        raise TokenRejected(Rejection.CATEGORY)
    key_id = header.get("kid")
    if not isinstance(key_id, str) or not key_id:
        raise TokenRejected(Rejection.KEY)
    return key_id


def _read_header(token: str) -> Mapping[str, Any]:
    segment = token.partition(".")[0]
    try:
        return read_object(base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4)))
    except binascii.Error as error:
        raise TokenRejected(Rejection.MALFORMED) from error


def _signed_payload(token: str, key: RSAPublicKey) -> bytes | None:
    """The payload, if `key` signed it, else None. Raises TokenRejected for what isn't canonical base64url."""
    try:
        payload: bytes = _JWS.decode(token, key, algorithms=[ALGORITHM])
    except jwt.InvalidSignatureError:
        return None
    except jwt.InvalidTokenError as error:
        raise TokenRejected(Rejection.MALFORMED) from error
    return payload

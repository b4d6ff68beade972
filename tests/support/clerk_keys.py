"""Keys and tokens for tests. RSA keys are slow to make, so each is made once a run."""

import base64
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

ISSUER = "https://clerk.tekun.example"
KEY_ID = "ins_test"
NOW = datetime(2026, 5, 20, 8, 0, tzinfo=UTC)


@cache
def private_key(name: str = "first", *, bits: int = 2048) -> rsa.RSAPrivateKey:
    """The key of that name; names tell keys of one size apart."""
    assert name
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


def public_jwk(key: rsa.RSAPrivateKey, key_id: str = KEY_ID, **changes: Any) -> dict[str, Any]:
    numbers = RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
    return {"kty": "RSA", "use": "sig", "alg": "RS256", "kid": key_id, "n": numbers["n"], "e": numbers["e"]} | changes


def key_set(*entries: Mapping[str, Any]) -> bytes:
    return json.dumps({"keys": entries}).encode()


def claims(**changes: Any) -> dict[str, Any]:
    """Claims as Clerk's second format has them, issued at NOW; a change to `None` leaves the claim out."""
    now = int(NOW.timestamp())
    usual = {
        "iss": ISSUER,
        "sub": "user_2vX11zP5ojq7cTRY58xT6oJqmRG",
        "sid": "sess_2vX14Wl0000000000000000000",
        "iat": now,
        "nbf": now - 10,
        "exp": now + 60,
        "jti": "0123456789abcdef0123",
        "v": 2,
        "sts": "active",
        "fva": [0, -1],
    }
    return {name: value for name, value in (usual | changes).items() if value is not None}


def token(
    payload: Mapping[str, Any] | bytes | None = None,
    *,
    key: rsa.RSAPrivateKey | None = None,
    header: Mapping[str, Any] | bytes | None = None,
) -> str:
    """A token signed with RS256 whatever its header says; bytes are taken as they are."""
    parts = [
        _json(header if header is not None else session_header()),
        _json(payload if payload is not None else claims()),
    ]
    signing_input = b".".join(map(base64url, parts))
    signature = jwt.get_algorithm_by_name("RS256").sign(signing_input, key or private_key())
    return (signing_input + b"." + base64url(signature)).decode()


def session_header(**changes: Any) -> dict[str, Any]:
    return {"alg": "RS256", "cat": "cl_B7d4PD111AAA", "kid": KEY_ID, "typ": "JWT"} | changes


def base64url(data: bytes) -> bytes:
    return base64.urlsafe_b64encode(data).rstrip(b"=")


def _json(value: Mapping[str, Any] | bytes) -> bytes:
    return value if isinstance(value, bytes) else json.dumps(value).encode()

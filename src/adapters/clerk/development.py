"""Stands in for Clerk where there is no Clerk account: signs tokens and webhooks that the usual verifiers accept.

Never for production. Its key and secret are made once in the data folder, readable by the owner alone.
"""

import base64
import json
import os
import secrets
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Self

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from jwt.algorithms import RSAAlgorithm

from adapters.clerk.claims import LONGEST_LIFETIME
from adapters.clerk.tokens import ALGORITHM, SESSION_CATEGORY

ISSUER = "https://development.tekun.invalid"
TOKEN_LIFETIME = timedelta(hours=12)  # a working day with the front end, without signing in again
KEY_FILE = "development-issuer.pem"
SECRET_FILE = "development-webhook-secret"  # noqa: S105 # the name of a file


class DevelopmentIssuer:
    """`key_set` is the JSON Web Key Set that verifies its tokens, whose `iss` is `ISSUER`."""

    def __init__(self, key: rsa.RSAPrivateKey) -> None:
        self._key = key
        public = RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
        self._key_id = f"ins_{sha256(public['n'].encode()).hexdigest()[:24]}"
        entry = {"kty": "RSA", "use": "sig", "alg": ALGORITHM, "kid": self._key_id, "n": public["n"], "e": public["e"]}
        self.key_set = json.dumps({"keys": [entry]}).encode()

    @classmethod
    def in_folder(cls, folder: Path) -> Self:
        """The issuer of this data folder, the same in every process.

        Raises:
            ValueError: the key file isn't an RSA key.
        """
        key = load_pem_private_key(_read_or_make(folder / KEY_FILE, _new_key), password=None)
        if not isinstance(key, rsa.RSAPrivateKey):
            raise ValueError(f"{folder / KEY_FILE} isn't an RSA key")  # noqa: TRY004 # a file's content, not an argument's type
        return cls(key)

    def issue_token(
        self,
        clerk_id: str,
        *,
        session_id: str,
        at: datetime,
        lifetime: timedelta = TOKEN_LIFETIME,
        name: str | None = None,
        email: str | None = None,
        party: str | None = None,
    ) -> str:
        """A session token in Clerk's second format, valid from `at` on.

        Raises:
            ValueError: the lifetime is one that no verifier takes.
        """
        if not timedelta(0) < lifetime <= LONGEST_LIFETIME:
            raise ValueError(f"a token lives for more than 0 and at most {LONGEST_LIFETIME}")
        issued_at = int(at.timestamp())
        claims = {
            "iss": ISSUER,
            "sub": clerk_id,
            "sid": session_id,
            "iat": issued_at,
            "nbf": issued_at - 10,
            "exp": issued_at + int(lifetime.total_seconds()),
            "jti": secrets.token_hex(10),
            "v": 2,
            "sts": "active",
            "fva": [0, -1],
        }
        extra = {"name": name, "email": email, "azp": party}
        claims |= {claim: value for claim, value in extra.items() if value is not None}
        return jwt.encode(claims, self._key, ALGORITHM, headers={"kid": self._key_id, "cat": SESSION_CATEGORY})


def development_webhook_secret(folder: Path) -> str:
    """The webhook signing secret of this data folder, the same in every process."""
    return _read_or_make(folder / SECRET_FILE, _new_secret).decode("ascii").strip()


def _new_key() -> bytes:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _new_secret() -> bytes:
    return b"whsec_" + base64.b64encode(secrets.token_bytes(24))


def _read_or_make(path: Path, make: Callable[[], bytes]) -> bytes:
    """The file's content. Of processes that find it missing at once, one makes it and all read that one's, complete."""
    with suppress(FileNotFoundError):
        return path.read_bytes()
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(make())
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            path.hardlink_to(draft)  # unlike a rename, this never replaces the file of whoever was first
    finally:
        draft.unlink()
    return path.read_bytes()

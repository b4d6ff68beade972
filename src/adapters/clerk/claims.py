"""What a Clerk session token must claim. Signature and key are somebody else's concern (tokens.py)."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, NoReturn

from adapters.clerk.text import clean_name, usable_email
from application.identity.ports import SessionClaims, TokenRejected

LEEWAY = timedelta(seconds=5)
LONGEST_LIFETIME = timedelta(hours=24)
"""Clerk's session tokens live 60 s and the development issuer's 12 h. A token that lives for days is no session token
(a JWT template's may live ten years), and the deny-list forgets a session this long after its end."""

USER_ID = re.compile(r"user_[A-Za-z0-9_-]{1,100}")
SESSION_ID = re.compile(r"[!-~]{1,200}")  # printable ASCII: Clerk promises no form

_LATEST = datetime(2100, 1, 1, tzinfo=UTC).timestamp()


class Rejection(StrEnum):
    """Why a token was refused: for the log and as a metric's label, never for the client."""

    OVERSIZED = "oversized"
    MALFORMED = "malformed"
    ALGORITHM = "algorithm"
    CRITICAL = "critical"
    CATEGORY = "category"
    KEY = "key"
    SIGNATURE = "signature"
    ISSUER = "issuer"
    SUBJECT = "subject"
    SESSION = "session"
    TIMES = "times"
    LIFETIME = "lifetime"
    EXPIRED = "expired"
    PREMATURE = "premature"
    PENDING = "pending"
    PARTY = "party"


@dataclass(frozen=True, slots=True)
class ClaimRules:
    """`issuer` is compared as it is, the final slash included.

    `parties` are the origins that may ask for us (`azp`); empty: anyone. Where there are some, a token without `azp` is
    refused unless `allows_no_party`.
    """

    issuer: str
    parties: frozenset[str] = frozenset()
    allows_no_party: bool = False


def read_claims(payload: bytes, rules: ClaimRules, now: datetime) -> SessionClaims:
    """The claims of a session token that counts at `now`. Raises TokenRejected with a `Rejection`."""
    claims = read_object(payload)
    if claims.get("iss") != rules.issuer:
        raise TokenRejected(Rejection.ISSUER)
    subject = _matching(claims.get("sub"), USER_ID, Rejection.SUBJECT)
    session = _matching(claims.get("sid"), SESSION_ID, Rejection.SESSION)
    expires_at = _check_times(claims, now)
    if claims.get("sts") == "pending":
        raise TokenRejected(Rejection.PENDING)
    if rules.parties and not _is_party_known(claims.get("azp"), rules):
        raise TokenRejected(Rejection.PARTY)
    name, email = (value if isinstance(value, str) else None for value in (claims.get("name"), claims.get("email")))
    return SessionClaims(subject, session, expires_at, name=clean_name(name), email=usable_email(email))


def read_object(data: bytes) -> Mapping[str, Any]:
    """A JSON object in UTF-8, without NaN and infinities. Raises TokenRejected."""
    try:
        # Decoded here, because `json.loads` guesses UTF-16 and UTF-32 from bytes.
        value = json.loads(data.decode(), parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise TokenRejected(Rejection.MALFORMED) from error
    if not isinstance(value, dict):
        raise TokenRejected(Rejection.MALFORMED)
    return value


def _check_times(claims: Mapping[str, Any], now: datetime) -> datetime:
    expires_at, issued_at = _instant(claims.get("exp")), _instant(claims.get("iat"))
    valid_from = _instant(claims["nbf"]) if "nbf" in claims else issued_at
    if not timedelta(0) < expires_at - issued_at <= LONGEST_LIFETIME:
        raise TokenRejected(Rejection.LIFETIME)
    if now >= expires_at + LEEWAY:
        raise TokenRejected(Rejection.EXPIRED)
    if now < max(issued_at, valid_from) - LEEWAY:
        raise TokenRejected(Rejection.PREMATURE)
    return expires_at


def _instant(value: object) -> datetime:
    # Not isinstance: True is an int. The comparison refuses NaN, infinities and integers of a thousand digits alike.
    if (type(value) is int or type(value) is float) and 0 <= value <= _LATEST:
        return datetime.fromtimestamp(value, UTC)
    raise TokenRejected(Rejection.TIMES)


def _matching(value: object, pattern: re.Pattern[str], otherwise: Rejection) -> str:
    if isinstance(value, str) and pattern.fullmatch(value):
        return value
    raise TokenRejected(otherwise)


def _is_party_known(party: object, rules: ClaimRules) -> bool:
    if party is None:
        return rules.allows_no_party
    return isinstance(party, str) and party in rules.parties


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(name)

import hmac
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import jwt
import pytest

from adapters.clerk.claims import ClaimRules, Rejection
from adapters.clerk.key_set import KeySet, StaticKeySetSource
from adapters.clerk.tokens import ClerkTokenVerifier
from application.identity.ports import SessionClaims, TokenRejected
from tests.support.clerk_keys import (
    ISSUER,
    KEY_ID,
    NOW,
    base64url,
    claims,
    key_set,
    private_key,
    public_jwk,
    session_header,
    token,
)
from tests.support.clock import SettableClock

ORIGIN = "https://app.tekun.example"
SECONDS = int(NOW.timestamp())


def verifier(
    *entries: dict[str, Any], clock: SettableClock | None = None, remembers: int = 10_000, **rules: Any
) -> ClerkTokenVerifier:
    clock = clock or SettableClock(NOW)
    keys = KeySet(StaticKeySetSource(key_set(*(entries or [public_jwk(private_key())]))), clock=clock)
    return ClerkTokenVerifier(keys, ClaimRules(ISSUER, **rules), clock=clock, remembers=remembers)


async def rejection(candidate: str, judge: ClerkTokenVerifier | None = None) -> str:
    with pytest.raises(TokenRejected) as refusal:
        await (judge or verifier()).verify(candidate)
    return refusal.value.reason


async def test_session_token_is_accepted() -> None:
    got = await verifier().verify(token())
    assert got == SessionClaims(
        "user_2vX11zP5ojq7cTRY58xT6oJqmRG",
        "sess_2vX14Wl0000000000000000000",
        datetime.fromtimestamp(SECONDS + 60, UTC),
    )


async def test_custom_claims_give_name_and_email() -> None:
    got = await verifier().verify(token(claims(name=" Asha\0 Rao ", email="asha@example.com")))
    assert (got.name, got.email) == ("Asha Rao", "asha@example.com")


@pytest.mark.parametrize(
    "changes",
    [
        {"name": 7, "email": ["a@b"]},
        {"email": "asha\0@example.com", "name": " \0 "},
        {"email": "not an address"},
    ],
)
async def test_unusable_custom_claims_are_left_out(changes: dict[str, Any]) -> None:
    got = await verifier().verify(token(claims(**changes)))
    assert (got.name, got.email) == (None, None)


ACCEPTABLE = {
    "unknown header fields": lambda: token(header=session_header(x5t="a", nonsense={"a": [1]})),
    "no category": lambda: token(header={"alg": "RS256", "kid": KEY_ID}),
    "no nbf": lambda: token(claims(nbf=None)),
    "unknown claims": lambda: token(claims(org="x", o={"id": "org_1"}, act={"sub": "user_2"})),
    "fractions of a second": lambda: token(claims(exp=SECONDS + 60.5)),
    "expired within the leeway": lambda: token(claims(iat=SECONDS - 64, nbf=SECONDS - 74, exp=SECONDS - 4)),
    "issued by a clock that is fast within the leeway": lambda: token(claims(iat=SECONDS + 5, exp=SECONDS + 65)),
    "living for 24 hours": lambda: token(claims(exp=SECONDS + 86_400)),
    "no azp and no allow-list": lambda: token(claims()),
}


@pytest.mark.parametrize("make", ACCEPTABLE.values(), ids=ACCEPTABLE.keys())
async def test_acceptable(make: Callable[[], str]) -> None:
    assert (await verifier().verify(make())).clerk_id.startswith("user_")


def _foreign_key_in_header(**header: Any) -> Callable[[], str]:
    return lambda: token(key=private_key("foreign"), header=session_header(**header))


def _hmac_with_public_key() -> str:
    public = json.dumps(public_jwk(private_key())).encode()
    parts = b".".join(base64url(json.dumps(part).encode()) for part in (session_header(alg="HS256"), claims()))
    return (parts + b"." + base64url(hmac.digest(public, parts, "sha256"))).decode()


def _with_exp(value: bytes) -> bytes:
    return json.dumps(claims(exp="?")).encode().replace(b'"?"', value)


def _loose_bits() -> str:
    """The last character of 256 bytes in base64url carries 2 unused bits, here set."""
    good = token()
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    return good[:-1] + alphabet[alphabet.index(good[-1]) + 1]


HOSTILE: dict[str, tuple[Rejection, Callable[[], str]]] = {
    "empty": (Rejection.MALFORMED, lambda: ""),
    "two parts": (Rejection.MALFORMED, lambda: token().rpartition(".")[0]),
    "four parts": (Rejection.MALFORMED, lambda: token() + ".e30"),
    "newline at the end": (Rejection.MALFORMED, lambda: token() + "\n"),
    "letters beyond ASCII": (Rejection.MALFORMED, lambda: token().replace(".", ".é", 1)),
    "lone surrogate": (Rejection.MALFORMED, lambda: "\ud800." + token()),
    "padding": (Rejection.MALFORMED, lambda: token() + "=="),
    "bits that base64 doesn't use": (Rejection.MALFORMED, _loose_bits),
    "one megabyte": (Rejection.OVERSIZED, lambda: token(claims(pad="x" * 1_000_000))),
    "8 KB and one": (Rejection.OVERSIZED, lambda: "a." * 4096 + "a"),
    "header in UTF-16": (Rejection.MALFORMED, lambda: token(header=json.dumps(session_header()).encode("utf-16"))),
    "payload in UTF-16": (Rejection.MALFORMED, lambda: token(json.dumps(claims()).encode("utf-16"))),
    "header with a byte order mark": (Rejection.MALFORMED, lambda: token(header=b"\xef\xbb\xbf{}")),
    "header that isn't an object": (Rejection.MALFORMED, lambda: token(header=b'["RS256"]')),
    "header that isn't JSON": (Rejection.MALFORMED, lambda: token(header=b"{")),
    "payload that isn't an object": (Rejection.MALFORMED, lambda: token(b"[1]")),
    "header of deep JSON": (Rejection.MALFORMED, lambda: token(header=b"[" * 3000)),
    "payload of deep JSON": (Rejection.MALFORMED, lambda: token(b'{"a":' + b"[" * 2000 + b"]" * 2000 + b"}")),
    "algorithm none": (
        Rejection.ALGORITHM,
        lambda: jwt.encode(claims(), None, "none", headers=session_header(alg="none")) + "AA",
    ),
    "HMAC keyed with the public key": (Rejection.ALGORITHM, _hmac_with_public_key),
    "RS512": (Rejection.ALGORITHM, lambda: token(header=session_header(alg="RS512"))),
    "algorithm in lower case": (Rejection.ALGORITHM, lambda: token(header=session_header(alg="rs256"))),
    "algorithm that is a list": (Rejection.ALGORITHM, lambda: token(header=session_header(alg=["RS256"]))),
    "critical extension": (Rejection.CRITICAL, lambda: token(header=session_header(crit=["exp"]))),
    "unencoded payload": (Rejection.CRITICAL, lambda: token(header=session_header(b64=False))),
    "category of a machine's token": (Rejection.CATEGORY, lambda: token(header=session_header(cat="cl_machine"))),
    "category null": (Rejection.CATEGORY, lambda: token(header=session_header(cat=None))),
    "no key id": (Rejection.KEY, lambda: token(header={"alg": "RS256"})),
    "key id that is a number": (Rejection.KEY, lambda: token(header=session_header(kid=1))),
    "unknown key id": (Rejection.KEY, lambda: token(header=session_header(kid="ins_other"))),
    "signed by somebody": (Rejection.SIGNATURE, lambda: token(key=private_key("foreign"))),
    "its own key in jwk": (Rejection.SIGNATURE, _foreign_key_in_header(jwk=public_jwk(private_key("foreign")))),
    "its own key in jku": (Rejection.SIGNATURE, _foreign_key_in_header(jku="https://evil.example/jwks.json")),
    "its own key in x5u": (Rejection.SIGNATURE, _foreign_key_in_header(x5u="https://evil.example/x5u.pem")),
    "its own key in x5c": (Rejection.SIGNATURE, _foreign_key_in_header(x5c=["MIIB"])),
    "payload exchanged": (
        Rejection.SIGNATURE,
        lambda: ".".join([token().split(".")[0], base64url(b"{}").decode(), token().split(".")[2]]),
    ),
    "signature cut": (Rejection.SIGNATURE, lambda: token()[:-2]),
    "another issuer": (Rejection.ISSUER, lambda: token(claims(iss="https://evil.example"))),
    "issuer with a slash more": (Rejection.ISSUER, lambda: token(claims(iss=ISSUER + "/"))),
    "no issuer": (Rejection.ISSUER, lambda: token(claims(iss=None))),
    "issuers in a list": (Rejection.ISSUER, lambda: token(claims(iss=[ISSUER]))),
    "no subject": (Rejection.SUBJECT, lambda: token(claims(sub=None))),
    "empty subject": (Rejection.SUBJECT, lambda: token(claims(sub=""))),
    "subject that is no user": (Rejection.SUBJECT, lambda: token(claims(sub="mch_1"))),
    "subject with more behind it": (Rejection.SUBJECT, lambda: token(claims(sub="user_1\n"))),
    "subject in other digits": (Rejection.SUBJECT, lambda: token(claims(sub="user_١"))),
    "long subject": (Rejection.SUBJECT, lambda: token(claims(sub="user_" + "a" * 101))),
    "template token, ten years, no session": (Rejection.SESSION, lambda: token(claims(sid=None, exp=SECONDS * 2))),
    "empty session": (Rejection.SESSION, lambda: token(claims(sid=""))),
    "session that is a number": (Rejection.SESSION, lambda: token(claims(sid=7))),
    "session with a NUL": (Rejection.SESSION, lambda: token(claims(sid="sess_\0"))),
    "no exp": (Rejection.TIMES, lambda: token(claims(exp=None))),
    "no iat": (Rejection.TIMES, lambda: token(claims(iat=None))),
    "exp in a string": (Rejection.TIMES, lambda: token(claims(exp=str(SECONDS + 60)))),
    "exp true": (Rejection.TIMES, lambda: token(claims(exp=True))),
    "nbf null": (Rejection.TIMES, lambda: token(json.dumps(claims() | {"nbf": None}).encode())),
    "exp of 400 digits": (Rejection.TIMES, lambda: token(claims(exp=10**400))),
    "exp of 5000 digits": (Rejection.MALFORMED, lambda: token(f'{{"exp":{"9" * 5000}}}'.encode())),
    "exp 1e999": (Rejection.TIMES, lambda: token(_with_exp(b"1e999"))),
    "exp negative": (Rejection.TIMES, lambda: token(claims(exp=-1))),
    "exp NaN": (Rejection.MALFORMED, lambda: token(claims(exp=float("nan")))),
    "exp Infinity": (Rejection.MALFORMED, lambda: token(claims(exp=float("inf")))),
    "living for more than 24 hours": (Rejection.LIFETIME, lambda: token(claims(exp=SECONDS + 86_401))),
    "expiring before it is issued": (Rejection.LIFETIME, lambda: token(claims(iat=SECONDS, exp=SECONDS - 1))),
    "expired": (Rejection.EXPIRED, lambda: token(claims(iat=SECONDS - 65, nbf=SECONDS - 75, exp=SECONDS - 5))),
    "issued in the future": (Rejection.PREMATURE, lambda: token(claims(iat=SECONDS + 6, exp=SECONDS + 66))),
    "valid from later on": (Rejection.PREMATURE, lambda: token(claims(nbf=SECONDS + 6))),
    "session pending": (Rejection.PENDING, lambda: token(claims(sts="pending"))),
}  # fmt: skip


@pytest.mark.parametrize(("reason", "make"), HOSTILE.values(), ids=HOSTILE.keys())
async def test_hostile(reason: Rejection, make: Callable[[], str]) -> None:
    assert await rejection(make()) == reason


def test_every_reason_is_met_by_some_hostile_token() -> None:
    assert {reason for reason, _ in HOSTILE.values()} == set(Rejection) - {Rejection.PARTY}


@pytest.mark.parametrize("name", ["padding", "header in UTF-16", "empty subject", "exp in a string", "session pending"])
def test_control_the_library_alone_accepts(name: str) -> None:
    """Were our checks superfluous, these would fail here too, and the table above would prove nothing."""
    got = jwt.decode(
        HOSTILE[name][1](), private_key().public_key(), ["RS256"], issuer=ISSUER,
        options={"verify_exp": False, "verify_nbf": False, "verify_iat": False},
    )  # fmt: skip
    assert got["iss"] == ISSUER


WEAK_KEYS = {
    "1024 bits": lambda: (private_key("small", bits=1024), public_jwk(private_key("small", bits=1024))),
    "for encryption": lambda: (private_key(), public_jwk(private_key(), use="enc")),
    "for another algorithm": lambda: (private_key(), public_jwk(private_key(), alg="RS512")),
    "for another operation": lambda: (private_key(), public_jwk(private_key(), key_ops=["encrypt"])),
}


@pytest.mark.parametrize("make", WEAK_KEYS.values(), ids=WEAK_KEYS.keys())
async def test_unfit_key_verifies_nothing(make: Callable[[], Any]) -> None:
    key, entry = make()
    judge = verifier(entry, public_jwk(private_key("other"), "ins_other"))
    assert await rejection(token(key=key), judge) == Rejection.KEY


async def test_key_id_that_two_keys_share_verifies_nothing() -> None:
    first, second = public_jwk(private_key()), public_jwk(private_key("foreign"))
    judge = verifier(first, second, public_jwk(private_key("other"), "ins_other"))
    assert await rejection(token(), judge) == Rejection.KEY
    assert await rejection(token(key=private_key("foreign")), judge) == Rejection.KEY


@pytest.mark.parametrize(
    ("party", "rules", "is_accepted"),
    [
        (ORIGIN, {"parties": frozenset({ORIGIN})}, True),
        ("https://evil.example", {"parties": frozenset({ORIGIN})}, False),
        (ORIGIN + "/", {"parties": frozenset({ORIGIN})}, False),
        ([ORIGIN], {"parties": frozenset({ORIGIN}), "allows_no_party": True}, False),
        (None, {"parties": frozenset({ORIGIN})}, False),
        (None, {"parties": frozenset({ORIGIN}), "allows_no_party": True}, True),
        ("https://evil.example", {"parties": frozenset({ORIGIN}), "allows_no_party": True}, False),
        ("https://anyone.example", {}, True),
    ],
)
async def test_authorized_party(party: Any, rules: dict[str, Any], *, is_accepted: bool) -> None:
    candidate = token(claims(azp=party))
    if is_accepted:
        await verifier(**rules).verify(candidate)
    else:
        assert await rejection(candidate, verifier(**rules)) == Rejection.PARTY


async def test_remembered_token_still_expires() -> None:
    clock = SettableClock(NOW)
    judge, candidate = verifier(clock=clock), token()
    first = await judge.verify(candidate)
    clock.advance(seconds=64)
    assert await judge.verify(candidate) is first  # remembered, not verified anew
    clock.advance(seconds=1)
    assert await rejection(candidate, judge) == Rejection.EXPIRED


async def test_memory_is_bounded() -> None:
    judge = verifier(remembers=3)
    for number in range(10):
        await judge.verify(token(claims(jti=str(number))))
    assert len(judge._verified) == 3


async def test_refused_tokens_are_not_remembered() -> None:
    judge = verifier()
    await rejection(token(claims(sts="pending")), judge)
    assert not judge._verified

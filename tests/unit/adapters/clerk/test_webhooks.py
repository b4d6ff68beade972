import base64
import hmac
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.clerk.webhooks import SvixWebhookVerifier, sign_webhook
from application.identity.ports import SignatureInvalid
from tests.support.clerk_keys import NOW
from tests.support.clock import SettableClock

SECRET = "whsec_" + base64.b64encode(b"a secret of 24 bytes....").decode()
OTHER = "whsec_" + base64.b64encode(b"another of 24 bytes.....").decode()
BODY = '{"type":"user.created","data":{"name":"Zoë 🎓"}}'.encode()
SECONDS = str(int(NOW.timestamp()))
VECTORS = Path(__file__).parents[5] / "shared/clerk/signature_vectors.json"


def verifier(*secrets: str, now: datetime = NOW) -> SvixWebhookVerifier:
    return SvixWebhookVerifier(secrets or [SECRET], clock=SettableClock(now))


def headers(**changes: str | None) -> dict[str, str]:
    """Good headers for BODY; a change to None leaves one out."""
    good = {"svix-id": "msg_1", "svix-timestamp": SECONDS, "svix-signature": signature()}
    changed = good | {f"svix-{name}": value for name, value in changes.items()}
    return {name: value for name, value in changed.items() if value is not None}


def signature(message_id: str = "msg_1", timestamp: str = SECONDS, body: bytes = BODY, secret: str = SECRET) -> str:
    """As the specification has it, worked out without the library."""
    key = base64.b64decode(secret.removeprefix("whsec_"))
    digest = hmac.digest(key, f"{message_id}.{timestamp}.".encode() + body, "sha256")
    return f"v1,{base64.b64encode(digest).decode()}"


def test_genuine_webhook_is_accepted() -> None:
    verifier().verify(headers(), BODY)


@pytest.mark.parametrize("secrets", [(SECRET, OTHER), (OTHER, SECRET)])
def test_any_of_several_secrets_will_do(secrets: tuple[str, str]) -> None:
    verifier(*secrets).verify(headers(), BODY)
    verifier(*secrets).verify(headers(signature=signature(secret=OTHER)), BODY)


def test_an_id_may_have_full_stops() -> None:
    """They part id, time and body in what is signed, but a body of JSON can't be taken for a time."""
    verifier().verify(headers(id="msg.1", signature=signature("msg.1")), BODY)


def test_any_of_several_signatures_will_do() -> None:
    several = f"v1a,AAAA v2,x v1,AAAA {signature(secret=OTHER)} {signature()} v1"
    verifier().verify(headers(signature=several), BODY)


@pytest.mark.parametrize("drift", [-300, 300])
def test_five_minutes_are_tolerated(drift: int) -> None:
    timestamp = str(int(SECONDS) + drift)
    verifier().verify(headers(timestamp=timestamp, signature=signature(timestamp=timestamp)), BODY)


@pytest.mark.parametrize("drift", [-301, 301])
def test_more_than_five_minutes_are_not(drift: int) -> None:
    timestamp = str(int(SECONDS) + drift)
    with pytest.raises(SignatureInvalid):
        verifier().verify(headers(timestamp=timestamp, signature=signature(timestamp=timestamp)), BODY)


REFUSED: dict[str, dict[str, str | None]] = {
    "no id": {"id": None},
    "no timestamp": {"timestamp": None},
    "no signature": {"signature": None},
    "empty id": {"id": "", "signature": signature("")},
    "endless id": {"id": "m" * 201, "signature": signature("m" * 201)},
    "another id": {"id": "msg_2"},
    "fraction of a second": {"timestamp": SECONDS + ".9"},
    "timestamp with a zero before": {"timestamp": "0" + SECONDS},
    "timestamp with a space": {"timestamp": " " + SECONDS},
    "timestamp with a sign": {"timestamp": "+" + SECONDS},
    "timestamp with an underscore": {"timestamp": SECONDS[:1] + "_" + SECONDS[1:]},
    "timestamp as a power": {"timestamp": "1e9"},
    "timestamp NaN": {"timestamp": "nan"},
    "timestamp in other digits": {"timestamp": "".join(chr(ord("٠") + int(digit)) for digit in SECONDS)},
    "timestamp beyond every calendar": {"timestamp": "9" * 400},
    "empty signature": {"signature": ""},
    "no version": {"signature": signature().removeprefix("v1,")},
    "no comma": {"signature": "v1"},
    "two commas": {"signature": "v1,AA,AA"},
    "not base64": {"signature": "v1,!!!"},
    "base64 cut": {"signature": "v1,A"},
    "beyond ASCII": {"signature": "v1,é\udc80"},
    "another secret": {"signature": signature(secret=OTHER)},
    "right signature of another version": {"signature": signature().replace("v1,", "v1a,")},
    "right signature, more behind it": {"signature": signature() + "AA"},
    "right signature, tab between": {"signature": "v2,a\t" + signature()},
    "right signature at the end of many": {"signature": "v1,AAAA " * 1000 + signature()},
}


@pytest.mark.parametrize("changes", REFUSED.values(), ids=REFUSED.keys())
def test_refused(changes: dict[str, str | None]) -> None:
    with pytest.raises(SignatureInvalid):
        verifier().verify(headers(**changes), BODY)


@pytest.mark.parametrize("body", [b"", BODY + b" ", BODY[:-1], b"\xff\xfe", BODY.decode().encode("utf-16")])
def test_another_body_is_refused(body: bytes) -> None:
    with pytest.raises(SignatureInvalid):
        verifier().verify(headers(), body)


def test_body_that_is_no_utf8_is_refused_although_signed() -> None:
    with pytest.raises(SignatureInvalid):
        verifier().verify(headers(signature=signature(body=b"\xff")), b"\xff")


HEADER = st.text(max_size=40) | st.sampled_from(["msg_1", SECONDS, signature(), "v1,", "v1,a v1,b"])


@given(
    st.dictionaries(st.sampled_from(["svix-id", "svix-timestamp", "svix-signature"]), HEADER), st.binary(max_size=40)
)
def test_no_input_makes_it_fail_otherwise(given_headers: dict[str, str], body: bytes) -> None:
    with pytest.raises(SignatureInvalid):
        verifier().verify(given_headers, body)


@given(st.text(), st.datetimes(datetime(2001, 1, 1), datetime(2099, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001 # the zone comes beside
def test_what_is_signed_here_is_accepted(text: str, at: datetime) -> None:
    body = text.encode("utf-8", "replace")
    verifier(now=at).verify(sign_webhook(SECRET, "msg_1", at, body), body)


@pytest.mark.parametrize("secrets", [[], [""], ["whsec_"], ["whsec_!"], [SECRET, "whsec_A"]])
def test_bad_secrets_are_noticed_at_the_start(secrets: list[str]) -> None:
    with pytest.raises(ValueError, match="secret"):
        SvixWebhookVerifier(secrets, clock=SettableClock(NOW))


def published() -> list[dict[str, Any]]:
    if not VECTORS.exists():
        return []
    vectors: list[dict[str, Any]] = json.loads(VECTORS.read_text())["static_vectors_v1"]
    return vectors


@pytest.mark.skipif(not VECTORS.exists(), reason="the published vectors don't come with the project")
@pytest.mark.parametrize("vector", published(), ids=lambda vector: vector["name"])
def test_published_vectors(vector: dict[str, Any]) -> None:
    at = datetime.fromtimestamp(vector["svix_timestamp"], UTC)
    body = bytes.fromhex(vector["body_utf8_hex"])
    given_headers = {
        "svix-id": vector["svix_id"],
        "svix-timestamp": str(vector["svix_timestamp"]),
        "svix-signature": vector["signature"],
    }
    verifier(vector["secret"], now=at).verify(given_headers, body)
    with pytest.raises(SignatureInvalid):
        verifier(vector["secret"], now=at).verify(given_headers, body + b" ")
    assert sign_webhook(vector["secret"], vector["svix_id"], at, body) == given_headers

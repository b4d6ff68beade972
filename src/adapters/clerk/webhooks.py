"""Webhooks as Svix signs them for Clerk: HMAC-SHA256 over `{id}.{timestamp}.{raw body}`, keyed by a shared secret."""

import base64
import binascii
import hmac
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from application.identity.ports import SignatureInvalid, WebhookVerifier
from application.shared.clock import Clock

if TYPE_CHECKING:
    from svix.webhooks import Webhook

TOLERANCE = timedelta(minutes=5)
ID_HEADER, TIMESTAMP_HEADER, SIGNATURE_HEADER = "svix-id", "svix-timestamp", "svix-signature"

_PREFIX = "whsec_"
_ID = re.compile(r"[!-~]{1,200}")  # printable ASCII
_TIMESTAMP = re.compile(r"[1-9][0-9]{0,10}")  # as it was signed: one spelling for one instant, within datetime's range
_LONGEST_SIGNATURES = 4096


class SvixWebhookVerifier(WebhookVerifier):
    """Takes the signature of any of `secrets`, so that a secret can be replaced without losing a delivery.

    Raises:
        ValueError: there are none, or one of them isn't a signing secret.
    """

    def __init__(self, secrets: Sequence[str], *, clock: Clock) -> None:
        if not secrets:
            raise ValueError("at least one webhook signing secret is needed")
        self._signers = [_signer(secret) for secret in secrets]
        self._clock = clock

    def verify(self, headers: Mapping[str, str], body: bytes) -> None:
        # Only Svix's signing is used here. Its `verify` lets errors of decoding escape on malformed headers, takes
        # timestamps such as 123.9, and looks at a clock that can't be given to it.
        message_id = headers.get(ID_HEADER, "")
        timestamp = headers.get(TIMESTAMP_HEADER, "")
        signatures = headers.get(SIGNATURE_HEADER, "")
        if not _ID.fullmatch(message_id) or not _TIMESTAMP.fullmatch(timestamp):
            raise SignatureInvalid("The webhook's id or timestamp is missing or malformed.")
        signed_at = datetime.fromtimestamp(int(timestamp), UTC)
        if abs(self._clock() - signed_at) > TOLERANCE:
            raise SignatureInvalid("The webhook's timestamp is too far from the present.")
        if not self._is_signed(message_id, signed_at, body, signatures):
            raise SignatureInvalid("No signature of the webhook matches.")

    def _is_signed(self, message_id: str, signed_at: datetime, body: bytes, signatures: str) -> bool:
        if not signatures.isascii() or len(signatures) > _LONGEST_SIGNATURES:
            return False
        try:
            text = body.decode()
        except UnicodeDecodeError:
            return False
        expected = [signer.sign(message_id, signed_at, text) for signer in self._signers]
        given = signatures.split(" ")  # whole, with their `v1,`: what has another version can't be equal
        return any([hmac.compare_digest(one, other) for one in expected for other in given])  # noqa: C419 # all are compared, whichever matches


def sign_webhook(secret: str, message_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """The headers under which `body` (UTF-8) is accepted at the instant `at`. Raises ValueError for a bad secret."""
    signature = _signer(secret).sign(message_id, at, body.decode())
    return {
        ID_HEADER: message_id,
        TIMESTAMP_HEADER: str(int(at.timestamp())),
        SIGNATURE_HEADER: signature,
    }


def _signer(secret: str) -> "Webhook":
    # Importing Svix takes 0.3 s, which commands without webhooks needn't wait for. It happens when a verifier is built,
    # not when the first webhook comes in, lest every request in flight waits with it.
    from svix.webhooks import Webhook  # noqa: PLC0415 # see above

    encoded = secret.removeprefix(_PREFIX)
    try:
        key = base64.b64decode(encoded + "=" * (-len(encoded) % 4), validate=True)
    except binascii.Error as error:
        raise ValueError("a webhook signing secret is whsec_ and base64") from error
    if not key:
        raise ValueError("a webhook signing secret can't be empty")
    return Webhook(key)

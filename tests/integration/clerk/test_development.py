import os
import re
import stat
import subprocess
import sys
from datetime import timedelta
from pathlib import Path

import jwt
import pytest

from adapters.clerk.claims import ClaimRules
from adapters.clerk.development import ISSUER, KEY_FILE, SECRET_FILE, DevelopmentIssuer, development_webhook_secret
from adapters.clerk.key_set import KeySet, StaticKeySetSource
from adapters.clerk.tokens import ClerkTokenVerifier
from adapters.clerk.webhooks import SvixWebhookVerifier, sign_webhook
from application.identity.ports import TokenRejected
from tests.support.clerk_keys import NOW
from tests.support.clock import SettableClock

SOURCE = Path(__file__).parents[3] / "src"


def verifier(issuer: DevelopmentIssuer, clock: SettableClock, *parties: str) -> ClerkTokenVerifier:
    keys = KeySet(StaticKeySetSource(issuer.key_set), clock=clock)
    return ClerkTokenVerifier(keys, ClaimRules(ISSUER, frozenset(parties)), clock=clock)


async def test_its_tokens_pass_the_usual_verifier_for_half_a_day(tmp_path: Path) -> None:
    clock = SettableClock(NOW)
    issuer = DevelopmentIssuer.in_folder(tmp_path)
    candidate = issuer.issue_token("user_dosen", session_id="sess_dev", at=NOW, name="Dewi", email="dewi@tekun.example")
    got = await verifier(issuer, clock).verify(candidate)
    assert (got.clerk_id, got.session_id, got.name, got.email) == (
        "user_dosen",
        "sess_dev",
        "Dewi",
        "dewi@tekun.example",
    )
    assert got.expires_at == NOW + timedelta(hours=12)
    clock.advance(hours=12, seconds=5)
    with pytest.raises(TokenRejected):
        await verifier(issuer, clock).verify(candidate)


async def test_its_tokens_can_name_a_party(tmp_path: Path) -> None:
    issuer = DevelopmentIssuer.in_folder(tmp_path)
    candidate = issuer.issue_token("user_a", session_id="sess_a", at=NOW, party="https://app.example")
    await verifier(issuer, SettableClock(NOW), "https://app.example").verify(candidate)


@pytest.mark.parametrize("lifetime", [timedelta(0), timedelta(hours=24, seconds=1)])
def test_lifetime_that_no_verifier_takes(tmp_path: Path, lifetime: timedelta) -> None:
    with pytest.raises(ValueError, match="lives"):
        DevelopmentIssuer.in_folder(tmp_path).issue_token("user_a", session_id="sess_a", at=NOW, lifetime=lifetime)


def test_key_and_secret_stay_the_same(tmp_path: Path) -> None:
    folder = tmp_path / "not" / "yet"
    assert DevelopmentIssuer.in_folder(folder).key_set == DevelopmentIssuer.in_folder(folder).key_set
    assert development_webhook_secret(folder) == development_webhook_secret(folder)
    assert sorted(path.name for path in folder.iterdir()) == [KEY_FILE, SECRET_FILE]


def test_only_the_owner_can_read_them(tmp_path: Path) -> None:
    former = os.umask(0)
    try:
        DevelopmentIssuer.in_folder(tmp_path)
        development_webhook_secret(tmp_path)
    finally:
        os.umask(former)
    assert [stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()] == [0o600, 0o600]


def test_private_key_stays_out_of_the_key_set(tmp_path: Path) -> None:
    assert set(re.findall(rb'"(\w+)":', DevelopmentIssuer.in_folder(tmp_path).key_set)) == {
        b"keys", b"kty", b"use", b"alg", b"kid", b"n", b"e",
    }  # fmt: skip


def test_six_processes_at_once_agree(tmp_path: Path) -> None:
    program = (
        "import sys, pathlib; from adapters.clerk.development import *; folder = pathlib.Path(sys.argv[1]);"
        "print(DevelopmentIssuer.in_folder(folder).key_set, development_webhook_secret(folder))"
    )
    command = [sys.executable, "-c", program, str(tmp_path)]
    started = [
        subprocess.Popen(command, env=os.environ | {"PYTHONPATH": str(SOURCE)}, stdout=subprocess.PIPE)
        for _ in range(6)
    ]
    outputs = {process.communicate(timeout=60)[0] for process in started}
    assert len(outputs) == 1
    assert b"keys" in outputs.pop()
    assert sorted(path.name for path in tmp_path.iterdir()) == [KEY_FILE, SECRET_FILE]


def test_key_file_of_another_kind_is_named(tmp_path: Path) -> None:
    (tmp_path / KEY_FILE).write_bytes(b"not a key")
    with pytest.raises(ValueError, match=r"PEM|key"):
        DevelopmentIssuer.in_folder(tmp_path)


def test_its_webhooks_pass_the_usual_verifier(tmp_path: Path) -> None:
    secret = development_webhook_secret(tmp_path)
    headers = sign_webhook(secret, "msg_dev", NOW, b"{}")
    SvixWebhookVerifier([secret], clock=SettableClock(NOW)).verify(headers, b"{}")


def test_header_is_that_of_a_session_token(tmp_path: Path) -> None:
    candidate = DevelopmentIssuer.in_folder(tmp_path).issue_token("user_a", session_id="sess_a", at=NOW)
    header = jwt.get_unverified_header(candidate)
    assert (header["alg"], header["cat"], header["typ"]) == ("RS256", "cl_B7d4PD111AAA", "JWT")
    assert header["kid"].startswith("ins_")

"""`tekun up`, as `dev.py up` runs it: everything together, and nothing left behind."""

import json
import os
import signal
import subprocess
import time
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from adapters.clerk.development import development_webhook_secret
from adapters.clerk.webhooks import sign_webhook
from entrypoints.cli.tokens import DEMO_NAMES
from tests.support.embedded import needs_proc, server_pid, wait_until
from tests.support.running import ROOT, Running, running, tekun

PAYLOADS = ROOT.parent / "shared" / "clerk" / "webhooks"
COURSES = ROOT.parent / "shared" / "data" / "mooccubex" / "courses.csv"


def token(data: Path, role: str, *arguments: str) -> dict[str, str]:
    done = tekun(data, "token", "--as", role, *arguments)
    assert done.returncode == 0, done.stderr
    return {"Authorization": f"Bearer {done.stdout.strip()}"}


def deliver(up: Running, data: Path, identity: str, body: bytes) -> int:
    """Posts a webhook as Clerk would, signed with the development secret; answers the status."""
    # A message id has no dots: they part id, time and body in what is signed.
    message_id = f"msg_{identity.replace('.', '_')}"
    headers = sign_webhook(development_webhook_secret(data), message_id, datetime.now(UTC), body)
    return httpx.post(f"{up.url}/webhooks/clerk", content=body, headers=headers, timeout=10).status_code


def worker_pids(up: Running) -> list[int]:
    listed = subprocess.run(["ps", "-eo", "pid=,ppid=,args="], capture_output=True, text=True, check=True).stdout
    children = [line.split(None, 2) for line in listed.splitlines()]
    return [int(pid) for pid, parent, command in children if int(parent) == up.process.pid and " worker" in command]


def is_gone(pid: int) -> bool:
    stat = Path(f"/proc/{pid}/stat")
    return not stat.exists() or stat.read_text().rpartition(")")[2].split()[0] == "Z"


def test_it_serves_the_demo_to_each_role(data: Path) -> None:
    with running(data, "up", "--port", "0") as up:
        told = up.log.read_text()
        assert all(f"token for {role}:" in told for role in ("admin", "dosen", "mahasiswa"))
        assert len(up.get("/v1/courses").json()["items"]) > 5
        assert up.get("/health/ready").json()["ready"] is True
        for role in ("admin", "dosen", "mahasiswa"):
            assert up.get("/v1/me", headers=token(data, role)).json()["role"] == role
        assert up.stop() == 0


def test_a_second_start_finds_what_the_first_left(data: Path) -> None:
    with running(data, "up", "--port", "0") as up:
        headers = token(data, "dosen", "--sub", "user_second")
        me = up.get("/v1/me", headers=headers).json()
        assert up.stop() == 0
    with running(data, "up", "--port", "0", "--no-demo") as up:
        assert up.get("/v1/me", headers=headers).json()["id"] == me["id"]


@needs_proc
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT, signal.SIGKILL])
def test_nothing_is_left_however_it_ends(data: Path, how: signal.Signals) -> None:
    with running(data, "up", "--port", "0", "--no-demo") as up:
        [worker] = worker_pids(up)
        assert server_pid(data) is not None
        os.kill(up.process.pid, how)
        up.process.wait(60)
        wait_until(lambda: is_gone(worker), "the worker ends with its parent")
        wait_until(lambda: server_pid(data) is None, "the database ends with its owner")


def test_a_port_that_is_taken_is_named(data: Path) -> None:
    with running(data, "serve", "--port", "0") as serving:
        port = serving.url.rpartition(":")[2]
        refused = tekun(data, "up", "--port", port)
        assert refused.returncode == 1
        assert "--port" in refused.stderr


def test_all_payloads_of_clerk_twice_through_the_front_door(data: Path) -> None:
    if not PAYLOADS.is_dir():
        pytest.skip("Clerk's payloads are not beside the project")
    files = [path for path in sorted(PAYLOADS.glob("*.json")) if path.name != "INDEX.json"]
    with running(data, "up", "--port", "0", "--no-demo") as up:
        assert tekun(data, "webhook", "send", str(files[0])).returncode == 0
        for path in files * 2:
            assert deliver(up, data, path.stem, path.read_bytes()) == 204
        users = up.get("/v1/users", headers=token(data, "admin")).json()["items"]
    # One person is deleted among them, and leaves nothing; the other is there beside the demo's users.
    assert {user["name"] for user in users} == {"Example Example", *DEMO_NAMES.values()}


def test_the_real_courses_are_imported_and_found(data: Path) -> None:
    if not COURSES.is_file():
        pytest.skip("the real courses are not beside the project")
    with running(data, "up", "--port", "0", "--no-demo") as up:
        refused = tekun(data, "courses", "import", str(COURSES))
        assert refused.returncode == 1
        assert up.get("/v1/courses").json()["items"] == []
        done = tekun(data, "courses", "import", str(COURSES), "--go-on", "--language", "zh")
        assert done.returncode == 0, done.stderr
        assert "created 2295" in done.stdout
        assert "refused 1026" in done.stdout
        assert "line 2, column title" in done.stderr
        found = up.get("/v1/courses", params={"q": "逻辑学"}).json()["items"]
        assert "逻辑学概论" in [course["title"] for course in found]


@needs_proc
def test_a_webhook_that_failed_is_retried_by_the_worker(data: Path) -> None:
    """Two live users claim one address; when the first lets go of it, the second gets it without anybody's help."""
    with running(data, "up", "--port", "0", "--no-demo") as up:
        for clerk_id, at in (("user_first", 1), ("user_second", 2)):
            assert deliver(up, data, clerk_id, _created(clerk_id, "same@example.org", at)) == 204
        admin = token(data, "admin")
        assert "user.email_taken" in tekun(data, "webhooks", "list").stdout
        assert deliver(up, data, "third", _created("user_first", "other@example.org", 3)) == 204
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            listed = httpx.get(f"{up.url}/v1/users", headers=admin, timeout=10).json()["items"]
            if any(user["clerk_id"] == "user_second" and user["email"] == "same@example.org" for user in listed):
                return
            time.sleep(0.2)
    raise AssertionError("the worker did not apply it")


def _created(clerk_id: str, email: str, at: int) -> bytes:
    milliseconds = 1_790_000_000_000 + at
    person = {
        "id": clerk_id,
        "created_at": milliseconds,
        "updated_at": milliseconds,
        "public_metadata": {},
        "primary_email_address_id": f"idn_{at}",
        "email_addresses": [
            {"id": f"idn_{at}", "email_address": email, "verification": {"status": "verified"}},
        ],
    }
    return json.dumps({"type": "user.updated", "object": "event", "data": person}).encode()

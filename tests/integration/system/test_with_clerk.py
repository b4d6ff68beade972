"""Everything with a Clerk: the product as processes of their own, beside a stub of Clerk over HTTP."""

import base64
import json
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from adapters.clerk.webhooks import sign_webhook
from tests.support import clerk_keys
from tests.support.clerk_stub import ClerkStub
from tests.support.running import Running, running, tekun

SECRET = "whsec_" + base64.b64encode(b"a secret of the test's own").decode()


class World:
    """A running platform and the Clerk that it is told of."""

    def __init__(self, up: Running, stub: ClerkStub, data: Path, variables: dict[str, str]) -> None:
        self.up, self.stub, self.data, self.variables = up, stub, data, variables

    def token(self, clerk_id: str, session_id: str = "sess_1") -> dict[str, str]:
        """What a front end would send for somebody who is signed in at Clerk."""
        now = int(time.time())
        claims = clerk_keys.claims(
            iss=self.stub.url, sub=clerk_id, sid=session_id, iat=now, nbf=now - 10, exp=now + 60, azp="http://app.test"
        )
        return {"Authorization": f"Bearer {clerk_keys.token(claims)}"}

    def call(self, method: str, path: str, who: str, **options: Any) -> httpx.Response:
        headers = {**self.token(who), **options.pop("headers", {})}
        return httpx.request(method, self.up.url + path, headers=headers, timeout=20, **options)

    def tell(self, kind: str, data: dict[str, Any], identity: str) -> int:
        body = json.dumps({"type": kind, "object": "event", "data": data}).encode()
        headers = sign_webhook(SECRET, identity, datetime.now(UTC), body)
        return httpx.post(f"{self.up.url}/webhooks/clerk", content=body, headers=headers, timeout=20).status_code

    def command(self, *arguments: str) -> str:
        done = tekun(self.data, *arguments, **self.variables)
        assert done.returncode == 0, done.stderr
        return done.stdout


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    data = tmp_path_factory.mktemp("with-clerk")
    with ClerkStub() as stub:
        stub.instance.key_set = clerk_keys.key_set(clerk_keys.public_jwk(clerk_keys.private_key()))
        stub.instance.add_user(
            "user_admin", email="admin@tekun.example", first_name="Ayu", public_metadata={"role": "admin"}
        )
        stub.instance.add_user("user_learner", email="learner@tekun.example", first_name="Maya")
        variables = {
            "CLERK_FRONTEND_API_URL": stub.url,
            "CLERK_API_URL": stub.url,
            "CLERK_SECRET_KEY": stub.instance.secret_key,
            "CLERK_WEBHOOK_SIGNING_SECRET": SECRET,
            "CLERK_AUTHORIZED_PARTIES": "http://app.test",
        }
        with running(data, "up", "--port", "0", "--no-demo", **variables) as up:
            world = World(up, stub, data, variables)
            assert world.tell("user.created", stub.instance.users["user_admin"], "msg_admin") == 204
            yield world


def eventually(holds: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + 30
    while not holds():
        assert time.monotonic() < deadline, what
        time.sleep(0.1)


def user_of(world: World, clerk_id: str) -> dict[str, Any]:
    users = world.call("GET", "/v1/users?limit=100", "user_admin").json()["items"]
    user: dict[str, Any] = next(user for user in users if user["clerk_id"] == clerk_id)
    return user


def test_the_development_issuer_is_off(world: World) -> None:
    refused = tekun(world.data, "token", "--as", "admin", **world.variables)
    assert refused.returncode == 1
    assert "Clerk" in refused.stderr
    assert "token for" not in world.up.log.read_text()


def test_a_first_request_is_let_in_and_completed_in_the_background(world: World) -> None:
    first = world.call("GET", "/v1/me", "user_learner")
    assert first.status_code == 200
    assert first.json()["role"] == "mahasiswa"
    eventually(lambda: user_of(world, "user_learner")["name"] == "Maya", "the worker asks Clerk who this is")
    assert user_of(world, "user_learner")["email"] == "learner@tekun.example"


def test_a_role_is_changed_at_clerk_and_here(world: World) -> None:
    world.stub.instance.add_user("user_teacher", email="teacher@tekun.example")
    assert world.tell("user.created", world.stub.instance.users["user_teacher"], "msg_teacher") == 204
    teacher = user_of(world, "user_teacher")
    changed = world.call(
        "PATCH", f"/v1/users/{teacher['id']}", "user_admin", json={"role": "dosen"}, headers={"If-Match": "*"}
    )
    assert changed.status_code == 200, changed.text
    assert changed.json()["role"] == "dosen"
    assert world.stub.instance.users["user_teacher"]["public_metadata"] == {"role": "dosen"}
    # Clerk's own message of the change comes later, and changes nothing more.
    assert world.tell("user.updated", world.stub.instance.users["user_teacher"], "msg_teacher_2") == 204
    assert user_of(world, "user_teacher")["version"] == changed.json()["version"]


def test_who_is_banned_at_clerk_is_out_at_once(world: World) -> None:
    world.stub.instance.add_user("user_rude", email="rude@tekun.example")
    assert world.tell("user.created", world.stub.instance.users["user_rude"], "msg_rude") == 204
    assert world.call("GET", "/v1/me", "user_rude").status_code == 200
    banned = world.stub.instance.change_user("user_rude", banned=True)
    assert world.tell("user.updated", banned, "msg_rude_2") == 204
    refused = world.call("GET", "/v1/me", "user_rude")
    assert (refused.status_code, refused.json()["code"]) == (403, "user.inactive")


def test_clerk_away_means_that_nothing_was_changed(world: World) -> None:
    world.stub.instance.add_user("user_stays", email="stays@tekun.example")
    assert world.tell("user.created", world.stub.instance.users["user_stays"], "msg_stays") == 204
    before = user_of(world, "user_stays")
    key, world.stub.instance.secret_key = world.stub.instance.secret_key, "sk_test_rotated"
    refused = world.call(
        "PATCH", f"/v1/users/{before['id']}", "user_admin", json={"role": "dosen"}, headers={"If-Match": "*"}
    )
    world.stub.instance.secret_key = key
    assert (refused.status_code, refused.json()["code"]) == (409, "clerk.refused")
    assert key not in refused.text
    assert user_of(world, "user_stays") == before


def test_logout_ends_the_session_at_clerk_and_here(world: World) -> None:
    world.stub.instance.sign_in("user_learner", "sess_over")
    headers = world.token("user_learner", "sess_over")
    assert httpx.post(f"{world.up.url}/v1/auth/logout", headers=headers, timeout=20).status_code == 204
    assert world.stub.instance.sessions["sess_over"]["status"] == "revoked"
    assert httpx.get(f"{world.up.url}/v1/me", headers=headers, timeout=20).status_code == 401
    assert world.call("GET", "/v1/me", "user_learner").status_code == 200


def test_the_reconciliation_finds_what_webhooks_lost(world: World) -> None:
    world.stub.instance.add_user("user_lost", email="lost@tekun.example", first_name="Lost")
    world.stub.instance.add_user("user_gone", email="gone@tekun.example")
    world.command("users", "sync")
    assert user_of(world, "user_lost")["name"] == "Lost"
    del world.stub.instance.users["user_gone"]
    world.stub.instance.change_user("user_lost", first_name="Found")
    report = json.loads(world.command("users", "sync", "--json"))
    assert (report["changed"], report["deleted"], report["conflicts"]) == (1, 1, [])
    assert user_of(world, "user_lost")["name"] == "Found"
    assert json.loads(world.command("users", "sync", "--json"))["changed"] == 0


def test_who_is_invited_gets_the_role_on_signing_up(world: World) -> None:
    invited = world.call("POST", "/v1/users", "user_admin", json={"email": "new@tekun.example", "role": "dosen"})
    assert invited.status_code == 201, invited.text
    assert [one["email_address"] for one in world.stub.instance.invitations.values()] == ["new@tekun.example"]
    world.stub.instance.add_user("user_new", email="new@tekun.example", public_metadata={"role": "dosen"})
    assert world.tell("user.created", world.stub.instance.users["user_new"], "msg_new") == 204
    user = user_of(world, "user_new")
    assert (user["id"], user["role"], user["status"]) == (invited.json()["id"], "dosen", "active")

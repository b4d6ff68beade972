"""The stub is only worth something if it answers as Clerk does: by Clerk's schema, and to Clerk's own client."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml
from clerk_backend_api import Clerk
from clerk_backend_api.models import ClerkErrors
from clerk_backend_api.utils import BackoffStrategy, RetryConfig
from openapi_schema_validator import OAS30Validator
from referencing import Registry
from referencing.jsonschema import DRAFT4

from tests.support.clerk_stub import ClerkStub

SPECIFICATION = Path(__file__).parents[4] / "shared/clerk/openapi/backend-2026-05-12.yml"
needs_specification = pytest.mark.skipif(
    not SPECIFICATION.exists(), reason="Clerk's OpenAPI document doesn't come with the project"
)


@cache
def specification() -> Registry[Any]:
    with SPECIFICATION.open() as file:
        document = yaml.load(file, Loader=yaml.CSafeLoader)  # a safe loader, in C: 20,000 lines
    return Registry().with_resource("urn:clerk", DRAFT4.create_resource(document))


def faults(schema: str, answer: Any) -> list[str]:
    reference = {"$ref": f"urn:clerk#/components/schemas/{schema}"}
    validator = OAS30Validator(reference, registry=specification())
    return [f"{error.json_path}: {error.message[:200]}" for error in validator.iter_errors(answer)]


@pytest.fixture
def official(stub: ClerkStub) -> Iterator[Clerk]:
    no_retries = RetryConfig("none", BackoffStrategy(0, 0, 0, 0), retry_connection_errors=False)  # else up to an hour
    with Clerk(
        bearer_auth=stub.instance.secret_key, server_url=f"{stub.url}/v1", retry_config=no_retries, timeout_ms=5000
    ) as client:
        yield client


@needs_specification
def test_answers_satisfy_clerks_schema(stub: ClerkStub) -> None:
    stub.instance.add_user("user_a", email="a@tekun.example", first_name="A", username="a")
    stub.instance.add_user("user_b", email="b@tekun.example", is_verified=False)
    stub.instance.add_user("user_c")
    stub.instance.sign_in("user_a", "sess_a")
    with httpx.Client(
        base_url=f"{stub.url}/v1", headers={"Authorization": f"Bearer {stub.instance.secret_key}"}
    ) as client:
        users = client.get("/users").json()
        assert len(users) == 3
        answers = [
            *(("User", user) for user in users),
            ("User", client.get("/users/user_a").json()),
            ("User", client.patch("/users/user_a/metadata", json={"public_metadata": {"role": "dosen"}}).json()),
            *(("User", client.post(f"/users/user_a/{verb}").json()) for verb in ("ban", "unban", "lock", "unlock")),
            ("Session", client.post("/sessions/sess_a/revoke").json()),
            ("Invitation", client.post("/invitations", json={"email_address": "c@tekun.example"}).json()),
            ("ClerkErrors", client.post("/invitations", json={"email_address": "c@tekun.example"}).json()),
            ("DeletedObject", client.delete("/users/user_b").json()),
            ("ClerkErrors", client.get("/users/user_b").json()),
            ("ClerkErrors", client.get("/users?limit=501").json()),
        ]
    assert [(schema, faults(schema, answer)) for schema, answer in answers if faults(schema, answer)] == []


@needs_specification
def test_control_the_schema_notices(stub: ClerkStub) -> None:
    user = stub.instance.add_user("user_a", email="a@tekun.example")
    assert faults("User", user) == []
    assert faults("User", user | {"banned": "no"})
    assert faults("User", user | {"surprise": 1})
    assert faults("User", {name: value for name, value in user.items() if name != "locked"})


# To write a request, the client reads every field of its own model, the deprecated `last_active_at_since` among them.
@pytest.mark.filterwarnings(r"ignore:warning. \*\* DEPRECATED \*\*:DeprecationWarning")
def test_clerks_own_client_pages_through_the_users(stub: ClerkStub, official: Clerk) -> None:
    for number in range(7):
        stub.instance.add_user(f"user_{number}")
    first = official.users.list(request={"limit": 3, "order_by": "-created_at"})
    second = official.users.list(request={"limit": 3, "offset": 3, "order_by": "-created_at"})
    assert [user.id for user in first + second] == [f"user_{number}" for number in (6, 5, 4, 3, 2, 1)]


def test_clerks_own_client_reads_and_changes_a_user(stub: ClerkStub, official: Clerk) -> None:
    stub.instance.add_user("user_a", email="a@tekun.example", public_metadata={"old": {"kept": 1}})
    assert official.users.get(user_id="user_a").email_addresses[0].email_address == "a@tekun.example"
    changed = official.users.update_metadata(user_id="user_a", public_metadata={"role": "dosen", "old": {"new": 2}})
    assert changed.public_metadata == {"old": {"kept": 1, "new": 2}, "role": "dosen"}
    assert official.users.ban(user_id="user_a").banned
    assert not official.users.unban(user_id="user_a").banned
    assert official.users.lock(user_id="user_a").locked
    assert not official.users.unlock(user_id="user_a").locked


def test_clerks_own_client_deletes_and_misses(stub: ClerkStub, official: Clerk) -> None:
    stub.instance.add_user("user_a")
    assert official.users.delete(user_id="user_a").deleted
    with pytest.raises(ClerkErrors) as refusal:
        official.users.get(user_id="user_a")
    assert refusal.value.data.errors[0].code == "resource_not_found"


def test_clerks_own_client_invites_and_revokes(stub: ClerkStub, official: Clerk) -> None:
    stub.instance.add_user("user_a")
    stub.instance.sign_in("user_a", "sess_a")
    request = {"email_address": "new@tekun.example", "public_metadata": {"role": "dosen"}}
    assert official.invitations.create(request=request).status == "pending"
    with pytest.raises(ClerkErrors):
        official.invitations.create(request=request)
    assert official.sessions.revoke(session_id="sess_a").status == "revoked"

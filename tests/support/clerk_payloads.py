"""Webhook bodies of Clerk's as they look in the wild, kept beside the project where it is developed."""

import json
from pathlib import Path

import pytest

FOLDER = Path(__file__).resolve().parents[3] / "shared/clerk/webhooks"
NEEDS_PAYLOADS = pytest.mark.skipif(not FOLDER.is_dir(), reason="the collected payloads are not at hand")


def payloads() -> dict[str, bytes]:
    """By file name; empty where there are none."""
    return {file.name: file.read_bytes() for file in sorted(FOLDER.glob("*.json")) if file.name != "INDEX.json"}


def user_payload(type_: str, clerk_id: str, at: int, **given: object) -> bytes:
    """A message of our own making with the fields that matter; `at` is the instant of the change in milliseconds."""
    email = given.pop("email", None)
    verification = {"status": "verified" if given.pop("is_verified", True) else "unverified"}
    addresses = [{"id": "idn_1", "email_address": email, "verification": verification}] if email else []
    data = {
        "id": clerk_id,
        "created_at": 1_744_276_000_000,
        "updated_at": at,
        "primary_email_address_id": "idn_1" if email else None,
        "email_addresses": addresses,
        **given,
    }
    return json.dumps({"type": type_, "object": "event", "data": data}).encode()

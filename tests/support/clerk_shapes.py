"""Objects as Clerk's Backend API answers them, complete enough for its published schema."""

from collections.abc import Mapping
from typing import Any

JsonObject = dict[str, Any]


def user_object(
    clerk_id: str,
    *,
    at: int,
    email: str | None = None,
    is_verified: bool = True,
    first_name: str | None = None,
    last_name: str | None = None,
    username: str | None = None,
    public_metadata: Mapping[str, Any] | None = None,
) -> JsonObject:
    """`at` is when they joined, in milliseconds."""
    address_id = f"idn_{clerk_id.removeprefix('user_')}"
    return {
        "id": clerk_id,
        "object": "user",
        "username": username,
        "first_name": first_name,
        "last_name": last_name,
        "locale": None,
        "image_url": "https://img.clerk.com/none",
        "has_image": False,
        "primary_email_address_id": address_id if email else None,
        "primary_phone_number_id": None,
        "primary_web3_wallet_id": None,
        "password_enabled": True,
        "two_factor_enabled": False,
        "totp_enabled": False,
        "backup_code_enabled": False,
        "email_addresses": [_email_address(address_id, email, at=at, is_verified=is_verified)] if email else [],
        "phone_numbers": [],
        "web3_wallets": [],
        "passkeys": [],
        "external_accounts": [],
        "saml_accounts": [],
        "enterprise_accounts": [],
        "public_metadata": dict(public_metadata or {}),
        "private_metadata": {},
        "unsafe_metadata": {},
        "external_id": None,
        "last_sign_in_at": None,
        "banned": False,
        "locked": False,
        "lockout_expires_in_seconds": None,
        "verification_attempts_remaining": 100,
        "created_at": at,
        "updated_at": at,
        "delete_self_enabled": True,
        "create_organization_enabled": True,
        "last_active_at": None,
        "mfa_enabled_at": None,
        "mfa_disabled_at": None,
        "legal_accepted_at": None,
    }


def _email_address(address_id: str, email: str, *, at: int, is_verified: bool) -> JsonObject:
    return {
        "id": address_id,
        "object": "email_address",
        "email_address": email,
        "reserved": False,
        "verification": {
            "status": "verified" if is_verified else "unverified",
            "strategy": "email_code",
            "attempts": 1,
            "expire_at": at + 600_000,
            "object": "verification_otp",
        },
        "linked_to": [],
        "matches_sso_connection": False,
        "created_at": at,
        "updated_at": at,
    }


def session_object(session_id: str, clerk_id: str, *, at: int) -> JsonObject:
    return {
        "object": "session",
        "id": session_id,
        "user_id": clerk_id,
        "client_id": "client_1",
        "actor": None,
        "status": "active",
        "last_active_at": at,
        "expire_at": at + 7 * 86_400_000,
        "abandon_at": at + 30 * 86_400_000,
        "created_at": at,
        "updated_at": at,
    }


def invitation_object(invitation_id: str, email: str, public_metadata: Mapping[str, Any], *, at: int) -> JsonObject:
    return {
        "object": "invitation",
        "id": invitation_id,
        "email_address": email,
        "public_metadata": dict(public_metadata),
        "revoked": False,
        "status": "pending",
        "url": "https://clerk.example.com/invitation",
        "expires_at": at + 30 * 86_400_000,
        "created_at": at,
        "updated_at": at,
    }


def errors_object(code: str, message: str) -> JsonObject:
    return {
        "errors": [{"message": message, "long_message": f"{message}.", "code": code}],
        "clerk_trace_id": "0123456789abcdef",
    }

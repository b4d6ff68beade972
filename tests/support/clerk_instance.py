"""A Clerk instance in memory: the state behind the stub, and what the Backend API answers from it."""

import json
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from tests.support.clerk_shapes import JsonObject, errors_object, invitation_object, session_object, user_object

Query = Mapping[str, list[str]]
Answer = tuple[int, Any]


@dataclass
class ClerkInstance:
    """`key_set` is the document at the key host; `short_pages` cuts the n-th page of users (from 1) to so many."""

    secret_key: str = "sk_test_stub"
    key_set: bytes = b'{"keys": []}'
    users: dict[str, JsonObject] = field(default_factory=dict)
    sessions: dict[str, JsonObject] = field(default_factory=dict)
    invitations: dict[str, JsonObject] = field(default_factory=dict)
    short_pages: dict[int, int] = field(default_factory=dict)
    pages_given: int = 0
    last_instant: int = 0

    def now(self) -> int:
        """Milliseconds; every call a later one, so that each change has a time of its own."""
        self.last_instant = max(self.last_instant + 1, int(time.time() * 1000))
        return self.last_instant

    def add_user(self, clerk_id: str, **details: Any) -> JsonObject:
        """`details` as `user_object` takes them."""
        self.users[clerk_id] = user_object(clerk_id, **{"at": self.now()} | details)
        return self.users[clerk_id]

    def change_user(self, clerk_id: str, **fields: Any) -> JsonObject:
        self.users[clerk_id] |= {**fields, "updated_at": self.now()}
        return self.users[clerk_id]

    def sign_in(self, clerk_id: str, session_id: str) -> None:
        self.sessions[session_id] = session_object(session_id, clerk_id, at=self.now())

    def answer(self, method: str, path: str, query: Query, body: bytes) -> Answer:
        for wanted_method, pattern, handler in _ROUTES:
            match = pattern.fullmatch(path)
            if match and method == wanted_method:
                try:
                    return handler(self, *match.groups(), **_arguments(handler, query, body))
                except _NotFoundError:
                    return HTTPStatus.NOT_FOUND, errors_object("resource_not_found", "not found")
                except _RefusedError as error:
                    return error.answer
        return HTTPStatus.NOT_FOUND, errors_object("resource_not_found", "no such route")

    def list_users(self, query: Query) -> Answer:
        limit, offset = int(query.get("limit", ["10"])[0]), int(query.get("offset", ["0"])[0])
        order = query.get("order_by", ["-created_at"])[0]
        cursor = query.get("starting_after", [""])[0]
        if not 1 <= limit <= 500 or (cursor and (offset or order.lstrip("+-") != "created_at")):
            raise _RefusedError(422, "form_param_value_invalid", "is invalid")
        found = [user for user in self.users.values() if _is_wanted(user, query)]
        found.sort(key=lambda user: (user["created_at"], user["id"]), reverse=order.startswith("-"))
        if cursor:
            ids = [user["id"] for user in found]
            if cursor not in ids:
                raise _NotFoundError
            offset = ids.index(cursor) + 1
        self.pages_given += 1
        return HTTPStatus.OK, found[offset : offset + min(limit, self.short_pages.get(self.pages_given, limit))]

    def count_users(self) -> Answer:
        return HTTPStatus.OK, {"object": "total_count", "total_count": len(self.users)}

    def get_user(self, clerk_id: str) -> Answer:
        return HTTPStatus.OK, self._user(clerk_id)

    def delete_user(self, clerk_id: str) -> Answer:
        self._user(clerk_id)
        del self.users[clerk_id]
        return HTTPStatus.OK, {"object": "user", "id": clerk_id, "deleted": True}

    def merge_metadata(self, clerk_id: str, body: JsonObject) -> Answer:
        user = self._user(clerk_id)
        if not body.keys() <= {"public_metadata", "private_metadata", "unsafe_metadata"}:
            raise _RefusedError(422, "form_param_unknown", "is not a valid parameter for this request")
        return HTTPStatus.OK, self.change_user(clerk_id, **{key: _merged(user[key], body[key]) for key in body})

    def change_state(self, clerk_id: str, verb: str) -> Answer:
        self._user(clerk_id)
        if verb == "ban":
            for session in self.sessions.values():
                if session["user_id"] == clerk_id:
                    session |= {"status": "revoked", "updated_at": self.now()}
        flag = "banned" if verb.endswith("ban") else "locked"
        return HTTPStatus.OK, self.change_user(clerk_id, **{flag: not verb.startswith("un")})

    def revoke_session(self, session_id: str) -> Answer:
        if session_id not in self.sessions:
            raise _NotFoundError
        self.sessions[session_id] |= {"status": "revoked", "updated_at": self.now()}
        return HTTPStatus.OK, self.sessions[session_id]

    def invite(self, body: JsonObject) -> Answer:
        email = body.get("email_address")
        if not isinstance(email, str) or "@" not in email:
            raise _RefusedError(422, "form_param_format_invalid", "email_address must be a valid email address")
        pending = {one["email_address"] for one in self.invitations.values() if one["status"] == "pending"}
        taken = {entry["email_address"] for user in self.users.values() for entry in user["email_addresses"]}
        if not body.get("ignore_existing") and email in pending | taken:
            raise _RefusedError(400, "duplicate_record", "duplicate invitation")
        invitation_id = f"inv_{len(self.invitations) + 1}"
        invitation = invitation_object(invitation_id, email, body.get("public_metadata") or {}, at=self.now())
        self.invitations[invitation_id] = invitation
        return HTTPStatus.OK, invitation

    def list_invitations(self, query: Query) -> Answer:
        """Without the revoked, unless asked for; `query` finds parts of addresses and ids."""
        [part], statuses = query.get("query", [""]), query.get("status")
        return HTTPStatus.OK, [
            invitation
            for invitation in self.invitations.values()
            if (part in invitation["email_address"] or part in invitation["id"])
            and (invitation["status"] in statuses if statuses else invitation["status"] != "revoked")
        ]

    def revoke_invitation(self, invitation_id: str) -> Answer:
        if invitation_id not in self.invitations:
            raise _NotFoundError
        invitation = self.invitations[invitation_id]
        if invitation["status"] != "pending":
            raise _RefusedError(400, "invitation_not_pending", "the invitation is not pending")
        invitation |= {"status": "revoked", "revoked": True, "updated_at": self.now()}
        return HTTPStatus.OK, invitation

    def _user(self, clerk_id: str) -> JsonObject:
        if clerk_id not in self.users:
            raise _NotFoundError
        return self.users[clerk_id]


class _NotFoundError(Exception):
    pass


class _RefusedError(Exception):
    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.answer: Answer = (status, errors_object(code, message))


_USER = r"/v1/users/([^/]+)"
_ROUTES: list[tuple[str, re.Pattern[str], Callable[..., Answer]]] = [
    ("GET", re.compile(r"/v1/users"), ClerkInstance.list_users),
    ("GET", re.compile(r"/v1/users/count"), ClerkInstance.count_users),
    ("GET", re.compile(_USER), ClerkInstance.get_user),
    ("DELETE", re.compile(_USER), ClerkInstance.delete_user),
    ("PATCH", re.compile(f"{_USER}/metadata"), ClerkInstance.merge_metadata),
    ("POST", re.compile(f"{_USER}/(ban|unban|lock|unlock)"), ClerkInstance.change_state),
    ("POST", re.compile(r"/v1/sessions/([^/]+)/revoke"), ClerkInstance.revoke_session),
    ("POST", re.compile(r"/v1/invitations"), ClerkInstance.invite),
    ("GET", re.compile(r"/v1/invitations"), ClerkInstance.list_invitations),
    ("POST", re.compile(r"/v1/invitations/([^/]+)/revoke"), ClerkInstance.revoke_invitation),
]


def _arguments(handler: Callable[..., Answer], query: Query, body: bytes) -> JsonObject:
    wanted = handler.__annotations__
    return ({"query": query} if "query" in wanted else {}) | ({"body": json.loads(body)} if "body" in wanted else {})


def _is_wanted(user: JsonObject, query: Query) -> bool:
    addresses = {entry["email_address"] for entry in user["email_addresses"]}
    wanted_ids, wanted_addresses = query.get("user_id"), query.get("email_address")
    return (not wanted_ids or user["id"] in wanted_ids) and (
        not wanted_addresses or bool(addresses & {*wanted_addresses})
    )


def _merged(old: JsonObject, new: JsonObject) -> JsonObject:
    """As documented: deep, and null removes a key."""
    merged = dict(old)
    for key, value in new.items():
        if value is None:
            merged.pop(key, None)
        elif isinstance(value, dict):
            merged[key] = _merged(merged[key] if isinstance(merged.get(key), dict) else {}, value)
        else:
            merged[key] = value
    return merged

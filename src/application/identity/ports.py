"""What identity needs of the world. Adapters inherit their port, so that mypy reports drift."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from application.audit.ports import AuditLog
from application.identity.queries import UserView
from application.shared.encoded import Encoded
from application.shared.idempotency import IdempotencyKeys
from application.shared.unit import Unit
from domain.identity.profile import Profile, Role, SourceMark
from domain.identity.user import Status, User
from domain.shared.errors import Conflict, Invalid, NotFound, Unauthenticated, Unavailable
from domain.shared.ids import UserId


class UserNotFound(NotFound):
    code = "user.not_found"


class PseudonymTaken(Conflict):
    code = "user.pseudonym_taken"


class EmailTaken(Conflict):
    """Two live users can't have one email address."""

    code = "user.email_taken"


class TokenRejected(Unauthenticated):
    """The token proves nothing. `reason`, of a small fixed set, is for log and metric and never goes to the client."""

    code = "auth.token_invalid"

    def __init__(self, reason: str) -> None:
        super().__init__("A valid session token is needed.")
        self.reason = reason


class KeysUnavailable(Unavailable):
    """No signing key is known and none can be had: we can't say whether the token is good."""

    code = "auth.keys_unavailable"


class SignatureInvalid(Invalid):
    """The webhook isn't from who it claims, is too old, or was changed on its way."""

    code = "webhook.signature_invalid"


class DirectoryUnavailable(Unavailable):
    """Clerk's Backend API can't be reached, refuses to be hurried, or fails on its side."""

    code = "clerk.unavailable"


class DirectoryRefused(Conflict):
    """Clerk's Backend API says no, in its own words."""

    code = "clerk.refused"


@dataclass(frozen=True, slots=True)
class SessionClaims:
    """What a verified session token says.

    `name` and `email` come from custom claims, where an instance has them.
    """

    clerk_id: str
    session_id: str
    expires_at: datetime
    name: str | None = None
    email: str | None = None


class TokenVerifier(Protocol):
    async def verify(self, token: str) -> SessionClaims:
        """The claims of a session token that is genuine, ours, and valid now.

        Raises:
            TokenRejected: it isn't.
            KeysUnavailable: no signing key is known and the key host can't be reached.
        """
        ...


class WebhookVerifier(Protocol):
    def verify(self, headers: Mapping[str, str], body: bytes) -> None:
        """Returns only for a body that the sender signed within the last five minutes; header names in lower case.

        Raises:
            SignatureInvalid: anything else, malformed headers included.
        """
        ...


@dataclass(frozen=True, slots=True)
class Principal:
    """Who a request speaks for, as the database has it at this moment."""

    user_id: UserId
    clerk_id: str
    session_id: str
    role: Role
    status: Status
    is_deleted: bool
    is_session_denied: bool


class Principals(Protocol):
    async def find(self, clerk_id: str, session_id: str) -> Principal | None:
        """The principal with that Clerk id, whether they may come in or not; None where nobody has it yet."""
        ...


class UserRepository(Protocol):
    """Users as whole aggregates. What `get`, `find_*` and `obtain` return is locked until the unit ends.

    EmailTaken comes at the latest when the unit's block ends; the unit can't be committed any more then.
    """

    async def get(self, user_id: UserId) -> User:
        """Raises UserNotFound."""
        ...

    async def find_by_clerk_id(self, clerk_id: str) -> User | None: ...

    async def find_invited(self, email: str) -> User | None:
        """Who was invited under this address (compared without case) and has not signed up."""
        ...

    async def obtain(self, user: User) -> User:
        """The stored user with `user.clerk_id`, or `user` itself, stored now. Parallel calls end with one row.

        Raises:
            EmailTaken: it is not stored yet, and another live user has its address.
        """
        ...

    async def add(self, user: User) -> None:
        """Raises EmailTaken."""
        ...

    async def save(self, user: User) -> None:
        """Raises EmailTaken."""
        ...

    async def view(self, user_id: UserId) -> Encoded[UserView]:
        """The user as saved in this unit. Raises UserNotFound."""
        ...

    async def marks(self, clerk_ids: Sequence[str]) -> Mapping[str, SourceMark | None]:
        """The newest description that was followed, for those of these ids that are known; not locked."""
        ...

    async def live_clerk_ids(self, *, after: str, limit: int) -> Sequence[str]:
        """The next `limit` Clerk ids of live users in the order of the ids, not locked."""
        ...

    async def newcomers(self, *, since: datetime, limit: int) -> Sequence[str]:
        """Clerk ids of live users made since then whom no description of Clerk's has reached, the newest first."""
        ...

    async def lock_active_admins(self) -> Sequence[UserId]:
        """Every active admin, so that two changes at once can't remove the last one."""
        ...


class SessionDenyList(Protocol):
    async def deny(self, session_id: str, *, until: datetime) -> None:
        """Tokens of this session are refused from the commit on; that may be forgotten after the latest `until`."""
        ...

    async def forget_before(self, instant: datetime) -> int:
        """Forgets sessions whose `until` is over; returns how many."""
        ...


class DeliveryState(StrEnum):
    RECEIVED = "received"
    APPLIED = "applied"
    IGNORED = "ignored"
    FAILED = "failed"
    DEAD = "dead"


@dataclass(slots=True, kw_only=True)
class WebhookDelivery:
    """One message of Clerk's, by its `svix-id`. `error` says in words why it was not applied."""

    id: str
    type: str
    payload: bytes
    received_at: datetime
    state: DeliveryState = DeliveryState.RECEIVED
    attempts: int = 0
    next_attempt_at: datetime | None = None
    error: str | None = None


class WebhookDeliveryNotFound(NotFound):
    code = "webhook.not_found"


class WebhookInbox(Protocol):
    async def receive(self, delivery: WebhookDelivery) -> bool:
        """Stores a delivery; False, and nothing changed, where one with its id is there already."""
        ...

    async def get(self, delivery_id: str) -> WebhookDelivery:
        """Locked. Raises WebhookDeliveryNotFound."""
        ...

    async def next_due(self, now: datetime) -> WebhookDelivery | None:
        """A failed delivery whose next attempt is due, locked, passing over those that another worker has locked."""
        ...

    async def save(self, delivery: WebhookDelivery) -> None:
        """Keeps what became of a stored delivery: state, attempts, next attempt, error. The message never changes."""
        ...

    async def forget_before(self, instant: datetime) -> int:
        """Deletes what was received before and needs nothing more done; returns how many."""
        ...


class IdentityUnit(Unit, Protocol):
    users: UserRepository
    denied_sessions: SessionDenyList
    inbox: WebhookInbox
    idempotency: IdempotencyKeys
    audit: AuditLog


class UserDirectory(Protocol):
    """Clerk's Backend API, as far as we use it. Writes answer what Clerk holds afterwards.

    All raise DirectoryUnavailable or DirectoryRefused.
    """

    async def fetch(self, clerk_id: str) -> Profile | None:
        """None where Clerk knows nobody of this id (any more)."""
        ...

    def scan(self) -> AsyncIterator[Sequence[Profile]]:
        """Everybody, in pages. It ends in the ordinary way only if the scan was complete."""
        ...

    async def set_role(self, clerk_id: str, role: Role) -> Profile: ...

    async def suspend(self, clerk_id: str) -> Profile:
        """Bans: no sign-in any more, and all sessions ended."""
        ...

    async def reinstate(self, clerk_id: str) -> Profile:
        """Lifts a ban and a lock."""
        ...

    async def delete(self, clerk_id: str) -> None:
        """Succeeds also where nobody is left to delete."""
        ...

    async def invite(self, email: str, role: Role) -> None: ...

    async def revoke_invitation(self, email: str) -> None:
        """No pending invitation of this address (compared without case) is good any more; there may be none."""
        ...

    async def revoke_session(self, session_id: str) -> None:
        """Succeeds also for a session that is over or unknown."""
        ...

"""What Clerk tells us by webhook, translated into what matters here."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from domain.identity.profile import Profile
from domain.shared.errors import Invalid


class PayloadUnusable(Invalid):
    """Genuine, but nothing can be made of it: sending it again would not help.

    `type` is the event's type where that much could be read, else `unknown`.
    """

    code = "webhook.payload_unusable"

    def __init__(self, detail: str, *, type: str = "unknown") -> None:  # noqa: A002 # Clerk's own word for it
        super().__init__(detail)
        self.type = type


@dataclass(frozen=True, slots=True)
class UserChanged:
    """Somebody joined or changed; `profile` is all that Clerk says of them at that moment."""

    type: str
    profile: Profile


@dataclass(frozen=True, slots=True)
class UserDeleted:
    type: str
    clerk_id: str


@dataclass(frozen=True, slots=True)
class SessionEnded:
    """No token of this session is good any more; none that was issued lives beyond `until`."""

    type: str
    session_id: str
    until: datetime


@dataclass(frozen=True, slots=True)
class Ignored:
    """Nothing to do, for a reason in words."""

    type: str
    reason: str


Event = UserChanged | UserDeleted | SessionEnded | Ignored


class EventReader(Protocol):
    def read(self, body: bytes) -> Event:
        """What a verified webhook body says. `type` is printable and at most 100 characters long.

        Raises:
            PayloadUnusable: not JSON, not an envelope, or the part that matters is missing or out of range.
        """
        ...

"""Questions about people, and the views that answer them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

import msgspec

from application.shared.encoded import Encoded
from application.shared.page import DEFAULT_LIMIT
from domain.identity.profile import Role
from domain.identity.user import LeaderboardChoice, Status
from domain.shared.ids import UserId


class UserView(msgspec.Struct, frozen=True, kw_only=True):
    """A user as themselves and admins see them.

    `name` comes from Clerk, `display_name` is the person's own choice; `clerk_id` is null for who has not signed up.
    `leaderboard` is how they are shown on leaderboards.
    """

    id: UUID
    clerk_id: str | None
    name: str | None
    display_name: str | None
    email: str | None
    email_verified: bool
    role: Role
    status: Status
    time_zone: str
    locale: str
    leaderboard: LeaderboardChoice
    pseudonym: str | None
    created_at: datetime
    updated_at: datetime
    version: int


class UserPage(msgspec.Struct, frozen=True):
    items: list[UserView]
    next_cursor: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class UserQuestion:
    """Which users, newest first.

    `q` searches names and addresses, word by word, by the beginnings of words; a blank one is as good as none.
    """

    q: str | None = None
    role: Role | None = None
    status: Status | None = None
    limit: int = DEFAULT_LIMIT
    cursor: str | None = None

    @property
    def words(self) -> str | None:
        return self.q if self.q is not None and self.q.strip() else None


class UserQueries(Protocol):
    async def detail(self, user_id: UserId) -> Encoded[UserView]:
        """Raises UserNotFound, for a deleted user as well."""
        ...

    async def list(self, question: UserQuestion) -> Encoded[UserPage]:
        """Deleted users are in no list. Raises CursorInvalid."""
        ...

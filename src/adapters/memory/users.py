from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from adapters.memory.outbox import tell
from adapters.memory.tables import MemoryTables
from adapters.memory.user_queries import encoded_view
from application.gamification.outbox_ports import STANDING
from application.gamification.ports import Notice
from application.identity.ports import EmailTaken, PseudonymTaken, UserNotFound, UserRepository
from application.identity.queries import UserView
from application.shared.encoded import Encoded
from domain.identity.profile import SourceMark
from domain.identity.user import User
from domain.shared.ids import UserId


class MemoryUserRepository(UserRepository):
    """Addresses are compared without case by Python's rules, which know more letters than PostgreSQL's `lower`."""

    def __init__(self, tables: MemoryTables) -> None:
        self._tables = tables

    async def get(self, user_id: UserId) -> User:
        if user_id not in self._tables.users:
            raise UserNotFound("There is no such user.")
        return replace(self._tables.users[user_id])

    async def find_by_clerk_id(self, clerk_id: str) -> User | None:
        found = (user for user in self._tables.users.values() if user.clerk_id == clerk_id)
        return next((replace(user) for user in found), None)

    async def find_invited(self, email: str) -> User | None:
        invited = (user for user in self._tables.users.values() if user.is_live and user.clerk_id is None)
        return next((replace(user) for user in invited if _same_text(user.email, email)), None)

    async def obtain(self, user: User) -> User:
        assert user.clerk_id is not None
        stored = await self.find_by_clerk_id(user.clerk_id)
        if stored is not None:
            return stored
        await self.add(user)
        return replace(user)

    async def add(self, user: User) -> None:
        self._put(user)

    async def save(self, user: User) -> None:
        if user.id in self._tables.users:
            if _seen(user) != _seen(self._tables.users[user.id]):
                tell(self._tables, user.id, Notice(kind=STANDING, body="{}", at=user.updated_at))
            self._put(user)

    async def view(self, user_id: UserId) -> Encoded[UserView]:
        return encoded_view(self._tables.users.get(user_id))

    async def marks(self, clerk_ids: Sequence[str]) -> Mapping[str, SourceMark | None]:
        wanted = set(clerk_ids)
        return {user.clerk_id: user.mark for user in self._tables.users.values() if user.clerk_id in wanted}

    async def live_clerk_ids(self, *, after: str, limit: int) -> Sequence[str]:
        live = [user.clerk_id for user in self._tables.users.values() if user.is_live and user.clerk_id]
        return sorted(clerk_id for clerk_id in live if clerk_id > after)[:limit]

    async def newcomers(self, *, since: datetime, limit: int) -> Sequence[str]:
        new = [
            user for user in self._tables.users.values() if user.is_live and not user.mark and user.created_at >= since
        ]
        new.sort(key=lambda user: (user.created_at, user.id), reverse=True)
        return [user.clerk_id for user in new if user.clerk_id is not None][:limit]

    async def lock_active_admins(self) -> Sequence[UserId]:
        return sorted(user.id for user in self._tables.users.values() if user.is_active_admin)

    def _put(self, user: User) -> None:
        others = [other for other in self._tables.users.values() if other.id != user.id]
        if user.is_live and any(other.is_live and _same_text(other.email, user.email) for other in others):
            self._tables.was_refused = True
            raise EmailTaken("Another user has this email address.")
        if user.pseudonym is not None and any(_same_text(other.pseudonym, user.pseudonym) for other in others):
            self._tables.was_refused = True
            raise PseudonymTaken("Another user has this pseudonym.")
        assert all(user.clerk_id is None or other.clerk_id != user.clerk_id for other in others)
        self._tables.users[user.id] = replace(user)


def _seen(user: User) -> tuple[object, ...]:
    return user.leaderboard, user.status, user.deleted_at


def _same_text(one: str | None, other: str | None) -> bool:
    return one is not None and other is not None and one.lower() == other.lower()

from collections.abc import Callable
from datetime import datetime
from hashlib import blake2b
from uuid import UUID

import msgspec

from adapters.memory.tables import MemoryTables
from application.identity.ports import Principal, Principals, UserNotFound
from application.identity.queries import UserPage, UserQueries, UserQuestion, UserView
from application.shared.encoded import Encoded
from application.shared.page import Instant, decode_cursor, encode_cursor
from domain.identity.user import User
from domain.shared.ids import UserId

Committed = Callable[[], MemoryTables]
"""What is true now: tables give way to others at each commit, so they are asked for each time."""


class MemoryPrincipals(Principals):
    def __init__(self, committed: Committed) -> None:
        self._committed = committed

    async def find(self, clerk_id: str, session_id: str) -> Principal | None:
        tables = self._committed()
        user = next((user for user in tables.users.values() if user.clerk_id == clerk_id), None)
        if user is None:
            return None
        return Principal(
            user_id=user.id,
            clerk_id=clerk_id,
            session_id=session_id,
            role=user.role,
            status=user.status,
            is_deleted=not user.is_live,
            is_session_denied=session_id in tables.denied_sessions,
        )


class MemoryUserQueries(UserQueries):
    def __init__(self, committed: Committed) -> None:
        self._committed = committed

    async def detail(self, user_id: UserId) -> Encoded[UserView]:
        return encoded_view(self._committed().users.get(user_id))

    async def list(self, question: UserQuestion) -> Encoded[UserPage]:
        asked = (question.words, question.role, question.status)
        found = [user for user in self._committed().users.values() if _answers(user, question)]
        found.sort(key=_place, reverse=True)
        if question.cursor is not None:
            after = decode_cursor(asked, question.cursor, tuple[Instant, UUID])
            found = [user for user in found if _place(user) < after]
        shown = found[: question.limit]
        cursor = encode_cursor(asked, _place(shown[-1])) if len(found) > question.limit else None
        body = msgspec.json.encode(UserPage([_view(user) for user in shown], cursor))
        return Encoded(body, blake2b(body, digest_size=9).hexdigest())


def encoded_view(user: User | None) -> Encoded[UserView]:
    """Raises UserNotFound, for a tombstone as well."""
    if user is None or not user.is_live:
        raise UserNotFound("There is no such user.")
    return Encoded(msgspec.json.encode(_view(user)), str(user.version))


def _view(user: User) -> UserView:
    return UserView(**{name: getattr(user, name) for name in UserView.__struct_fields__})


def _place(user: User) -> tuple[datetime, UUID]:
    return (user.created_at, user.id)


def _answers(user: User, question: UserQuestion) -> bool:
    return (
        user.is_live
        and question.role in (None, user.role)
        and question.status in (None, user.status)
        and (question.words is None or _is_found(user, question.words))
    )


def _is_found(user: User, words: str) -> bool:
    wanted = _words(words)
    present = _words(" ".join(filter(None, (user.name, user.display_name, user.email))))
    return bool(wanted) and all(any(word.startswith(beginning) for word in present) for beginning in wanted)


def _words(text: str) -> list[str]:
    return "".join(character if character.isalnum() else " " for character in text.lower()).split()

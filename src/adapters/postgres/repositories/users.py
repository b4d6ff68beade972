from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import Integer, Text, bindparam, func, insert, literal_column, or_, select, update
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import insert as upsert

from adapters.postgres.queries.users import user_detail
from adapters.postgres.statement import Connection, Row, Statement
from adapters.postgres.tables.gamification import outbox
from adapters.postgres.tables.identity import users
from application.gamification.outbox_ports import STANDING
from application.identity.ports import UserNotFound, UserRepository
from application.identity.queries import UserView
from application.shared.encoded import Encoded
from domain.identity.profile import Role, SourceMark
from domain.identity.user import LeaderboardChoice, Status, User
from domain.shared.ids import UserId

_stored = [column for column in users.columns if column.computed is None]
_columns = {column.name: bindparam(column.name, type_=column.type) for column in _stored}
_by_id = Statement(select(*_stored).where(users.c.id == bindparam("id")).with_for_update())
_by_clerk_id = Statement(select(*_stored).where(users.c.clerk_id == bindparam("clerk_id")).with_for_update())
_invited = Statement(
    select(*_stored)
    .where(
        func.lower(users.c.email) == func.lower(bindparam("email", type_=users.c.email.type)),
        users.c.clerk_id.is_(None),
        users.c.deleted_at.is_(None),
    )
    .with_for_update()
)
_insert = Statement(insert(users).values(_columns))
_insert_unless_there = Statement(upsert(users).values(_columns).on_conflict_do_nothing(index_elements=["clerk_id"]))


def _updating() -> Statement:
    """Who is seen by others, or no longer, is told to leaderboards: they read on in the outbox."""
    row = bindparam("row_id", type_=users.c.id.type)
    told = {
        "user_id": users.c.id,
        "kind": literal_column(f"'{STANDING}'"),
        "body": literal_column("'{}'"),
        "at": bindparam("updated_at", type_=users.c.updated_at.type),
    }
    different = or_(*(users.c[name].is_distinct_from(_columns[name]) for name in _SEEN))
    telling = insert(outbox).from_select(list(told), select(*told.values()).where(users.c.id == row, different))
    changed = update(users).where(users.c.id == row)
    changed = changed.values({name: column for name, column in _columns.items() if name != "id"})
    return Statement(changed.add_cte(telling.cte("told")))


_SEEN = ("leaderboard", "status", "deleted_at")
_update = _updating()
_active_admins = Statement(
    select(users.c.id)
    .where(users.c.role == "admin", users.c.status == "active", users.c.deleted_at.is_(None))
    .order_by(users.c.id)
    .with_for_update()
)
_marks = Statement(
    select(users.c.clerk_id, users.c.source_updated_at, users.c.source_digest).where(
        users.c.clerk_id == func.any(bindparam("clerk_ids", type_=ARRAY(Text)))
    )
)
_live_clerk_ids = Statement(
    select(users.c.clerk_id)
    .where(users.c.clerk_id > bindparam("after"), users.c.deleted_at.is_(None))
    .order_by(users.c.clerk_id)
    .limit(bindparam("limit", type_=Integer))
)
_newcomers = Statement(
    select(users.c.clerk_id)
    .where(
        users.c.created_at >= bindparam("since"),
        users.c.clerk_id.is_not(None),
        users.c.source_digest.is_(None),
        users.c.deleted_at.is_(None),
    )
    .order_by(users.c.created_at.desc(), users.c.id.desc())
    .limit(bindparam("limit", type_=Integer))
)


class PostgresUserRepository(UserRepository):
    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    async def get(self, user_id: UserId) -> User:
        row = await _by_id.row(self._connection, id=user_id)
        if row is None:
            raise UserNotFound("There is no such user.")
        return _user(row)

    async def find_by_clerk_id(self, clerk_id: str) -> User | None:
        row = await _by_clerk_id.row(self._connection, clerk_id=clerk_id)
        return None if row is None else _user(row)

    async def find_invited(self, email: str) -> User | None:
        row = await _invited.row(self._connection, email=email)
        return None if row is None else _user(row)

    async def obtain(self, user: User) -> User:
        assert user.clerk_id is not None
        await _insert_unless_there.run(self._connection, **_values(user))
        stored = await self.find_by_clerk_id(user.clerk_id)
        assert stored is not None, "inserted or there before"
        return stored

    async def add(self, user: User) -> None:
        await _insert.run(self._connection, **_values(user))

    async def save(self, user: User) -> None:
        await _update.run(self._connection, row_id=user.id, **_values(user))

    async def view(self, user_id: UserId) -> Encoded[UserView]:
        return await user_detail(self._connection, user_id)

    async def marks(self, clerk_ids: Sequence[str]) -> Mapping[str, SourceMark | None]:
        rows = await _marks.rows(self._connection, clerk_ids=clerk_ids)
        return {row["clerk_id"]: _mark(row) for row in rows}

    async def live_clerk_ids(self, *, after: str, limit: int) -> Sequence[str]:
        return [row["clerk_id"] for row in await _live_clerk_ids.rows(self._connection, after=after, limit=limit)]

    async def newcomers(self, *, since: datetime, limit: int) -> Sequence[str]:
        return [row["clerk_id"] for row in await _newcomers.rows(self._connection, since=since, limit=limit)]

    async def lock_active_admins(self) -> Sequence[UserId]:
        return [UserId(row["id"]) for row in await _active_admins.rows(self._connection)]


def _values(user: User) -> dict[str, object]:
    return {
        "id": user.id,
        "clerk_id": user.clerk_id,
        "name": user.name,
        "email": user.email,
        "email_verified": user.email_verified,
        "role": user.role,
        "status": user.status,
        "display_name": user.display_name,
        "time_zone": user.time_zone,
        "locale": user.locale,
        "leaderboard": user.leaderboard,
        "pseudonym": user.pseudonym,
        "created_at": user.created_at,
        "updated_at": user.updated_at,
        "version": user.version,
        "source_updated_at": user.mark.updated_at if user.mark else None,
        "source_digest": user.mark.digest if user.mark else None,
        "deleted_at": user.deleted_at,
    }


def _user(row: Row) -> User:
    return User(
        id=UserId(row["id"]),
        clerk_id=row["clerk_id"],
        name=row["name"],
        email=row["email"],
        email_verified=row["email_verified"],
        role=Role(row["role"]),
        status=Status(row["status"]),
        display_name=row["display_name"],
        time_zone=row["time_zone"],
        locale=row["locale"],
        leaderboard=LeaderboardChoice(row["leaderboard"]),
        pseudonym=row["pseudonym"],
        created_at=row["created_at"],
        updated_at=row["updated_at"],
        version=row["version"],
        mark=_mark(row),
        deleted_at=row["deleted_at"],
    )


def _mark(row: Row) -> SourceMark | None:
    return SourceMark(row["source_updated_at"], row["source_digest"]) if row["source_updated_at"] else None

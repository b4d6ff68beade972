"""Role and status, changed by an admin: at Clerk first, then here, so that the two can't part."""

from collections.abc import Sequence
from dataclasses import dataclass

from application.audit.record import record
from application.identity.follow_profile import changed_rights
from application.identity.ports import IdentityUnit, UserDirectory
from application.identity.queries import UserView
from application.shared.actor import Actor
from application.shared.clock import Clock, NewId
from application.shared.encoded import Encoded
from application.shared.unchanged import UNCHANGED, Unchanged, merged
from application.shared.unit import Begin
from application.shared.version import assert_version
from domain.identity.profile import Profile, Role
from domain.identity.user import Status, User
from domain.shared.errors import Conflict
from domain.shared.ids import UserId


class LastAdmin(Conflict):
    """Without an admin nobody could make another one."""

    code = "user.last_admin"


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeUser:
    actor: Actor
    user_id: UserId
    expected_version: int | None
    role: Role | Unchanged = UNCHANGED
    status: Status | Unchanged = UNCHANGED


class ChangeUserHandler:
    def __init__(
        self, begin: Begin[IdentityUnit], directory: UserDirectory | None, clock: Clock, new_id: NewId
    ) -> None:
        self._begin = begin
        self._directory = directory
        self._clock = clock
        self._new_id = new_id

    async def __call__(self, command: ChangeUser) -> Encoded[UserView]:
        """The user as changed.

        Raises:
            UserNotFound, VersionStale, UserDeleted, UserStatusGuarded, LastAdmin
            DirectoryUnavailable, DirectoryRefused: Clerk didn't take the change, so nothing was changed here either.
        """
        async with self._begin() as unit:
            user = await get_unless_last_admin(unit, command)
            now = self._clock()
            before = (user.role, user.status)
            user.change_role(merged(command.role, user.role), at=now)
            user.change_status(merged(command.status, user.status), at=now)
            if (user.role, user.status) != before:
                await self._write_to_clerk(user, before)
                await unit.users.save(user)
                changes = changed_rights(before, user)
                await record(
                    unit.audit, command.actor, "user.changed", user.id, changes=changes, new_id=self._new_id, at=now
                )
            view = await unit.users.view(user.id)
            await unit.commit()
        return view

    async def _write_to_clerk(self, user: User, before: tuple[Role, Status]) -> None:
        """Clerk's answer is its newest description of the person, so it is followed like one that came by webhook."""
        if self._directory is None:
            return
        if user.clerk_id is None:
            await self._invite_anew(self._directory, user)
            return
        answer: Profile | None = None
        if user.role is not before[0]:
            answer = await self._directory.set_role(user.clerk_id, user.role)
        if user.status is not before[1]:
            suspend = user.status is Status.INACTIVE
            answer = await (self._directory.suspend if suspend else self._directory.reinstate)(user.clerk_id)
        if answer is not None:
            user.follow(answer, at=self._clock())

    async def _invite_anew(self, directory: UserDirectory, user: User) -> None:
        """The role that an invitation carries can't be changed, so it is replaced by another one."""
        assert user.email is not None, "who is invited, is invited under an address"
        await directory.revoke_invitation(user.email)
        await directory.invite(user.email, user.role)


async def get_unless_last_admin(unit: IdentityUnit, command: ChangeUser) -> User:
    """The user, locked, of the version that the caller read.

    All admins are locked first, in one order, so that two admins who demote each other don't both succeed.

    Raises:
        UserNotFound, VersionStale, LastAdmin
    """
    admins = await unit.users.lock_active_admins()
    user = await unit.users.get(command.user_id)
    assert_version(user.version, command.expected_version)
    stays_admin = merged(command.role, user.role) is Role.ADMIN and merged(command.status, user.status) is Status.ACTIVE
    if user.is_active_admin and not stays_admin:
        assert_not_last(user, admins)
    return user


def assert_not_last(user: User, admins: Sequence[UserId]) -> None:
    """Raises LastAdmin where this user is the only active admin."""
    if list(admins) == [user.id]:
        raise LastAdmin("This is the last active admin.")

from dataclasses import dataclass

from application.audit.record import record
from application.identity.change_user import assert_not_last
from application.identity.ports import IdentityUnit, UserDirectory, UserNotFound
from application.shared.actor import Actor
from application.shared.clock import Clock, NewId
from application.shared.unit import Begin
from application.shared.version import assert_version
from domain.identity.user import User
from domain.shared.ids import UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteUser:
    actor: Actor
    user_id: UserId
    expected_version: int | None


class DeleteUserHandler:
    def __init__(
        self, begin: Begin[IdentityUnit], directory: UserDirectory | None, clock: Clock, new_id: NewId
    ) -> None:
        self._begin = begin
        self._directory = directory
        self._clock = clock
        self._new_id = new_id

    async def __call__(self, command: DeleteUser) -> None:
        """Removes the person at Clerk and leaves a tombstone here, which nothing late revives.

        Raises:
            UserNotFound, VersionStale, LastAdmin, DirectoryUnavailable, DirectoryRefused
        """
        async with self._begin() as unit:
            admins = await unit.users.lock_active_admins()
            user = await unit.users.get(command.user_id)
            if not user.is_live:
                raise UserNotFound("There is no such user.")
            assert_version(user.version, command.expected_version)
            assert_not_last(user, admins)
            await self._remove_at_clerk(user)
            now = self._clock()
            user.bury(at=now)
            await unit.users.save(user)
            await record(unit.audit, command.actor, "user.deleted", user.id, new_id=self._new_id, at=now)
            await unit.commit()

    async def _remove_at_clerk(self, user: User) -> None:
        if self._directory is None:
            return
        if user.clerk_id is not None:
            await self._directory.delete(user.clerk_id)
        elif user.email is not None:
            # Or whoever was invited as an admin could become one after all.
            await self._directory.revoke_invitation(user.email)

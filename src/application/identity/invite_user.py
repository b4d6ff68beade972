from dataclasses import dataclass

from application.audit.record import record
from application.identity.ports import IdentityUnit, UserDirectory
from application.identity.queries import UserView
from application.shared.actor import Actor
from application.shared.clock import Clock, NewId
from application.shared.idempotency import Created, IdempotencyKey
from application.shared.unit import Begin
from domain.identity.profile import Role
from domain.identity.user import User
from domain.shared.ids import UserId


@dataclass(frozen=True, slots=True, kw_only=True)
class InviteUser:
    actor: Actor
    email: str
    role: Role
    idempotency: IdempotencyKey | None


class InviteUserHandler:
    def __init__(
        self, begin: Begin[IdentityUnit], directory: UserDirectory | None, clock: Clock, new_id: NewId
    ) -> None:
        self._begin = begin
        self._directory = directory
        self._clock = clock
        self._new_id = new_id

    async def __call__(self, command: InviteUser) -> Created[UserView]:
        """A pending user, who becomes active when they sign up under this address and verify it.

        Raises:
            EmailTaken, IdempotencyKeyReused, IdempotencyKeyInFlight, DirectoryUnavailable, DirectoryRefused
        """
        async with self._begin() as unit:
            kept = await unit.idempotency.find(command.idempotency)
            if kept is not None:
                return kept
            now = self._clock()
            user = User.invited(UserId(self._new_id()), email=command.email, role=command.role, at=now)
            await unit.users.add(user)
            changes = {"role": user.role}
            await record(
                unit.audit, command.actor, "user.invited", user.id, changes=changes, new_id=self._new_id, at=now
            )
            created = Created(user.id, await unit.users.view(user.id))
            await unit.idempotency.keep(command.idempotency, created, at=now)
            if self._directory is not None:
                await self._directory.invite(command.email, command.role)
            await unit.commit()
        return created

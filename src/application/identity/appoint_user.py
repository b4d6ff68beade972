"""Development only: whoever holds the development key may say who is what, as Clerk's dashboard would."""

from dataclasses import dataclass
from hashlib import sha256

from application.audit.record import record
from application.identity.follow_profile import follow_profile
from application.identity.ports import IdentityUnit
from application.shared.actor import OPERATOR
from application.shared.clock import Clock, NewId
from application.shared.unit import Begin
from domain.identity.profile import Profile, Role, SourceMark
from domain.identity.user import User


@dataclass(frozen=True, slots=True, kw_only=True)
class AppointUser:
    clerk_id: str
    name: str
    email: str
    role: Role


class AppointUserHandler:
    def __init__(self, begin: Begin[IdentityUnit], clock: Clock, new_id: NewId) -> None:
        self._begin = begin
        self._clock = clock
        self._new_id = new_id

    async def __call__(self, command: AppointUser) -> User:
        """The user with this id, active and made now where nobody has it; of a known one only the role changes.

        Raises:
            EmailTaken, UserDeleted
        """
        now = self._clock()
        async with self._begin() as unit:
            user = await unit.users.find_by_clerk_id(command.clerk_id)
            if user is None:
                mark = SourceMark(now, sha256(command.clerk_id.encode()).hexdigest())
                profile = Profile(
                    clerk_id=command.clerk_id,
                    name=command.name,
                    email=command.email,
                    email_verified=True,
                    role=command.role,
                    suspended=False,
                    created_at=now,
                    mark=mark,
                )
                user = await follow_profile(unit, profile, actor=OPERATOR, new_id=self._new_id, at=now)
            elif user.change_role(command.role, at=now):
                await unit.users.save(user)
                changes = {"role": user.role}
                await record(
                    unit.audit, OPERATOR, "user.changed", user.id, changes=changes, new_id=self._new_id, at=now
                )
            await unit.commit()
        return user

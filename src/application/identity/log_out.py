from application.audit.record import record
from application.identity.apply_delivery import DENIED_FOR
from application.identity.ports import IdentityUnit, UserDirectory
from application.shared.actor import Actor
from application.shared.clock import Clock, NewId
from application.shared.unit import Begin


class LogOutHandler:
    def __init__(
        self, begin: Begin[IdentityUnit], directory: UserDirectory | None, clock: Clock, new_id: NewId
    ) -> None:
        self._begin = begin
        self._directory = directory
        self._clock = clock
        self._new_id = new_id

    async def __call__(self, session_id: str, actor: Actor) -> None:
        """Denies the session here at once, then ends it at Clerk (where configured).

        Raises:
            DirectoryUnavailable, DirectoryRefused: it is denied here all the same; asking again is harmless.
        """
        now = self._clock()
        async with self._begin() as unit:
            await unit.denied_sessions.deny(session_id, until=now + DENIED_FOR)
            await record(unit.audit, actor, "session.ended", actor.user_id, new_id=self._new_id, at=now)
            await unit.commit()
        if self._directory is not None:
            await self._directory.revoke_session(session_id)

"""Who was let in on the strength of a token is looked up at Clerk, without anybody waiting for it."""

from datetime import timedelta

from application.identity.follow_profile import bury_user, follow_profile
from application.identity.ports import EmailTaken, IdentityUnit, UserDirectory
from application.shared.actor import CLERK
from application.shared.clock import Clock, NewId
from application.shared.unit import Begin

AT_MOST_A_RUN = 100
# Who is older than that was seen by a reconciliation since.
NEWCOMER_FOR = timedelta(days=1)


class CompleteNewcomersHandler:
    def __init__(self, begin: Begin[IdentityUnit], directory: UserDirectory, clock: Clock, new_id: NewId) -> None:
        self._begin = begin
        self._directory = directory
        self._clock = clock
        self._new_id = new_id

    async def __call__(self) -> int:
        """Follows Clerk's description of each newcomer of whom none has come yet; returns how many were completed.

        Who is gone at Clerk by now is buried. Whose address another live user has stays as they are.

        Raises:
            DirectoryUnavailable, DirectoryRefused: those done so far stay done.
        """
        async with self._begin() as unit:
            newcomers = await unit.users.newcomers(since=self._clock() - NEWCOMER_FOR, limit=AT_MOST_A_RUN)
        completed = 0
        for clerk_id in newcomers:
            try:
                await self._complete(clerk_id)
            except EmailTaken:
                continue
            completed += 1
        return completed

    async def _complete(self, clerk_id: str) -> None:
        profile = await self._directory.fetch(clerk_id)
        async with self._begin() as unit:
            now = self._clock()
            if profile is None:
                await bury_user(unit, clerk_id, actor=CLERK, new_id=self._new_id, at=now)
            else:
                await follow_profile(unit, profile, actor=CLERK, new_id=self._new_id, at=now)
            await unit.commit()

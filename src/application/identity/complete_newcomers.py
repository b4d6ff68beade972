"""Who was let in on the strength of a token is looked up at Clerk, without anybody waiting for it."""

from datetime import timedelta

from application.identity.follow_profile import follow_profile
from application.identity.ports import DirectoryRefused, EmailTaken, IdentityUnit, UserDirectory
from application.shared.actor import CLERK
from application.shared.clock import Clock, NewId
from application.shared.unit import Begin

AT_MOST_A_RUN = 100
# Who is older than that was seen by a reconciliation since.
NEWCOMER_FOR = timedelta(hours=1)


class CompleteNewcomersHandler:
    def __init__(self, begin: Begin[IdentityUnit], directory: UserDirectory, clock: Clock, new_id: NewId) -> None:
        self._begin = begin
        self._directory = directory
        self._clock = clock
        self._new_id = new_id

    async def __call__(self) -> int:
        """Follows Clerk's description of each newcomer of whom none has come yet; returns how many were completed.

        Whom Clerk doesn't know (any more) stays as they are: that may as well be a key of another instance, and to bury
        is for the webhook and the reconciliation. So does whom Clerk refuses to tell of, and whose address is taken.

        Raises:
            DirectoryUnavailable: those done so far stay done.
        """
        async with self._begin() as unit:
            newcomers = await unit.users.newcomers(since=self._clock() - NEWCOMER_FOR, limit=AT_MOST_A_RUN)
        completed = 0
        for clerk_id in newcomers:
            try:
                completed += await self._complete(clerk_id)
            except (DirectoryRefused, EmailTaken):
                continue
        return completed

    async def _complete(self, clerk_id: str) -> bool:
        profile = await self._directory.fetch(clerk_id)
        if profile is None:
            return False
        async with self._begin() as unit:
            await follow_profile(unit, profile, actor=CLERK, new_id=self._new_id, at=self._clock())
            await unit.commit()
        return True

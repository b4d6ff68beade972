"""Full reconciliation: what webhooks may have lost is found by looking at everybody."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

from application.identity.follow_profile import bury_user, follow_profile
from application.identity.ports import EmailTaken, IdentityUnit, UserDirectory
from application.shared.actor import CLERK
from application.shared.clock import Clock, NewId
from application.shared.unit import Begin
from domain.identity.profile import Profile
from domain.shared.errors import Conflict

BATCH = 500
# So few are taken for real, unless nobody is left at all; above it, losing more than a fifth looks like a fault.
PLAUSIBLE_DELETIONS = 20
PLAUSIBLE_SHARE = 0.2


class TooManyAbsent(Conflict):
    """So many users are absent at Clerk that the scan more likely saw the wrong instance. Nobody was deleted."""

    code = "users.too_many_absent"


@dataclass(slots=True)
class Drift:
    """What the reconciliation found and mended; `conflicts` are Clerk ids whose address another live user has."""

    scanned: int = 0
    created: int = 0
    changed: int = 0
    deleted: int = 0
    conflicts: list[str] = field(default_factory=list)


class SynchronizeUsersHandler:
    def __init__(self, begin: Begin[IdentityUnit], directory: UserDirectory, clock: Clock, new_id: NewId) -> None:
        self._begin = begin
        self._directory = directory
        self._clock = clock
        self._new_id = new_id

    async def __call__(self) -> Drift:
        """Everybody at Clerk is followed; who is absent from the whole scan, and from Clerk when asked for, is buried.

        Raises:
            DirectoryUnavailable, DirectoryRefused: the scan broke off. What was followed stays; nobody was deleted.
            TooManyAbsent: nobody was deleted.
        """
        drift = Drift()
        seen: set[str] = set()
        refused: list[Profile] = []
        async for page in self._directory.scan():
            seen.update(profile.clerk_id for profile in page)
            drift.scanned += len(page)
            refused += await self._follow(page, drift)
        refused += await self._bury_absent(seen, drift)
        # An address may have been handed on, and its former owner changed or buried only later in the run.
        conflicts = await self._follow(refused, drift)
        drift.conflicts = [profile.clerk_id for profile in conflicts]
        return drift

    async def _follow(self, page: Sequence[Profile], drift: Drift) -> list[Profile]:
        """Returns those whose address another live user has."""
        refused: list[Profile] = []
        async with self._begin() as unit:
            known = await unit.users.marks([profile.clerk_id for profile in page])
        for profile in page:
            mark = known.get(profile.clerk_id)
            if mark is not None and profile.mark <= mark:
                continue
            try:
                followed = await self._follow_one(profile)
            except EmailTaken:
                refused.append(profile)
                continue
            if profile.clerk_id not in known:
                drift.created += 1
            elif followed:
                drift.changed += 1
        return refused

    async def _follow_one(self, profile: Profile) -> bool:
        async with self._begin() as unit:
            user = await follow_profile(unit, profile, actor=CLERK, new_id=self._new_id, at=self._clock())
            await unit.commit()
        # A tombstone here follows nothing, whatever Clerk still lists.
        return user.mark == profile.mark

    async def _bury_absent(self, seen: set[str], drift: Drift) -> list[Profile]:
        """Returns those who turned out not to be absent, and whose address another live user has."""
        absent: list[str] = []
        refused: list[Profile] = []
        live = 0
        async for clerk_id in self._live_clerk_ids():
            live += 1
            if clerk_id not in seen:
                absent.append(clerk_id)
        # Ids are unique over all instances of Clerk: a scan that saw none of ours saw another one's users.
        if absent and (len(absent) == live or len(absent) > max(PLAUSIBLE_DELETIONS, live * PLAUSIBLE_SHARE)):
            raise TooManyAbsent(f"{len(absent)} of {live} users are absent at Clerk; check the secret key.")
        for clerk_id in absent:
            # Absence in a scan is a sign, not a proof: who signed up meanwhile is absent too.
            profile = await self._directory.fetch(clerk_id)
            if profile is not None:
                refused += await self._follow([profile], drift)
            elif await self._bury(clerk_id):
                drift.deleted += 1
        return refused

    async def _bury(self, clerk_id: str) -> bool:
        async with self._begin() as unit:
            buried = await bury_user(unit, clerk_id, actor=CLERK, new_id=self._new_id, at=self._clock())
            await unit.commit()
        return buried

    async def _live_clerk_ids(self) -> AsyncIterator[str]:
        after = ""
        while True:
            async with self._begin() as unit:
                ids = await unit.users.live_clerk_ids(after=after, limit=BATCH)
            for clerk_id in ids:
                yield clerk_id
            if len(ids) < BATCH:
                return
            after = ids[-1]

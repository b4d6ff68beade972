"""A directory of users in memory: what Clerk would hold, without Clerk."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256

from application.identity.ports import DirectoryRefused, UserDirectory
from application.shared.clock import Clock
from domain.identity.profile import Profile, Role, SourceMark

MILLISECOND = timedelta(milliseconds=1)  # the grain of Clerk's own times


class InMemoryUserDirectory(UserDirectory):
    """`invitations` maps an address, in lower case, to the role offered."""

    def __init__(self, *, clock: Clock, page: int = 500) -> None:
        self._clock = clock
        self._page = page
        self._profiles: dict[str, Profile] = {}
        self.invitations: dict[str, Role] = {}
        self.revoked_sessions: set[str] = set()

    def put(self, profile: Profile) -> None:
        self._profiles[profile.clerk_id] = profile

    async def fetch(self, clerk_id: str) -> Profile | None:
        return self._profiles.get(clerk_id)

    async def scan(self) -> AsyncIterator[Sequence[Profile]]:
        everybody = sorted(self._profiles.values(), key=lambda profile: profile.created_at, reverse=True)
        for start in range(0, len(everybody), self._page):
            yield everybody[start : start + self._page]

    async def set_role(self, clerk_id: str, role: Role) -> Profile:
        return self._change(replace(self._known(clerk_id), role=role))

    async def suspend(self, clerk_id: str) -> Profile:
        return self._change(replace(self._known(clerk_id), suspended=True))

    async def reinstate(self, clerk_id: str) -> Profile:
        return self._change(replace(self._known(clerk_id), suspended=False))

    async def delete(self, clerk_id: str) -> None:
        self._profiles.pop(clerk_id, None)

    async def invite(self, email: str, role: Role) -> None:
        address = email.lower()
        taken = {profile.email.lower() for profile in self._profiles.values() if profile.email}
        if address in taken or address in self.invitations:
            raise DirectoryRefused("The address is invited already or belongs to a user.")
        self.invitations[address] = role

    async def revoke_invitation(self, email: str) -> None:
        self.invitations.pop(email.lower(), None)

    async def revoke_session(self, session_id: str) -> None:
        self.revoked_sessions.add(session_id)

    def _known(self, clerk_id: str) -> Profile:
        if clerk_id not in self._profiles:
            raise DirectoryRefused("No user was found with this id.")
        return self._profiles[clerk_id]

    def _change(self, profile: Profile) -> Profile:
        updated_at = max(self._clock(), profile.mark.updated_at + MILLISECOND)
        changed = replace(profile, mark=SourceMark(updated_at, sha256(repr(profile).encode()).hexdigest()))
        self._profiles[profile.clerk_id] = changed
        return changed

"""Clerk's Backend API, version 2026-05-12, as the directory of users."""

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from typing import Any
from urllib.parse import quote

import httpx

from adapters.clerk.instance import api_base
from adapters.clerk.payloads import profile_of, read_user
from adapters.clerk.transport import PATIENCE, TRY_SECONDS, ClerkTransport, Draw, Sleep
from application.identity.events import PayloadUnusable
from application.identity.ports import DirectoryUnavailable, UserDirectory
from domain.identity.profile import Profile, Role

PAGE = 500  # the most that Clerk gives at once
MOST_PAGES = 2_000  # a million users; what goes on longer is no list but a loop

_GONE = frozenset({404})
# Revoking takes nothing but the id: a 400 can only mean that this session has nothing to revoke.
_OVER = frozenset({400, 404})


class ClerkUserDirectory(UserDirectory):
    """`url` is Clerk's API, with or without its `/v1`. Whoever made `client` closes it."""

    def __init__(
        self,
        client: httpx.AsyncClient,
        *,
        url: str,
        secret_key: str,
        sleep: Sleep = asyncio.sleep,
        draw: Draw = random.random,
        try_seconds: float = TRY_SECONDS,
        patience: float = PATIENCE,
    ) -> None:
        self._clerk = ClerkTransport(
            client,
            base_url=api_base(url),
            secret_key=secret_key,
            sleep=sleep,
            draw=draw,
            try_seconds=try_seconds,
            patience=patience,
        )

    async def fetch(self, clerk_id: str) -> Profile | None:
        found = await self._clerk.request("GET", _user(clerk_id), absent=_GONE)
        return None if found is None else _profile(found)

    async def scan(self) -> AsyncIterator[Sequence[Profile]]:
        """Newest first, so that who joins meanwhile shifts nothing. A page shorter than asked for is the last."""
        seen: set[str] = set()
        query: dict[str, str | int] = {"limit": PAGE, "order_by": "-created_at"}
        for _ in range(MOST_PAGES):
            page = _page(await self._clerk.request("GET", "/users", query=query))
            ids = {profile.clerk_id for profile in page}
            if len(ids) < len(page) or not ids.isdisjoint(seen):
                raise DirectoryUnavailable("Clerk's list of users repeats itself.")
            seen |= ids
            if page:
                yield page
            if len(page) < PAGE:
                return
            query["starting_after"] = page[-1].clerk_id
        raise DirectoryUnavailable("Clerk's list of users has no end.")

    async def set_role(self, clerk_id: str, role: Role) -> Profile:
        body = {"public_metadata": {"role": role.value}}  # merged with what is there
        return _profile(await self._clerk.request("PATCH", f"{_user(clerk_id)}/metadata", body=body))

    async def suspend(self, clerk_id: str) -> Profile:
        return _profile(await self._clerk.request("POST", f"{_user(clerk_id)}/ban"))

    async def reinstate(self, clerk_id: str) -> Profile:
        profile = _profile(await self._clerk.request("POST", f"{_user(clerk_id)}/unban"))
        if not profile.suspended:
            return profile
        return _profile(await self._clerk.request("POST", f"{_user(clerk_id)}/unlock"))

    async def delete(self, clerk_id: str) -> None:
        await self._clerk.request("DELETE", _user(clerk_id), absent=_GONE)

    async def invite(self, email: str, role: Role) -> None:
        """Refused where the address is invited already or is a user's: Clerk's default, which an admin should see."""
        body = {"email_address": email, "public_metadata": {"role": role.value}}
        await self._clerk.request("POST", "/invitations", body=body, is_repeatable=False)

    async def revoke_invitation(self, email: str) -> None:
        # Clerk's filter finds parts of addresses and ids as well, so that what it finds is compared once more.
        query: dict[str, str | int] = {"status": "pending", "query": email, "limit": PAGE}
        found = await self._clerk.request("GET", "/invitations", query=query)
        if not isinstance(found, list):
            raise DirectoryUnavailable("Clerk's list of invitations is no list.")
        for invitation in found:
            if isinstance(invitation, dict) and str(invitation.get("email_address")).lower() == email.lower():
                path = f"/invitations/{quote(str(invitation.get('id')), safe='')}/revoke"
                await self._clerk.request("POST", path, absent=_OVER)

    async def revoke_session(self, session_id: str) -> None:
        await self._clerk.request("POST", f"/sessions/{quote(session_id, safe='')}/revoke", absent=_OVER)


def _user(clerk_id: str) -> str:
    return f"/users/{quote(clerk_id, safe='')}"


def _page(answer: Any) -> list[Profile]:
    if not isinstance(answer, list):
        raise DirectoryUnavailable("Clerk's list of users is no list.")
    return [_profile(entry) for entry in answer]


def _profile(answer: Any) -> Profile:
    try:
        return profile_of(read_user(answer))
    except PayloadUnusable as error:
        raise DirectoryUnavailable(f"Clerk answered what can't be used. {error.detail}") from error

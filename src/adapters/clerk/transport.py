"""Requests to Clerk's Backend API: at most three tries, unhurried where Clerk says so, with errors in our words."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import httpx

from application.identity.ports import DirectoryRefused, DirectoryUnavailable

API_VERSION = "2026-05-12"
TRIES = 3
TRY_SECONDS = 10.0
# For a whole request with its tries: enough for three slow ones with the waits that Clerk may ask for.
PATIENCE = 60.0
LONGEST_WAIT = 10  # seconds; who is told to wait longer comes back later instead
BACKOFF = 0.5  # seconds, doubled with every try; the wait is drawn between zero and this (full jitter)
LONGEST_MESSAGE = 300

Sleep = Callable[[float], Awaitable[None]]
Draw = Callable[[], float]
"""A number from [0, 1)."""


class _Hurried(Exception):
    """Clerk answered 429; `wait` is what it asked for, in seconds."""

    def __init__(self, wait: int) -> None:
        super().__init__(f"wait {wait} s")
        self.wait = wait


class _Faulty(Exception):
    """No answer, or one that speaks of a fault at Clerk; the request may have had its effect nevertheless."""


class ClerkTransport:
    def __init__(
        self,
        client: httpx.AsyncClient,
        *,
        base_url: str,
        secret_key: str,
        sleep: Sleep,
        draw: Draw,
        try_seconds: float = TRY_SECONDS,
        patience: float = PATIENCE,
    ) -> None:
        self._client = client
        self._base_url = base_url
        self._secret_key = secret_key
        self._sleep = sleep
        self._draw = draw
        self._try_seconds = try_seconds
        self._patience = patience

    async def request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str | int] | None = None,
        body: Mapping[str, Any] | None = None,
        is_repeatable: bool = True,
        absent: frozenset[int] = frozenset(),
    ) -> Any:
        """The decoded answer; None where its status is one of `absent`.

        What isn't repeatable is tried again only after a 429, when Clerk has certainly not done it.

        Raises:
            DirectoryUnavailable: three tries failed on Clerk's side, Clerk asks to wait for longer than 10 seconds, or
                the patience for all tries together is over.
            DirectoryRefused: Clerk answered another 4xx.
        """
        try:
            async with asyncio.timeout(self._patience):
                return await self._try(method, path, query, body, is_repeatable=is_repeatable, absent=absent)
        except TimeoutError as error:
            raise DirectoryUnavailable("Clerk takes too long.", retry_after=5) from error

    async def _try(
        self,
        method: str,
        path: str,
        query: Mapping[str, str | int] | None,
        body: Mapping[str, Any] | None,
        *,
        is_repeatable: bool,
        absent: frozenset[int],
    ) -> Any:
        for tried in range(1, TRIES + 1):
            jittered = BACKOFF * 2 ** (tried - 1) * self._draw()
            try:
                response = await self._send(method, path, query, body)
                return self._decode(response, absent)
            except _Hurried as error:
                if tried == TRIES or error.wait > LONGEST_WAIT:
                    raise DirectoryUnavailable("Clerk asks for patience.", retry_after=max(error.wait, 1)) from error
                await self._sleep(error.wait + jittered)
            except _Faulty as error:
                if tried == TRIES or not is_repeatable:
                    raise DirectoryUnavailable(f"Clerk is of no help now: {error}.", retry_after=5) from error
                await self._sleep(jittered)
        raise AssertionError("the last try either returns or raises")

    async def _send(
        self, method: str, path: str, query: Mapping[str, str | int] | None, body: Mapping[str, Any] | None
    ) -> httpx.Response:
        headers = {
            "Accept": "application/json",
            "Authorization": f"Bearer {self._secret_key}",
            "Clerk-API-Version": API_VERSION,
        }
        try:
            async with asyncio.timeout(self._try_seconds):  # httpx's own time-outs start anew with every packet
                return await self._client.request(
                    method, self._base_url + path, params=query, json=body, headers=headers, follow_redirects=False
                )
        except (httpx.HTTPError, TimeoutError) as error:
            raise _Faulty(type(error).__name__) from error

    def _decode(self, response: httpx.Response, absent: frozenset[int]) -> Any:
        status = response.status_code
        if status in absent:
            return None
        if status == httpx.codes.TOO_MANY_REQUESTS:
            raise _Hurried(_retry_after(response))
        if response.is_client_error:
            raise DirectoryRefused(self._message(response))
        if not response.is_success:
            raise _Faulty(f"status {status}")
        try:
            return response.json()
        except (ValueError, RecursionError) as error:
            raise _Faulty("its answer isn't JSON") from error

    def _message(self, response: httpx.Response) -> str:
        """Clerk's own words, where they have the documented form; never our key, should they quote it."""
        try:
            first = response.json()["errors"][0]
            words = str(first.get("long_message") or first.get("message") or first.get("code"))
        except (ValueError, RecursionError, LookupError, TypeError, AttributeError):
            words = f"status {response.status_code}"
        return f"Clerk refused: {words.replace(self._secret_key, '(secret key)')[:LONGEST_MESSAGE]}"


def _retry_after(response: httpx.Response) -> int:
    """Seconds; 0 where Clerk doesn't say. It never uses the other form, a date."""
    text = response.headers.get("Retry-After", "")
    return int(text[:9]) if text.isascii() and text.isdigit() else 0

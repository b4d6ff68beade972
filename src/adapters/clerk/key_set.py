"""The keys that sign session tokens: fetched when needed, shared by all, and kept while their host is away."""

import asyncio
import json
from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Protocol

import httpx
import structlog
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt import PyJWK, PyJWTError

from application.identity.ports import KeysUnavailable
from application.shared.clock import Clock

COOLDOWN = timedelta(seconds=30)  # between two fetches that tokens ask for
RETRY_WITHOUT_KEYS = timedelta(seconds=1)  # nothing can be verified meanwhile, so ask sooner
REFRESH_AFTER = timedelta(minutes=5)  # how long a withdrawn key may go unnoticed
KEEP = timedelta(hours=24)  # how long known keys serve while their host is away
FETCH_SECONDS = 3.0
LARGEST_DOCUMENT = 256 * 1024
SMALLEST_KEY, LARGEST_KEY = 2048, 8192  # bits

log = structlog.get_logger()


class KeySetUnreachable(Exception):
    """The source has no readable key set to give, now."""


class KeySetSource(Protocol):
    async def fetch(self) -> bytes:
        """The JSON Web Key Set (RFC 7517). Raises KeySetUnreachable."""
        ...


class StaticKeySetSource(KeySetSource):
    def __init__(self, document: bytes) -> None:
        self._document = document

    async def fetch(self) -> bytes:
        return self._document


class HttpKeySetSource(KeySetSource):
    """Redirects are not followed: the address comes from the settings, and so does the trust in it."""

    def __init__(self, client: httpx.AsyncClient, url: str, *, seconds: float = FETCH_SECONDS) -> None:
        self._client = client
        self._url = url
        self._seconds = seconds

    async def fetch(self) -> bytes:
        try:
            async with asyncio.timeout(self._seconds), self._client.stream("GET", self._url) as response:
                return await _read(response)
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
            raise KeySetUnreachable(f"{self._url}: {error!r}") from error


class KeySet:
    """Keys by their id, from a source that may be slow, away or overrun.

    Tokens can make it fetch (an unknown key id, a bad signature) once in `COOLDOWN`, however many they are; the first
    fetch and the quiet ones that follow the set's age don't count. All who wait share one fetch, which goes on when any
    of them gives up; who finds a known key doesn't wait.
    """

    def __init__(self, source: KeySetSource, *, clock: Clock) -> None:
        self._source = source
        self._clock = clock
        self._keys: Mapping[str, RSAPublicKey] = {}
        self._fetched_at: datetime | None = None
        self._tried_at: datetime | None = None
        self._searched_at: datetime | None = None
        self._fetching: asyncio.Task[None] | None = None

    async def find(self, key_id: str) -> RSAPublicKey | None:
        """The key of that id; None where the set doesn't have it. The same key is the same object every time.

        Raises:
            KeysUnavailable: there is no set younger than 24 hours, and none can be had.
        """
        if not self._is_within(self._fetched_at, KEEP):
            await self._obtain(key_id)
        elif key_id not in self._keys:
            await self._search()
        elif not self._is_within(self._fetched_at, REFRESH_AFTER) and not self._is_within(self._tried_at, COOLDOWN):
            self._begin_fetch()
        return self._keys.get(key_id)

    async def find_other(self, key_id: str, than: RSAPublicKey) -> RSAPublicKey | None:
        """The key that has taken the place of `than` under the same id, None where none has."""
        if self._keys.get(key_id) is than:
            await self._search()
        key = self._keys.get(key_id)
        return None if key is than else key

    async def aclose(self) -> None:
        if self._fetching is not None:
            self._fetching.cancel()
            await asyncio.wait({self._fetching})

    async def _obtain(self, key_id: str) -> None:
        if self._fetching is not None or not self._is_within(self._tried_at, RETRY_WITHOUT_KEYS):
            await self._await_fetch()
        if not self._is_within(self._fetched_at, KEEP):
            raise KeysUnavailable("Session tokens can't be verified at the moment.", retry_after=1)
        if key_id not in self._keys:
            self._searched_at = self._clock()  # the set is as fresh as a search would make it

    async def _search(self) -> None:
        if self._fetching is None and self._is_within(self._searched_at, COOLDOWN):
            return
        self._searched_at = self._clock()
        await self._await_fetch()

    async def _await_fetch(self) -> None:
        fetching = self._begin_fetch()
        await asyncio.wait({fetching})  # unlike awaiting the task, this can be cancelled without ending it for others
        if not fetching.cancelled():
            fetching.result()

    def _begin_fetch(self) -> asyncio.Task[None]:
        if self._fetching is None:
            self._fetching = asyncio.create_task(self._fetch())
        return self._fetching

    async def _fetch(self) -> None:
        try:
            found = parse_key_set(await self._source.fetch())
            # An unchanged key stays the same object, so that what was verified with it stays verified.
            known = self._keys
            self._keys = {key_id: known[key_id] if known.get(key_id) == key else key for key_id, key in found.items()}
            self._fetched_at = self._clock()
        except KeySetUnreachable as error:
            log.warning("clerk.key_set_unreachable", error=str(error), known_keys=len(self._keys))
        finally:
            self._tried_at = self._clock()
            self._fetching = None

    def _is_within(self, since: datetime | None, span: timedelta) -> bool:
        # A clock that was set back must not stretch a pause, hence the lower bound.
        return since is not None and -span < self._clock() - since < span


def parse_key_set(document: bytes) -> dict[str, RSAPublicKey]:
    """The keys that may sign tokens, by id: RSA of 2048 to 8192 bits, for RS256 signatures, under an id of their own.

    Raises:
        KeySetUnreachable: not a key set, or none such is in it; a host in disorder is as good as one that is away.
    """
    try:
        entries = json.loads(document.decode())["keys"]
        named = [entry for entry in entries if isinstance(entry.get("kid"), str) and entry["kid"]]
    except (ValueError, RecursionError, KeyError, TypeError, AttributeError) as error:
        raise KeySetUnreachable(f"not a key set: {error!r}") from error
    times = Counter(entry["kid"] for entry in named)
    keys = {entry["kid"]: _signing_key(entry) for entry in named if times[entry["kid"]] == 1}
    usable = {key_id: key for key_id, key in keys.items() if key is not None}
    if not usable:
        raise KeySetUnreachable("no usable key in the key set")
    return usable


def _signing_key(entry: Mapping[str, Any]) -> RSAPublicKey | None:
    operations = entry.get("key_ops", ["verify"])
    is_meant = (
        entry.get("kty") == "RSA"
        and entry.get("use", "sig") == "sig"
        and entry.get("alg", "RS256") == "RS256"
        and isinstance(operations, list)
        and "verify" in operations
    )
    if not is_meant or len(str(entry.get("n"))) > LARGEST_KEY // 4:
        return None
    try:
        key = PyJWK(dict(entry), algorithm="RS256").key
    except (PyJWTError, ValueError, TypeError):
        return None
    return key if isinstance(key, RSAPublicKey) and SMALLEST_KEY <= key.key_size <= LARGEST_KEY else None


async def _read(response: httpx.Response) -> bytes:
    if response.status_code != httpx.codes.OK:
        raise KeySetUnreachable(f"{response.url} answered {response.status_code}")
    document = bytearray()
    async for chunk in response.aiter_bytes():
        document += chunk
        if len(document) > LARGEST_DOCUMENT:
            raise KeySetUnreachable(f"{response.url} answered more than {LARGEST_DOCUMENT} bytes")
    return bytes(document)

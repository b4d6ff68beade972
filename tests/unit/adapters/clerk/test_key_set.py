import asyncio
from typing import Any

import pytest

from adapters.clerk.claims import ClaimRules, Rejection
from adapters.clerk.key_set import KeySet, KeySetSource, KeySetUnreachable, parse_key_set
from adapters.clerk.tokens import ClerkTokenVerifier
from application.identity.ports import KeysUnavailable, TokenRejected
from tests.support.clerk_keys import ISSUER, KEY_ID, NOW, key_set, private_key, public_jwk, session_header, token
from tests.support.clock import SettableClock


class FickleSource(KeySetSource):
    """Gives `document`, fails while it is None, and waits while `gate` is closed; counts."""

    def __init__(self, document: bytes | None) -> None:
        self.document = document
        self.gate = asyncio.Event()
        self.gate.set()
        self.fetches = 0

    async def fetch(self) -> bytes:
        self.fetches += 1
        await self.gate.wait()
        if self.document is None:
            raise KeySetUnreachable("away")
        return self.document


class World:
    def __init__(self) -> None:
        self.clock = SettableClock(NOW)
        self.source = FickleSource(key_set(public_jwk(private_key())))
        self.keys = KeySet(self.source, clock=self.clock)
        self.verifier = ClerkTokenVerifier(self.keys, ClaimRules(ISSUER), clock=self.clock)

    async def rejection(self, candidate: str) -> str:
        with pytest.raises(TokenRejected) as refusal:
            await self.verifier.verify(candidate)
        return refusal.value.reason


@pytest.fixture
async def world() -> World:
    return World()


def unknown(number: int = 0) -> str:
    return token(header=session_header(kid=f"ins_unknown_{number}"))


async def settle() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


async def test_fetches_at_first_need_and_then_remembers(world: World) -> None:
    assert world.source.fetches == 0
    for _ in range(3):
        await world.keys.find(KEY_ID)
    assert world.source.fetches == 1


async def test_ten_thousand_unknown_key_ids_make_one_fetch_in_the_cooldown(world: World) -> None:
    for number in range(10_000):
        assert await world.keys.find(f"ins_{number}") is None
        world.clock.advance(seconds=29.9 / 10_000)
    assert world.source.fetches == 1
    world.clock.advance(seconds=0.2)
    await world.keys.find("ins_one_more")
    assert world.source.fetches == 2


async def test_unknown_ids_and_bad_signatures_share_the_cooldown(world: World) -> None:
    await world.verifier.verify(token())
    assert await world.rejection(unknown()) == Rejection.KEY
    assert await world.rejection(token(key=private_key("foreign"))) == Rejection.SIGNATURE
    assert world.source.fetches == 2  # the first, and one for both


async def test_new_key_id_is_found_at_once(world: World) -> None:
    await world.verifier.verify(token())
    world.source.document = key_set(public_jwk(private_key("foreign"), "ins_new"))
    await world.verifier.verify(token(key=private_key("foreign"), header=session_header(kid="ins_new")))


async def test_key_rotated_under_its_old_id_is_found_by_the_bad_signature(world: World) -> None:
    old = token()
    await world.verifier.verify(old)
    world.source.document = key_set(public_jwk(private_key("foreign")))
    await world.verifier.verify(token(key=private_key("foreign")))
    assert world.source.fetches == 2
    assert await world.rejection(old) == Rejection.SIGNATURE  # remembered, but its key is gone


async def test_unchanged_keys_keep_what_was_verified(world: World) -> None:
    first = await world.verifier.verify(token())
    await world.rejection(unknown())
    assert world.source.fetches == 2
    assert await world.verifier.verify(token()) is first


async def test_parallel_first_tokens_share_one_fetch(world: World) -> None:
    await asyncio.gather(*(world.verifier.verify(token()) for _ in range(50)))
    assert world.source.fetches == 1


async def test_a_waiter_who_gives_up_takes_nothing_from_the_others(world: World) -> None:
    world.source.gate.clear()
    waiters = [asyncio.create_task(world.verifier.verify(token())) for _ in range(3)]
    await settle()
    waiters[0].cancel()
    await settle()
    assert waiters[0].cancelled()
    world.source.gate.set()
    assert len(await asyncio.gather(*waiters[1:])) == 2
    assert world.source.fetches == 1


async def test_known_keys_wait_for_no_fetch(world: World) -> None:
    await world.keys.find(KEY_ID)
    world.source.gate.clear()
    searching = asyncio.create_task(world.keys.find("ins_other"))
    await settle()
    assert world.source.fetches == 2
    async with asyncio.timeout(1):
        await world.keys.find(KEY_ID)
    assert not searching.done()
    world.source.gate.set()
    assert await searching is None


async def test_no_key_and_none_to_be_had(world: World) -> None:
    world.source.document = None
    for _ in range(5):
        with pytest.raises(KeysUnavailable):
            await world.verifier.verify(token())
    assert world.source.fetches == 1
    world.clock.advance(seconds=1)
    world.source.document = key_set(public_jwk(private_key()))
    await world.verifier.verify(token())


async def test_known_keys_serve_for_a_day_while_their_host_is_away(world: World) -> None:
    key = await world.keys.find(KEY_ID)
    world.source.document = None
    for _ in range(23):
        world.clock.advance(hours=1)
        assert await world.keys.find(KEY_ID) is key
        assert await world.keys.find("ins_other") is None
        await settle()
    world.clock.advance(hours=1)
    with pytest.raises(KeysUnavailable):
        await world.keys.find(KEY_ID)


async def test_aging_keys_are_refreshed_while_nobody_waits(world: World) -> None:
    key = await world.keys.find(KEY_ID)
    world.clock.advance(minutes=5)
    world.source.document = key_set(public_jwk(private_key("foreign")))
    assert await world.keys.find(KEY_ID) is key
    await settle()
    assert world.source.fetches == 2
    assert await world.keys.find(KEY_ID) is not key


async def test_quiet_refreshes_of_a_host_that_is_away_keep_the_cooldown(world: World) -> None:
    await world.keys.find(KEY_ID)
    world.clock.advance(minutes=5)
    world.source.document = None
    for _ in range(100):
        await world.keys.find(KEY_ID)
        await settle()
    assert world.source.fetches == 2


async def test_a_clock_set_back_prolongs_no_cooldown(world: World) -> None:
    await world.keys.find("ins_other")
    world.clock.advance(hours=-2)
    await world.keys.find("ins_other")
    assert world.source.fetches == 2


async def test_fault_of_ours_is_not_swallowed() -> None:
    class Broken(KeySetSource):
        async def fetch(self) -> bytes:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await KeySet(Broken(), clock=SettableClock(NOW)).find(KEY_ID)


async def test_closing_ends_a_fetch_under_way(world: World) -> None:
    await world.keys.find(KEY_ID)
    world.source.gate.clear()
    searching = asyncio.create_task(world.keys.find("ins_other"))
    await settle()
    await world.keys.aclose()
    assert await searching is None


DISORDER: dict[str, Any] = {
    "nothing": b"",
    "a page": b"<html>",
    "a list": b"[]",
    "keys of text": b'{"keys": "RSA"}',
    "keys in an object": b'{"keys": {"a": 1}}',
    "keys that are numbers": b'{"keys": [1]}',
    "no key": b'{"keys": []}',
    "deep": b"[" * 100_000,
    "UTF-16": '{"keys": []}'.encode("utf-16"),
    "bad numbers": key_set(public_jwk(private_key(), n="!", e="AQAB")),
    "numbers that aren't text": key_set(public_jwk(private_key(), n=5)),
    "an even exponent": key_set(public_jwk(private_key(), e="Ag")),
    "an endless modulus": key_set(public_jwk(private_key(), n="_" * 100_000)),
    "a secret": b'{"keys": [{"kty": "oct", "k": "AAAA", "kid": "a", "alg": "HS256"}]}',
    "no id": key_set(public_jwk(private_key(), kid="")),
}


@pytest.mark.parametrize("document", DISORDER.values(), ids=DISORDER.keys())
async def test_disorder_at_the_host_is_as_if_it_were_away(document: bytes, world: World) -> None:
    with pytest.raises(KeySetUnreachable):
        parse_key_set(document)
    key = await world.keys.find(KEY_ID)
    world.source.document = document
    assert await world.keys.find("ins_other") is None
    assert await world.keys.find(KEY_ID) is key


def test_usable_key_beside_unusable_ones() -> None:
    entries = [
        {"kty": "EC", "kid": "a", "crv": "P-256"},
        public_jwk(private_key()),
        public_jwk(private_key(), "b", use="enc"),
    ]
    assert list(parse_key_set(key_set(*entries))) == [KEY_ID]


def test_minimal_key_is_usable() -> None:
    entry = {name: value for name, value in public_jwk(private_key()).items() if name not in {"use", "alg"}}
    assert list(parse_key_set(key_set(entry))) == [KEY_ID]

"""Token verification against a key host over HTTP that is away, slow, or in disorder."""

import asyncio
import time
from collections.abc import AsyncIterator

import httpx
import pytest

from adapters.clerk.claims import ClaimRules
from adapters.clerk.instance import key_set_url
from adapters.clerk.key_set import LARGEST_DOCUMENT, HttpKeySetSource, KeySet, KeySetUnreachable
from adapters.clerk.tokens import ClerkTokenVerifier
from application.identity.ports import KeysUnavailable, TokenRejected
from tests.support.clerk_keys import ISSUER, NOW, key_set, private_key, public_jwk, session_header, token
from tests.support.clerk_stub import KEY_PATH, ClerkStub, Fault
from tests.support.clock import SettableClock


class World:
    def __init__(self, stub: ClerkStub, client: httpx.AsyncClient) -> None:
        stub.instance.key_set = key_set(public_jwk(private_key()))
        self.stub = stub
        self.clock = SettableClock(NOW)
        self.source = HttpKeySetSource(client, key_set_url(stub.url), seconds=0.5)
        self.keys = KeySet(self.source, clock=self.clock)
        self.verifier = ClerkTokenVerifier(self.keys, ClaimRules(ISSUER), clock=self.clock)


@pytest.fixture
async def world(stub: ClerkStub, client: httpx.AsyncClient) -> AsyncIterator[World]:
    world = World(stub, client)
    yield world
    await world.keys.aclose()


async def test_tokens_are_verified_with_one_fetch(world: World) -> None:
    await asyncio.gather(*(world.verifier.verify(token()) for _ in range(20)))
    assert world.stub.count(KEY_PATH) == 1


async def test_host_away_at_the_start_and_back_later(world: World) -> None:
    world.stub.faults.append(Fault(KEY_PATH, status=503))
    with pytest.raises(KeysUnavailable):
        await world.verifier.verify(token())
    world.clock.advance(seconds=1)
    await world.verifier.verify(token())


async def test_host_gone_for_good(client: httpx.AsyncClient) -> None:
    with ClerkStub() as stub:
        world = World(stub, client)
        await world.verifier.verify(token())
    world.clock.advance(seconds=60)
    with pytest.raises(TokenRejected):  # of an unknown key, so the host is asked, in vain
        await world.verifier.verify(token(header=session_header(kid="ins_other")))
    assert await world.keys.find("ins_test") is not None
    world.clock.advance(hours=24)
    with pytest.raises(KeysUnavailable):
        await world.keys.find("ins_test")


async def test_key_rotated_under_its_old_id(world: World) -> None:
    await world.verifier.verify(token())
    world.stub.instance.key_set = key_set(public_jwk(private_key("foreign")))
    await world.verifier.verify(token(key=private_key("foreign")))
    with pytest.raises(TokenRejected):
        await world.verifier.verify(token())
    assert world.stub.count(KEY_PATH) == 2


async def test_flood_of_unknown_keys_reaches_the_host_once(world: World) -> None:
    await world.verifier.verify(token())
    await asyncio.gather(*(world.keys.find(f"ins_{number}") for number in range(10_000)))
    assert world.stub.count(KEY_PATH) == 2


async def test_slow_host_keeps_nobody_else_waiting(world: World) -> None:
    await world.verifier.verify(token())
    world.stub.faults.append(Fault(KEY_PATH, delay=0.3))
    searching = asyncio.create_task(world.keys.find("ins_other"))
    longest = 0.0
    while not searching.done():
        started = time.monotonic()
        await world.verifier.verify(token())
        await asyncio.sleep(0.001)
        longest = max(longest, time.monotonic() - started)
    assert world.stub.count(KEY_PATH) == 2
    assert longest < 0.15  # half of what a loop that waits for the host would show


async def test_host_that_never_answers_is_given_up(world: World) -> None:
    world.stub.faults.append(Fault(KEY_PATH, delay=5))
    started = time.monotonic()
    with pytest.raises(KeysUnavailable):
        await world.verifier.verify(token())
    assert time.monotonic() - started < 2


@pytest.mark.parametrize(
    "fault", [Fault(KEY_PATH, status=404), Fault(KEY_PATH, status=302), Fault(KEY_PATH, is_cut=True)]
)
async def test_answer_that_is_none(world: World, fault: Fault) -> None:
    world.stub.faults.append(fault)
    with pytest.raises(KeySetUnreachable):
        await world.source.fetch()


async def test_endless_answer_is_cut_off(world: World) -> None:
    world.stub.instance.key_set = b" " * (LARGEST_DOCUMENT + 1)
    with pytest.raises(KeySetUnreachable, match="more than"):
        await world.source.fetch()

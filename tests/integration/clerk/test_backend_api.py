"""The Backend API when it is slow, hurried, broken or strange."""

import time
from typing import Any

import httpx
import pytest

from adapters.clerk.backend_api import ClerkUserDirectory
from adapters.clerk.transport import API_VERSION
from application.identity.ports import DirectoryRefused, DirectoryUnavailable
from domain.identity.profile import Role
from tests.support.clerk_stub import ClerkStub, Fault

USER = "/v1/users/user_a"


class World:
    """`waits` are the pauses that the adapter wanted to make; `share` is what chance makes of each backoff."""

    def __init__(self, stub: ClerkStub, client: httpx.AsyncClient, **options: Any) -> None:
        self.stub = stub
        self.waits: list[float] = []
        self.share = 1.0
        self.directory = ClerkUserDirectory(
            client,
            url=stub.url,
            secret_key=stub.instance.secret_key,
            sleep=self.sleep,
            draw=lambda: self.share,
            **options,
        )

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)


@pytest.fixture
async def world(stub: ClerkStub, client: httpx.AsyncClient) -> World:
    stub.instance.add_user("user_a", email="a@tekun.example")
    return World(stub, client)


async def test_requests_name_version_and_key(world: World) -> None:
    await world.directory.fetch("user_a")
    headers = world.stub.seen[0].headers
    assert headers["clerk-api-version"] == API_VERSION == "2026-05-12"
    assert headers["authorization"] == f"Bearer {world.stub.instance.secret_key}"


async def test_scan_asks_by_cursor(world: World) -> None:
    for number in range(500):
        world.stub.instance.add_user(f"user_{number}")
    pages = [page async for page in world.directory.scan()]
    assert [len(page) for page in pages] == [500, 1]
    first, second = (seen.query for seen in world.stub.seen)
    assert first == {"limit": ["500"], "order_by": ["-created_at"]}
    assert second == {**first, "starting_after": [pages[0][-1].clerk_id]}


async def test_too_many_requests_are_repeated_after_the_time_asked_for(world: World) -> None:
    world.stub.faults.append(Fault(USER, times=2, status=429, retry_after=3))
    assert await world.directory.fetch("user_a") is not None
    assert world.waits == [3 + 0.5, 3 + 1.0]


@pytest.mark.parametrize(("share", "waits"), [(0.0, [0.0, 0.0]), (0.5, [0.25, 0.5]), (1.0, [0.5, 1.0])])
async def test_backoff_is_jittered_in_full(world: World, share: float, waits: list[float]) -> None:
    world.share = share
    world.stub.faults.append(Fault(USER, times=2, status=503))
    assert await world.directory.fetch("user_a") is not None
    assert world.waits == waits


async def test_three_tries_and_no_more(world: World) -> None:
    world.stub.faults.append(Fault(USER, times=99, status=429, retry_after=2))
    with pytest.raises(DirectoryUnavailable) as refusal:
        await world.directory.fetch("user_a")
    assert refusal.value.retry_after == 2
    assert world.stub.count(USER) == 3


async def test_long_patience_is_passed_on_to_the_caller(world: World) -> None:
    world.stub.faults.append(Fault(USER, status=429, retry_after=60))
    with pytest.raises(DirectoryUnavailable) as refusal:
        await world.directory.fetch("user_a")
    assert refusal.value.retry_after == 60
    assert world.waits == []


@pytest.mark.parametrize(
    "fault",
    [
        Fault(USER, times=9, status=500),
        Fault(USER, times=9, status=502),
        Fault(USER, times=9, status=302),
        Fault(USER, times=9, is_cut=True),
    ],
)
async def test_faults_of_clerk_are_unavailability(world: World, fault: Fault) -> None:
    world.stub.faults.append(fault)
    with pytest.raises(DirectoryUnavailable):
        await world.directory.fetch("user_a")
    assert world.stub.count(USER) == 3


async def test_no_answer_in_time(stub: ClerkStub, client: httpx.AsyncClient) -> None:
    world = World(stub, client, try_seconds=0.05)
    stub.faults.append(Fault(USER, times=9, delay=5))
    started = time.monotonic()
    with pytest.raises(DirectoryUnavailable):
        await world.directory.fetch("user_a")
    assert time.monotonic() - started < 2


async def test_all_tries_together_are_bounded(stub: ClerkStub, client: httpx.AsyncClient) -> None:
    """Each try alone would be in time; an admin with an open transaction waits for no more than the whole."""
    world = World(stub, client, try_seconds=1.0, patience=0.2)
    stub.faults.append(Fault(USER, times=9, delay=0.7))
    started = time.monotonic()
    with pytest.raises(DirectoryUnavailable, match="too long"):
        await world.directory.fetch("user_a")
    assert time.monotonic() - started < 0.7


async def test_nobody_at_the_port(client: httpx.AsyncClient) -> None:
    with ClerkStub() as stub:
        world = World(stub, client)
    with pytest.raises(DirectoryUnavailable):
        await world.directory.fetch("user_a")


async def test_wrong_key_is_refused_without_being_told(world: World, client: httpx.AsyncClient) -> None:
    world.stub.instance.secret_key = "sk_test_other"
    directory = ClerkUserDirectory(client, url=world.stub.url, secret_key="expected")
    with pytest.raises(DirectoryRefused) as refusal:
        await directory.fetch("user_a")
    assert "expected" not in refusal.value.detail
    assert "(secret key)" in refusal.value.detail


@pytest.mark.parametrize("status", [401, 402, 403, 409, 422])
async def test_other_refusals_come_in_clerks_words_at_once(world: World, status: int) -> None:
    world.stub.faults.append(Fault(USER, status=status))
    with pytest.raises(DirectoryRefused, match="as the test ordered"):
        await world.directory.fetch("user_a")
    assert world.waits == []


async def test_invitation_is_not_sent_twice(world: World) -> None:
    world.stub.faults.append(Fault("/v1/invitations", status=500, has_effect=True))
    with pytest.raises(DirectoryUnavailable):
        await world.directory.invite("new@tekun.example", Role.DOSEN)
    assert world.stub.count("/v1/invitations", "POST") == 1
    assert len(world.stub.instance.invitations) == 1


async def test_invitation_is_repeated_where_clerk_turned_it_away(world: World) -> None:
    world.stub.faults.append(Fault("/v1/invitations", status=429, retry_after=1))
    await world.directory.invite("new@tekun.example", Role.DOSEN)
    assert len(world.stub.instance.invitations) == 1


async def test_deed_whose_answer_was_lost_is_repeated_without_harm(world: World) -> None:
    world.stub.faults.append(Fault(USER, status=500, has_effect=True))
    await world.directory.delete("user_a")
    assert world.stub.count(USER, "DELETE") == 2


@pytest.mark.parametrize("fault", [{"status": 503}, {"is_cut": True}])
async def test_scan_that_breaks_off_does_not_end_as_if_it_were_whole(world: World, fault: dict[str, Any]) -> None:
    for number in range(600):
        world.stub.instance.add_user(f"user_{number}")
    pages = world.directory.scan()
    assert len(await anext(pages)) == 500
    world.stub.faults.append(Fault("/v1/users", times=99, **fault))
    with pytest.raises(DirectoryUnavailable):
        await anext(pages)


async def test_page_that_is_short_is_the_last(world: World) -> None:
    """Clerk's rule, and why whoever is missing from a scan must be asked for by id before they count as deleted."""
    for number in range(600):
        world.stub.instance.add_user(f"user_{number}")
    world.stub.instance.short_pages[1] = 499
    assert [len(page) async for page in world.directory.scan()] == [499]


async def test_scan_goes_on_after_a_passing_fault(world: World) -> None:
    for number in range(600):
        world.stub.instance.add_user(f"user_{number}")
    world.stub.faults.append(Fault("/v1/users", times=2, status=500))
    assert sum([len(page) async for page in world.directory.scan()]) == 601


class Strange(httpx.AsyncBaseTransport):
    """Answers every request with the same words."""

    def __init__(self, content: bytes) -> None:
        self.content = content
        self.requests = 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.requests += 1
        return httpx.Response(200, content=self.content, request=request)


def full_page(stub: ClerkStub) -> bytes:
    for number in range(500):
        stub.instance.add_user(f"user_{number}")
    return httpx.get(
        f"{stub.url}/v1/users?limit=500", headers={"Authorization": f"Bearer {stub.instance.secret_key}"}
    ).content


async def strange_scan(content: bytes) -> int:
    """Returns how many requests it took before the scan was given up."""
    transport = Strange(content)

    async def sleep(_: float) -> None:
        pass

    async with httpx.AsyncClient(transport=transport) as client:
        directory = ClerkUserDirectory(client, url="https://clerk.example", secret_key="sk", sleep=sleep)
        with pytest.raises(DirectoryUnavailable):
            [page async for page in directory.scan()]
    return transport.requests


async def test_server_that_ignores_the_cursor_makes_no_endless_loop(stub: ClerkStub) -> None:
    assert await strange_scan(full_page(stub)) == 2


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<html>",
        b"{}",
        b"null",
        b'{"data": []}',
        b"[1]",
        b'[{"id": "user_1"}]',
        b"[" * 100_000,
        b'\xff["',
    ],
)
async def test_strange_answers_are_unavailability(content: bytes) -> None:
    assert await strange_scan(content) <= 3


async def test_ids_can_not_leave_their_place_in_the_path(world: World) -> None:
    await world.directory.revoke_session("../users/user_a?x=1#")
    assert "user_a" in world.stub.instance.users
    assert world.stub.seen[0].path == "/v1/sessions/../users/user_a?x=1#/revoke"  # decoded; one segment on the wire

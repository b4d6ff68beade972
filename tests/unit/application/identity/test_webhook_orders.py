import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.memory.unit import MemoryStore
from domain.identity.profile import Role
from tests.support.clerk_payloads import NEEDS_PAYLOADS, payloads
from tests.support.webhook_orders import BUDI, SITI, STORY, WAYAN, outcome, twice


async def told(messages: list[tuple[str, bytes]]) -> list[dict[str, object]]:
    return await outcome(MemoryStore().begin, messages)


async def test_the_story_ends_as_it_should():
    people = {person["clerk_id"]: person for person in await told([*STORY.items()])}

    assert (people[BUDI]["email"], people[SITI]["email"]) == ("budi@new.example", "Budi@example.ac.id")
    assert people[SITI]["status"] == "inactive"
    assert people[BUDI]["role"] is Role.MAHASISWA
    assert not people[WAYAN]["is_live"]


@settings(max_examples=60, deadline=None)
@given(st.permutations([*STORY.items()] * 2))
async def test_any_order_each_twice_ends_in_the_same_users(messages: list[tuple[str, bytes]]):
    assert await told(messages) == await told([*STORY.items()])


async def test_a_message_that_is_left_out_is_noticed():
    """Negative control: the comparison tells different histories apart."""
    whole = await told([*STORY.items()])
    for missing in ("siti is banned", "wayan goes", "unverified"):
        assert await told([(name, body) for name, body in STORY.items() if name != missing]) != whole


@NEEDS_PAYLOADS
@pytest.mark.parametrize("is_deleted", [True, False])
@pytest.mark.parametrize("seed", range(10))
async def test_the_collected_payloads_in_any_order_each_twice(seed: int, *, is_deleted: bool):
    bodies = {name: body for name, body in payloads().items() if is_deleted or "user.deleted" not in name}

    assert await told(twice(bodies, seed=seed)) == await told([*bodies.items()])

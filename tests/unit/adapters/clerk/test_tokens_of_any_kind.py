import json
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from application.identity.ports import TokenRejected
from tests.support.clerk_keys import NOW, claims, token
from tests.unit.adapters.clerk.test_tokens import verifier


@settings(deadline=None, max_examples=200)
@given(text=st.text(max_size=200) | st.from_regex(r"[\w-]{0,40}\.[\w-]{0,40}\.[\w-]{0,40}", fullmatch=True))
async def test_no_text_makes_it_fail_otherwise(text: str) -> None:
    with pytest.raises(TokenRejected):
        await verifier().verify(text)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=5,
)


@settings(deadline=None, max_examples=200)
@given(name=st.sampled_from(["iss", "sub", "sid", "iat", "nbf", "exp", "sts", "name", "email"]), value=JSON)
async def test_any_claim_of_any_type_is_accepted_or_refused(name: str, value: Any) -> None:
    got = None
    with suppress(TokenRejected):
        got = await verifier().verify(token(json.dumps(claims() | {name: value}).encode()))
    assert got is None or got.expires_at - NOW <= timedelta(hours=24, seconds=5)


@settings(deadline=None, max_examples=100)
@given(place=st.integers(min_value=0, max_value=10_000), letter=st.sampled_from("AQgw_-9"))
async def test_a_changed_character_is_noticed(place: int, letter: str) -> None:
    good = token()
    place %= len(good)
    changed = good[:place] + letter + good[place + 1 :]
    if changed != good:
        with pytest.raises(TokenRejected):
            await verifier().verify(changed)

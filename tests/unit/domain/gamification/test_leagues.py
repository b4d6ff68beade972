"""Leagues: whatever the group, the best go up, the last go down, and nobody else moves."""

from datetime import timedelta
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.gamification.leaderboard import Order, percentile
from domain.gamification.leagues import LeagueRules, Movement, close, tier_after
from domain.shared.ids import UserId
from tests.support.people import NOON

RULES = LeagueRules()
orders = st.builds(
    Order.of,
    st.integers(1, 50),
    st.integers(0, 3).map(lambda seconds: NOON + timedelta(seconds=seconds)),
    st.uuids().map(UserId),
)
groups = st.lists(orders, max_size=RULES.group_size, unique_by=lambda order: order.user_id)


@given(groups, st.integers(1, RULES.tiers))
def test_everybody_ends_somewhere_once_and_in_order(group: list[Order], tier: int):
    results = close(group, tier, RULES)
    assert [result.rank for result in results] == list(range(1, len(group) + 1))
    by_id = {order.user_id: order for order in group}
    ranked = [by_id[result.user_id] for result in results]
    assert ranked == sorted(group)
    for ahead, behind in pairwise(ranked):
        assert (ahead.xp, behind.reached_at) >= (behind.xp, ahead.reached_at) or ahead.xp > behind.xp


@given(groups, st.integers(1, RULES.tiers))
def test_who_moves(group: list[Order], tier: int):
    movements = [result.movement for result in close(group, tier, RULES)]
    size = len(group)
    promoted, demoted = movements.count(Movement.PROMOTED), movements.count(Movement.DEMOTED)
    races = size >= RULES.smallest
    assert promoted == (max(1, size // 3) if races and tier < RULES.tiers else 0)
    assert demoted == (size // 6 if races and tier > 1 else 0)
    assert movements == sorted(movements, key=[*Movement].index), "first those who go up, at last those who go down"
    assert all(1 <= tier_after(tier, movement) <= RULES.tiers for movement in movements)


@given(groups, st.randoms(), st.integers(1, RULES.tiers))
def test_the_order_in_which_members_come_is_nothing(group: list[Order], random: object, tier: int):
    shuffled = list(group)
    random.shuffle(shuffled)  # type: ignore[attr-defined] # Hypothesis calls it an object
    assert close(shuffled, tier, RULES) == close(group, tier, RULES)


@pytest.mark.parametrize(
    ("size", "up", "down"), [(0, 0, 0), (4, 0, 0), (5, 1, 0), (6, 2, 1), (11, 3, 1), (12, 4, 2), (30, 10, 5)]
)
def test_known_groups(size: int, up: int, down: int):
    group = [Order.of(100 - number, NOON, UserId(UUID(int=number))) for number in range(size)]
    movements = [result.movement for result in close(group, 5, RULES)]
    assert (movements.count(Movement.PROMOTED), movements.count(Movement.DEMOTED)) == (up, down)


@given(st.integers(1, 10**6), st.data())
def test_a_percentile_is_a_share_of_the_others(participants: int, data: st.DataObject):
    rank = data.draw(st.integers(1, participants))
    found = percentile(rank, participants)
    assert 0 <= found <= 100
    if participants > 1:
        assert found <= 100 * (participants - rank) / (participants - 1) < found + 1

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.catalog.order import DIGITS, LENGTH, between, inserted, spread

positions = st.text(DIGITS, min_size=1, max_size=12).map(lambda text: text.rstrip("0")).filter(bool)
gaps = st.tuples(st.none() | positions, st.none() | positions)


def is_position(text: str) -> bool:
    return bool(text) and set(text) <= set(DIGITS) and not text.endswith("0")


@given(gaps)
def test_what_is_between_is_strictly_between(gap: tuple[str | None, str | None]):
    low, high = gap
    if low is not None and high is not None:
        if low == high:
            return
        low, high = sorted((low, high))

    found = between(low, high)

    assert is_position(found)
    assert low is None or low < found
    assert high is None or found < high


@given(positions)
def test_a_neighbor_as_near_as_can_be_leaves_room(position: str):
    for near in (position + "1", position + "01", position + "0" * 20 + "1"):
        assert position < between(position, near) < near


def test_between_is_given_in_order():
    with pytest.raises(AssertionError):
        between("b", "a")


@given(st.integers(0, 3_000))
def test_a_spread_is_in_order_and_short(count: int):
    found = spread(count)

    assert len(found) == count
    assert all(one < other for one, other in pairwise(found))
    assert all(map(is_position, found))
    assert max(map(len, found), default=0) <= 3


# A move takes something out and puts it in elsewhere; an insertion only puts in.
steps = st.lists(st.tuples(st.booleans(), st.integers(0, 10**6), st.integers(0, 10**6)), max_size=300)


class Shelf:
    """Names in the order that people gave them, and beside it the positions that a database would sort by."""

    def __init__(self) -> None:
        self.names: list[int] = []
        self.positions: dict[int, str] = {}
        self.rebalanced = 0

    def put(self, name: int, index: int) -> None:
        found = inserted([self.positions[other] for other in self.names], index)
        if found.others is not None:
            self.rebalanced += 1
            self.positions |= dict(zip(self.names, found.others, strict=True))
        self.names.insert(index, name)
        self.positions[name] = found.position

    def take(self, index: int) -> int:
        name = self.names.pop(index)
        del self.positions[name]
        return name

    def assert_in_order(self) -> None:
        assert sorted(self.names, key=self.positions.__getitem__) == self.names
        assert len(set(self.positions.values())) == len(self.names)
        assert all(is_position(position) and len(position) <= LENGTH for position in self.positions.values())


@given(steps)
def test_any_insertions_and_moves_keep_the_order(taken: list[tuple[bool, int, int]]):
    shelf = Shelf()
    for number, (is_move, source, target) in enumerate(taken):
        name = shelf.take(source % len(shelf.names)) if is_move and shelf.names else number
        shelf.put(name, target % (len(shelf.names) + 1))

    shelf.assert_in_order()


@pytest.mark.parametrize(("at_end", "longest"), [(True, 10), (False, 10)], ids=["appended", "prepended"])
def test_five_hundred_at_one_end_stay_short(at_end: bool, longest: int):
    shelf = Shelf()
    for name in range(500):
        shelf.put(name, len(shelf.names) if at_end else 0)

    shelf.assert_in_order()
    assert max(map(len, shelf.positions.values())) <= longest
    assert shelf.rebalanced == 0


def test_the_same_gap_over_and_over_is_spread_anew_now_and_then():
    shelf = Shelf()
    for name in range(1_000):
        shelf.put(name, min(1, len(shelf.names)))

    shelf.assert_in_order()
    assert 1 <= shelf.rebalanced <= 6


def test_in_one_gap_forty_digits_last_for_nearly_two_hundred():
    low, high = "1", "2"
    taken = 0
    while len(middle := between(low, high)) <= LENGTH:
        high = middle
        taken += 1

    assert taken >= 190

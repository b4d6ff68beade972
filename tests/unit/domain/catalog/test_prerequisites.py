from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.catalog.prerequisites import Graph, leads_to, position_of_cycle
from domain.shared.ids import CourseId

COURSES = [CourseId(UUID(int=number)) for number in range(7)]
edits = st.lists(st.tuples(st.sampled_from(COURSES), st.lists(st.sampled_from(COURSES), max_size=4, unique=True)))


def has_cycle(graph: Graph) -> bool:
    """Kahn's algorithm, which shares no thought with the one that is tested: a graph without a cycle can be used up."""
    left = {course: set(first) for course, first in graph.items()}
    while ready := [course for course in COURSES if course in left and not left[course] & left.keys()]:
        for course in ready:
            del left[course]
    return bool(left)


@given(edits)
def test_no_sequence_of_accepted_edits_makes_a_cycle(sequence: list[tuple[CourseId, list[CourseId]]]):
    graph: dict[CourseId, list[CourseId]] = {course: [] for course in COURSES}
    for course, wanted in sequence:
        if position_of_cycle(course, wanted, graph) is None:
            graph[course] = wanted
        assert not has_cycle(graph)


@given(edits)
def test_nothing_is_refused_without_need(sequence: list[tuple[CourseId, list[CourseId]]]):
    graph: dict[CourseId, list[CourseId]] = {course: [] for course in COURSES}
    for course, wanted in sequence:
        refused = position_of_cycle(course, wanted, graph) is not None
        assert refused == has_cycle({**graph, course: wanted})
        if not refused:
            graph[course] = wanted


def test_the_detector_of_this_test_detects():
    assert has_cycle({COURSES[0]: [COURSES[1]], COURSES[1]: [COURSES[0]]})
    assert not has_cycle({COURSES[0]: [COURSES[1]], COURSES[1]: []})


def test_the_first_prerequisite_that_closes_a_cycle_is_named():
    a, b, c, d, *_ = COURSES
    graph = {b: [c], c: [a]}

    assert position_of_cycle(a, [d, b, c], graph) == 1
    assert position_of_cycle(a, [d], graph) is None


def test_a_course_does_not_come_before_itself():
    assert position_of_cycle(COURSES[0], [COURSES[0]], {}) == 0


@pytest.mark.parametrize("length", [10_000])
def test_a_long_chain_is_no_matter(length: int):
    chain = [CourseId(UUID(int=number)) for number in range(length)]
    graph = {course: [first] for course, first in pairwise(chain)}

    assert leads_to(chain[0], chain[-1], graph)
    assert not leads_to(chain[-1], chain[0], graph)

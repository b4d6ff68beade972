from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.learning.answers import correct_answer
from domain.learning.grading import awarded, normalized, share_of
from domain.learning.questions import Matching, MultipleChoice, Option, Ordering, Pair, Question, question_from_json
from tests.support import quizzes

any_question = quizzes.questions("q").map(question_from_json)


@st.composite
def answered(draw: st.DrawFn) -> tuple[Question, Any]:
    """A question and any answer of its shape, right, wrong or blank."""
    question = draw(any_question)
    keys: list[str] = []
    match question.task:
        case MultipleChoice(options=options) | Ordering(items=options):
            keys = [option.id for option in options]
        case Matching(pairs):
            keys = [pair.id for pair in pairs]
    some: Any = {
        "single": st.sampled_from(keys or ["x"]),
        "multiple": st.lists(st.sampled_from(keys or ["x"]), unique=True),
        "true_false": st.booleans(),
        "numeric": st.floats(-1e9, 1e9),
        "short_text": st.text(max_size=10),
        "ordering": st.permutations(keys or ["x"]),
        "matching": st.dictionaries(st.sampled_from(keys or ["x"]), st.sampled_from([*keys, "~0"])),
    }[question.kind]
    return question, draw(st.none() | some | st.just(correct_answer(question)))


@given(answered())
def test_any_answer_gets_from_nothing_to_all_points(case: tuple[Question, Any]):
    question, answer = case

    assert 0 <= awarded(question, answer) <= question.points * 100


@given(any_question)
def test_what_is_right_gets_all_points_and_a_blank_gets_none(question: Question):
    assert awarded(question, correct_answer(question)) == question.points * 100
    assert awarded(question, None) == 0


@given(answered())
def test_grading_again_gives_the_same(case: tuple[Question, Any]):
    assert awarded(*case) == awarded(*case)


@given(st.sets(st.sampled_from("abcdef")), st.sets(st.sampled_from("abcdef"), min_size=1))
def test_one_more_right_choice_never_costs_and_one_more_wrong_never_pays(chosen: set[str], correct: set[str]):
    task = MultipleChoice(tuple(Option(key, key) for key in "abcdef"), frozenset(correct))
    share = share_of(task, sorted(chosen))
    for key in set("abcdef") - chosen:
        with_one_more = share_of(task, sorted(chosen | {key}))
        assert with_one_more >= share if key in correct else with_one_more <= share


@given(st.sets(st.sampled_from("abcdef"), min_size=1, max_size=3))
def test_to_choose_everything_is_worth_nothing_where_at_least_half_is_wrong(correct: set[str]):
    task = MultipleChoice(tuple(Option(key, key) for key in "abcdef"), frozenset(correct))

    assert share_of(task, list("abcdef")) == 0


def test_an_option_that_is_gone_counts_neither_way():
    task = MultipleChoice((Option("a", "A"), Option("b", "B")), frozenset({"a"}))

    assert share_of(task, ["a", "gone"]) == 1


ITEMS = Ordering(tuple(Option(key, key) for key in "1234"))


@pytest.mark.parametrize(
    ("order", "share"),
    [("1234", Fraction(1)), ("2341", Fraction(2, 3)), ("1243", Fraction(1, 3)), ("4321", Fraction(0))],
)
def test_of_an_order_the_neighbors_count(order: str, share: Fraction):
    assert share_of(ITEMS, list(order)) == share


@pytest.mark.parametrize(
    ("answer", "share"),
    [
        ({"a": "a", "b": "b"}, Fraction(1)),
        ({"a": "a", "b": "a"}, Fraction(1, 2)),
        ({"b": "b"}, Fraction(1, 2)),
        ({"a": "~0"}, Fraction(0)),
        ({"gone": "a"}, Fraction(0)),
        ({}, Fraction(0)),
    ],
)
def test_of_a_matching_the_pairs_count(answer: dict[str, str], share: Fraction):
    task = Matching((Pair("a", "Jawa Barat", "Bandung"), Pair("b", "Jawa Timur", "Surabaya")), ("Medan",))

    assert share_of(task, answer) == share


def test_equal_right_sides_are_one_choice_that_is_right_for_both():
    task = Matching((Pair("a", "1 + 1", "2"), Pair("b", "4 - 2", "2"), Pair("c", "1 + 2", "3")), ("3", "4"))

    assert [(choice.id, choice.text) for choice in task.choices] == [("a", "2"), ("c", "3"), ("~1", "4")]
    assert share_of(task, {"a": "a", "b": "a", "c": "c"}) == 1


@pytest.mark.parametrize(
    ("answer", "is_right"), [(3.13, True), (3.15, True), (3.1299, False), (3.151, False), (3.14, True)]
)
def test_a_tolerance_is_inclusive_by_the_digits_that_were_written(answer: float, is_right: bool):
    question = question_from_json(quizzes.NUMERIC)

    assert (awarded(question, answer) == 100) == is_right


@pytest.mark.parametrize("text", ["Andrea Hirata", " andrea  HIRATA ", "ＡＮＤＲＥＡ hirata", "hirata"])
def test_case_width_and_blanks_do_not_count(text: str):
    assert awarded(question_from_json(quizzes.SHORT_TEXT), text) == 100


@given(st.text(max_size=20))
def test_normalizing_twice_is_normalizing_once(text: str):
    assert normalized(normalized(text)) == normalized(text)


def test_hundredths_are_rounded_half_up():
    three = tuple(Option(key, key) for key in "abc")
    question = Question(
        id="q", kind="multiple", prompt="?", explanation="", points=1, task=MultipleChoice(three, frozenset("abc"))
    )

    assert awarded(question, ["a"]) == 33
    assert awarded(question, ["a", "b"]) == 67

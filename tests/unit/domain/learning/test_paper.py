from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.learning.answers import AnswerInvalid, correct_answer, read_answer, shown_answer
from domain.learning.attempt import marked
from domain.learning.paper import SEED_BITS, Paper, corrected, drawn, paper_of
from domain.learning.questions import banks_from_json, question_from_json
from domain.learning.quiz_check import banks_errors
from tests.support import quizzes

seeds = st.integers(0, 2**SEED_BITS - 1)
any_banks = quizzes.banks()


def paper(banks: list[dict[str, Any]], seed: int, *, shuffle: bool = True, shuffles: bool = True) -> Paper:
    made = banks_from_json(banks)
    return paper_of(made, drawn(made, seed=seed, shuffle=shuffle), seed=seed, shuffles=shuffles)


@given(any_banks, seeds)
def test_a_paper_asks_what_its_banks_draw_and_nothing_twice(banks: list[dict[str, Any]], seed: int):
    asked = [question.id for question in paper(banks, seed).questions]

    assert len(set(asked)) == len(asked)
    for bank in banks:
        ids = {question["id"] for question in bank["questions"]}
        assert len(ids & set(asked)) == (bank["draw"] or len(ids))


@given(any_banks, seeds, st.booleans())
def test_the_same_seed_makes_the_same_paper(banks: list[dict[str, Any]], seed: int, shuffle: bool):
    one, other = paper(banks, seed, shuffle=shuffle), paper(banks, seed, shuffle=shuffle)

    assert one == other
    assert [one.options(question) for question in one.questions] == [
        other.options(question) for question in other.questions
    ]


@given(any_banks, seeds)
def test_unshuffled_questions_stand_in_the_authors_order(banks: list[dict[str, Any]], seed: int):
    written = [question["id"] for bank in banks for question in bank["questions"]]
    asked = [question.id for question in paper(banks, seed, shuffle=False).questions]

    assert asked == [key for key in written if key in asked]


def test_seeds_draw_differently():
    bank = quizzes.a_bank([{**quizzes.TRUE_FALSE, "id": f"q{number}"} for number in range(10)], draw=3)
    papers = {tuple(question.id for question in paper([bank], seed).questions) for seed in range(50)}

    assert len(papers) > 30
    assert {key for asked in papers for key in asked} == {f"q{number}" for number in range(10)}


def test_learners_see_other_ids_than_the_authors_and_no_telling_order():
    made = [paper([quizzes.a_bank()], seed) for seed in range(40)]
    ordering = question_from_json(quizzes.ORDERING)
    orders = {tuple(option.text for option in each.options(ordering)) for each in made}
    matching = question_from_json(quizzes.MATCHING)

    assert len(orders) == 6
    assert not {"1", "2", "3"} & {option.id for each in made for option in each.options(ordering)}
    lefts, rights = made[0].options(matching), made[0].choices(matching)
    assert not {option.id for option in lefts} & {choice.id for choice in rights}
    assert {choice.text for choice in rights} == {"Bandung", "Surabaya", "Medan"}


@given(any_banks, seeds)
@settings(max_examples=50)
def test_what_was_read_is_shown_as_it_was_sent(banks: list[dict[str, Any]], seed: int):
    made = paper(banks, seed)
    for question in made.questions:
        sent = shown_answer(made, question, correct_answer(question))
        answer = read_answer(made, question, sent)
        assert marked(made, {question.id: answer}).awarded[question.id] == question.points * 100
        back = shown_answer(made, question, answer)
        assert back == sent or sorted(back) == sorted(sent)
        assert read_answer(made, question, None) is None


@pytest.mark.parametrize(
    ("kind", "wrong"),
    [
        ("single", ["jkt", 1, True, [], {}, ""]),
        ("multiple", ["x", ["jkt"], [1], {}, True]),
        ("true_false", ["true", 1, 0, []]),
        ("numeric", ["3", True, [], 10**400, -(10**400)]),
        ("short_text", [7, True, [], "x" * 1001, "a\0", "two\nlines", "\ud800"]),
        ("ordering", [["1", "2", "3"], [], "x", {}]),
        ("matching", [[], "x", {"jabar": "jabar"}, {1: 2}]),
    ],
)
def test_an_answer_of_another_shape_is_refused(kind: str, wrong: list[Any]):
    made = paper([quizzes.a_bank()], 7)
    question = made.question(kind)
    assert question is not None
    for value in wrong:
        with pytest.raises(AnswerInvalid) as caught:
            read_answer(made, question, value)
        assert [error.pointer for error in caught.value.errors] == ["/answer"]


def test_ids_twice_or_too_few_are_refused():
    made = paper([quizzes.a_bank()], 7)
    several, ordering = made.question("multiple"), made.question("ordering")
    assert several is not None
    assert ordering is not None
    first, second, *_ = [option.id for option in made.options(several)]
    with pytest.raises(AnswerInvalid):
        read_answer(made, several, [first, first])
    assert len(read_answer(made, several, [second, first])) == 2
    with pytest.raises(AnswerInvalid):
        read_answer(made, ordering, [option.id for option in made.options(ordering)][:2])


@given(any_banks, seeds)
@settings(max_examples=50)
def test_marking_adds_up(banks: list[dict[str, Any]], seed: int):
    made = paper(banks, seed)
    key = {question.id: correct_answer(question) for question in made.questions}
    full, blank = marked(made, key), marked(made, {})

    assert full.score.earned == full.score.possible == sum(question.points for question in made.questions) * 100
    assert (full.score.percent, blank.score.earned, blank.score.percent) == (100, 0, 0)
    assert sum(full.awarded.values()) == full.score.earned


def test_a_correction_takes_the_newer_key_and_keeps_what_is_gone_or_of_another_kind():
    made = paper([quizzes.a_bank([quizzes.SINGLE, quizzes.TRUE_FALSE, quizzes.NUMERIC])], 7)
    other_kind = {**quizzes.NUMERIC, "id": "true_false"}
    newer = banks_from_json([quizzes.a_bank([{**quizzes.SINGLE, "correct": "bdg"}, other_kind])])
    both = corrected(made, newer)
    single, true_false, numeric = (both.question(key) for key in ("single", "true_false", "numeric"))

    assert single is not None
    assert single.task == question_from_json({**quizzes.SINGLE, "correct": "bdg"}).task
    assert true_false == made.question("true_false")
    assert numeric == made.question("numeric")


@given(any_banks)
def test_what_authors_can_write_is_in_order(banks: list[dict[str, Any]]):
    assert list(banks_errors(banks_from_json(banks), most_questions=500)) == []


def _with(question: dict[str, Any], **changes: Any) -> list[dict[str, Any]]:
    return [quizzes.a_bank([{**question, **changes}])]


TWICE = [{"id": "a", "text": "x"}, {"id": "a", "text": "y"}]


@pytest.mark.parametrize(
    ("banks", "pointer", "code"),
    [
        ([quizzes.a_bank(), quizzes.a_bank([])], "/1/id", "key.repeated"),
        ([quizzes.a_bank(draw=8)], "/0/draw", "quiz.draw"),
        ([quizzes.a_bank(), quizzes.a_bank([quizzes.SINGLE], id="b")], "/1/questions/0/id", "key.repeated"),
        (_with(quizzes.SINGLE, correct="x"), "/0/questions/0/correct", "key.unknown"),
        (_with(quizzes.MULTIPLE, correct=["2", "x"]), "/0/questions/0/correct", "key.unknown"),
        (_with(quizzes.SINGLE, options=TWICE, correct="a"), "/0/questions/0/options/1/id", "key.repeated"),
        (_with(quizzes.ORDERING, items=TWICE), "/0/questions/0/items/1/id", "key.repeated"),
        (_with(quizzes.SHORT_TEXT, accepted=["x", " "]), "/0/questions/0/accepted/1", "text.empty"),
        ([quizzes.a_bank([{**quizzes.TRUE_FALSE, "id": f"q{n}"} for n in range(501)])], "", "quiz.too_long"),
    ],
)
def test_what_does_not_fit_together_is_named(banks: list[dict[str, Any]], pointer: str, code: str):
    errors = list(banks_errors(banks_from_json(banks), most_questions=500))

    assert [(error.pointer, error.code) for error in errors] == [(pointer, code)]

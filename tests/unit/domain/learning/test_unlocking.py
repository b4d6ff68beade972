from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.learning.unlocking import (
    RULE_COUNT,
    AfterLesson,
    AfterModule,
    AfterPrevious,
    MinimumScore,
    NotBefore,
    Outline,
    OutlineLesson,
    OutlineModule,
    Reason,
    Rule,
    UnlockInvalid,
    lessons_of,
    locks_of,
    rules_from_json,
    rules_to_json,
)
from domain.shared.ids import LessonId, ModuleId
from tests.support.outlines import rules_about, situations
from tests.support.people import NOON, instants

FIRST, SECOND, THIRD = (LessonId(UUID(int=number)) for number in (1, 2, 3))
BASICS, FURTHER = ModuleId(UUID(int=11)), ModuleId(UUID(int=12))
LATER = NOON + timedelta(days=1)

Situation = tuple[Outline, set[LessonId], datetime]


def outline(*rules: Rule, of_module: tuple[Rule, ...] = ()) -> Outline:
    """Two lessons in the first module; the third, in the second, has these rules."""
    return [
        OutlineModule(BASICS, (), (OutlineLesson(FIRST), OutlineLesson(SECOND))),
        OutlineModule(FURTHER, of_module, (OutlineLesson(THIRD, rules),)),
    ]


@pytest.mark.parametrize(
    ("rule", "completed", "reason"),
    [
        (AfterPrevious(), set(), Reason(AfterPrevious(), FIRST, 2)),
        (AfterPrevious(), {FIRST}, Reason(AfterPrevious(), SECOND, 1)),
        (AfterPrevious(), {FIRST, SECOND}, None),
        (AfterLesson(SECOND), {FIRST}, Reason(AfterLesson(SECOND), SECOND, 1)),
        (AfterLesson(SECOND), {SECOND}, None),
        (AfterLesson(LessonId(uuid4())), set(), None),
        (AfterModule(BASICS), {SECOND}, Reason(AfterModule(BASICS), FIRST, 1)),
        (AfterModule(BASICS), {FIRST, SECOND}, None),
        (AfterModule(ModuleId(uuid4())), set(), None),
        (MinimumScore(SECOND, 60), {FIRST, SECOND}, Reason(MinimumScore(SECOND, 60), SECOND, 1)),
        (MinimumScore(LessonId(uuid4()), 60), set(), None),
        (NotBefore(LATER), {FIRST, SECOND}, Reason(NotBefore(LATER))),
        (NotBefore(NOON), set(), None),
    ],
)
def test_a_rule_holds_or_says_what_is_missing(rule: Rule, completed: set[LessonId], reason: Reason | None):
    expected = {} if reason is None else {THIRD: (reason,)}

    assert locks_of(outline(rule), completed, NOON).lessons == expected


@pytest.mark.parametrize(("score", "is_open"), [(0, False), (59, False), (60, True), (100, True)])
def test_a_minimum_score_is_enough_without_completion(score: int, is_open: bool):
    locks = locks_of(outline(MinimumScore(SECOND, 60)), set(), NOON, {SECOND: score})

    assert (THIRD not in locks.lessons) == is_open


def test_a_locked_module_locks_its_lessons_and_says_so_first():
    locks = locks_of(outline(NotBefore(LATER), of_module=(AfterPrevious(),)), {FIRST}, NOON)

    assert locks.modules == {FURTHER: (Reason(AfterPrevious(), SECOND, 1),)}
    assert locks.lessons == {THIRD: (Reason(AfterPrevious(), SECOND, 1), Reason(NotBefore(LATER)))}


def test_what_was_completed_stays_open():
    assert not locks_of(outline(NotBefore(LATER)), {THIRD}, NOON).lessons


@given(situations(), st.data())
def test_completing_more_never_locks_more(situation: Situation, data: st.DataObject):
    course, completed, at = situation
    lessons = [lesson.id for lesson in lessons_of(course)]
    more = completed | data.draw(st.sets(st.sampled_from(lessons))) if lessons else completed
    before, after = locks_of(course, completed, at), locks_of(course, more, at)

    assert_opened(before.lessons, after.lessons)
    assert_opened(before.modules, after.modules)


@given(situations(), st.timedeltas(timedelta(), timedelta(days=9_999)))
def test_time_only_opens(situation: Situation, passed: timedelta):
    course, completed, at = situation
    before, after = locks_of(course, completed, at), locks_of(course, completed, at + passed)

    assert_opened(before.lessons, after.lessons)
    assert_opened(before.modules, after.modules)


def assert_opened(before: Any, after: Any):
    assert after.keys() <= before.keys()
    for name, reasons in after.items():
        assert {reason.rule for reason in reasons} <= {reason.rule for reason in before[name]}


@given(situations())
def test_a_lesson_without_rules_is_never_locked(situation: Situation):
    course, completed, at = situation
    locks = locks_of(course, completed, at)
    free = {lesson.id for module in course if not module.unlock for lesson in module.lessons if not lesson.unlock}

    assert not free & locks.lessons.keys()


@given(situations())
def test_the_first_lesson_has_nothing_before_it(situation: Situation):
    course, completed, at = situation
    locks = locks_of(course, completed, at)
    first = next(lessons_of(course), None)
    reasons = locks.lessons.get(first.id, ()) if first else ()

    assert AfterPrevious() not in {reason.rule for reason in reasons}


@given(situations())
def test_a_reason_names_a_published_lesson_that_is_not_completed(situation: Situation):
    course, completed, at = situation
    published = {lesson.id for lesson in lessons_of(course)}
    open_lessons = published - completed
    for reason in (reason for reasons in locks_of(course, completed, at).lessons.values() for reason in reasons):
        if isinstance(reason.rule, NotBefore):
            assert reason == Reason(reason.rule)
        elif isinstance(reason.rule, MinimumScore):
            assert reason.lesson_id in published
        else:
            assert reason.lesson_id in open_lessons
            assert 1 <= reason.remaining <= len(open_lessons)


@given(rules_about([FIRST], [BASICS]))
def test_rules_are_read_as_they_were_written(rules: tuple[Rule, ...]):
    assert rules_from_json(rules_to_json(rules)) == rules


@given(instants, st.integers(-23, 23))
def test_an_instant_of_another_zone_is_the_same_instant(at: datetime, hours: int):
    local = at.astimezone(timezone(timedelta(hours=hours)))

    assert rules_from_json([{"rule": "not_before", "at": local.isoformat()}]) == (NotBefore(at),)


def test_how_rules_are_written():
    winter = NotBefore(datetime(2026, 12, 1, tzinfo=UTC))
    rules = (AfterPrevious(), AfterLesson(FIRST), AfterModule(BASICS), MinimumScore(FIRST, 60), winter)

    assert rules_to_json(rules) == [
        {"rule": "after_previous"},
        {"rule": "after_lesson", "lesson_id": str(FIRST)},
        {"rule": "after_module", "module_id": str(BASICS)},
        {"rule": "minimum_score", "lesson_id": str(FIRST), "percent": 60},
        {"rule": "not_before", "at": "2026-12-01T00:00:00Z"},
    ]


def test_a_rule_given_twice_is_one_rule():
    assert rules_from_json([{"rule": "after_previous"}] * 2) == (AfterPrevious(),)


@pytest.mark.parametrize(
    ("value", "pointer", "code"),
    [
        (None, "/unlock", "unlock.invalid"),
        ({}, "/unlock", "unlock.invalid"),
        ([{"rule": "after_previous"}] * (RULE_COUNT + 1), "/unlock", "unlock.invalid"),
        ([7], "/unlock/0/rule", "unlock.unknown"),
        ([{}], "/unlock/0/rule", "unlock.unknown"),
        ([{"rule": []}], "/unlock/0/rule", "unlock.unknown"),
        ([{"rule": "minimum_luck"}], "/unlock/0/rule", "unlock.unknown"),
        ([{"rule": "after_previous"}, {"rule": "after_lesson"}], "/unlock/1/lesson_id", "unlock.invalid"),
        ([{"rule": "after_lesson", "lesson_id": "{" + str(FIRST) + "}"}], "/unlock/0/lesson_id", "unlock.invalid"),
        ([{"rule": "after_module", "module_id": 7}], "/unlock/0/module_id", "unlock.invalid"),
        ([{"rule": "minimum_score", "lesson_id": str(FIRST)}], "/unlock/0/percent", "unlock.invalid"),
        ([{"rule": "minimum_score", "lesson_id": str(FIRST), "percent": True}], "/unlock/0/percent", "unlock.invalid"),
        ([{"rule": "minimum_score", "lesson_id": str(FIRST), "percent": 0}], "/unlock/0/percent", "unlock.invalid"),
        ([{"rule": "minimum_score", "percent": 60}], "/unlock/0/lesson_id", "unlock.invalid"),
        ([{"rule": "not_before", "at": "2026-12-01T00:00:00"}], "/unlock/0/at", "unlock.invalid"),
        ([{"rule": "not_before", "at": "2026-12-01"}], "/unlock/0/at", "unlock.invalid"),
        ([{"rule": "not_before", "at": "0001-01-01T00:00:00+14:00"}], "/unlock/0/at", "unlock.invalid"),
        ([{"rule": "not_before", "at": 1}], "/unlock/0/at", "unlock.invalid"),
        ([{"rule": "after_previous", "a/b": 1}], "/unlock/0/a~1b", "unknown"),
    ],
)
def test_what_is_no_rule_is_refused_with_its_place(value: Any, pointer: str, code: str):
    with pytest.raises(UnlockInvalid) as refused:
        rules_from_json(value)

    assert [(error.pointer, error.code) for error in refused.value.errors] == [(pointer, code)]

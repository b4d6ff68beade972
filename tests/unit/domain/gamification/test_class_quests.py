from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from domain.gamification.class_quests import ClassQuestRules, needed_of, winners
from domain.shared.ids import UserId

NAMES = {"id": "{n}", "en": "{n}"}
RULES = ClassQuestRules(target=5, percent=60, smallest=3, names=NAMES)
rules = st.builds(
    ClassQuestRules,
    target=st.integers(1, 9),
    percent=st.integers(1, 100),
    smallest=st.integers(1, 9),
    names=st.just(NAMES),
)
classes = st.dictionaries(st.uuids().map(UserId), st.integers(1, 12), max_size=12)


def of(*counts: int) -> dict[UserId, int]:
    return {UserId(UUID(int=number)): count for number, count in enumerate(counts, start=1)}


def test_enough_of_a_class_win_it_for_those_who_got_there():
    assert winners(of(5, 5, 1), RULES) == [UserId(UUID(int=1)), UserId(UUID(int=2))], "2 of 3 are 60 % and more"
    assert winners(of(5, 4, 1), RULES) == []
    assert winners(of(5, 6, 7, 1, 1), RULES) == [UserId(UUID(int=each)) for each in (1, 2, 3)], "exactly 60 %"
    assert winners(of(9, 9), RULES) == [], "two are no class"
    assert winners({}, RULES) == []


@given(classes, rules)
def test_all_who_reach_it_or_nobody(lessons: dict[UserId, int], each: ClassQuestRules):
    reached = {user_id for user_id, count in lessons.items() if count >= each.target}
    won = winners(lessons, each)
    assert won in ([], sorted(reached))
    if won:
        assert 100 * len(won) >= each.percent * len(lessons)
        assert len(lessons) >= each.smallest


@given(classes, rules, st.data())
def test_one_more_lesson_of_who_is_in_it_never_takes_it_from_the_class(
    lessons: dict[UserId, int], each: ClassQuestRules, data: st.DataObject
):
    won = winners(lessons, each)
    if not won:
        return
    who = data.draw(st.sampled_from(sorted(lessons)))
    assert set(won) <= set(winners({**lessons, who: lessons[who] + 1}, each))


@given(st.integers(0, 1000), rules)
def test_a_larger_class_never_needs_fewer(members: int, each: ClassQuestRules):
    assert 1 <= needed_of(members, each) <= needed_of(members + 1, each) <= max(members + 1, each.smallest)

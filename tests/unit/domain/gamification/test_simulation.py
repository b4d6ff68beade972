"""History under other rules: under its own it is what it is, and under others what they say."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from hypothesis import given, settings
from hypothesis import strategies as st

from domain.gamification.badges import BadgeTier, Tier
from domain.gamification.comparison import Comparison, Difference
from domain.gamification.deeds import AssignmentGraded, CourseCompleted, Deed, LessonCompleted, WorkHandedIn
from domain.gamification.levels import level_of
from domain.gamification.play import corrected, correction
from domain.gamification.ruleset import Ruleset
from domain.gamification.ruleset_1 import RULESET_1
from domain.gamification.simulation import History, Holdings, Simulated, simulate
from domain.gamification.streak import StreakRules
from domain.shared.ids import UserId
from tests.support.rulesets import rulesets, with_price
from tests.unit.domain.gamification.test_play import NOON, USER, Game, course, deeds, lesson

Moves = list[tuple[list[Deed], timedelta, int | None]]

moves = st.lists(
    st.tuples(
        st.lists(deeds, min_size=1, max_size=3),
        st.timedeltas(timedelta(0), timedelta(days=2)),
        st.none() | st.integers(-50, 50),
    ),
    max_size=20,
)


class Recorded(Game):
    """A game that remembers when its days became active, and in which staff correct."""

    def __init__(self, rules: Ruleset = RULESET_1) -> None:
        super().__init__(rules=rules)
        self.began: dict[date, datetime] = {}

    def play(self, *some: Deed, at: datetime = NOON) -> None:
        turn = self.turn(*some, at=at)
        if turn.is_active:
            self.began.setdefault(turn.day, at)

    def correct(self, amount: int, at: datetime) -> None:
        ids = iter([UUID(int=10**6 + len(self.entries))])
        entry = correction(
            self.player, amount, self.rules, by=USER, note="Keliru.", zone=UTC, new_id=lambda: next(ids), now=at
        )
        self.entries.append(entry)
        self.player = corrected(self.player, entry, self.rules).player

    def history(self) -> History:
        return History(
            user_id=USER, entries=self.entries, days=self.began, free_days=frozenset(), badges=self.player.badges
        )

    def under(self, rules: Ruleset) -> Simulated:
        return simulate(self.history(), rules, self.rulesets)


def played(history: Moves, rules: Ruleset = RULESET_1, *, may_earn: bool = True) -> Recorded:
    game, at = Recorded(rules), NOON
    game.may_earn = may_earn
    for some, passed, amount in history:
        at += passed
        game.play(*some, at=at)
        if amount is not None:
            game.correct(amount, at)
    return game


def assert_same(simulated: Simulated, recorded: Holdings) -> None:
    found = simulated.holdings
    assert {rule: xp for rule, xp in found.by_rule.items() if xp} == {r: xp for r, xp in recorded.by_rule.items() if xp}
    assert (found.xp, found.reached_at, found.badges) == (recorded.xp, recorded.reached_at, recorded.badges)
    assert simulated.assumed == 0


@given(moves)
@settings(max_examples=80)
def test_under_the_rules_that_it_was_decided_under_nothing_is_different(
    history: Moves,
):
    game = played(history)
    assert_same(game.under(RULESET_1), game.history().recorded())


@given(moves, rulesets())
@settings(max_examples=80)
def test_so_it_is_under_any_other_rules(history: Moves, rules: Ruleset):
    game = played(history, rules)
    assert_same(game.under(rules), game.history().recorded())


@given(moves, rulesets(), rulesets())
@settings(max_examples=40)
def test_whatever_is_tried_no_item_is_paid_twice_and_no_day_too_much(history: Moves, rules: Ruleset, tried: Ruleset):
    game = played(history, rules)
    holdings = game.under(tried).holdings
    assert sum(holdings.by_rule.values()) == holdings.xp
    items = {(entry.rule, entry.source) for entry in game.entries}
    for rule, price in tried.prices.amounts.items():
        if rule != "quest.completed":
            assert holdings.by_rule.get(rule, 0) <= (price + 1) * sum(each == rule for each, _ in items)


def test_who_was_staff_for_a_while_earns_as_they_did():
    game = Recorded()
    for number in range(6):
        game.may_earn = number % 3 != 0
        game.play(LessonCompleted(lesson(number), course(1)))
    assert_same(game.under(RULESET_1), game.history().recorded())
    assert game.under(RULESET_1).holdings.by_rule["lesson.completed"] == 40


def test_what_a_price_is_changes_what_it_brings():
    game = Recorded()
    for number in range(3):
        game.play(LessonCompleted(lesson(number), course(1)), at=NOON + timedelta(days=number))
    game.play(CourseCompleted(course(1)), at=NOON + timedelta(days=3))
    dearer = game.under(with_price("course.completed", 250)).holdings
    assert dearer.xp - game.player.xp == 150
    assert dearer.by_rule["course.completed"] == 250


def test_a_grade_is_known_from_what_it_was_paid():
    game = Recorded()
    game.play(AssignmentGraded(lesson(1), course(1), 73))
    found = game.under(with_price("assignment.graded", 100))
    assert (found.holdings.by_rule["assignment.graded"], found.assumed) == (75, 0)


def test_a_grade_that_paid_nothing_is_taken_for_the_best_and_told():
    refusing = replace(RULESET_1, limits=replace(RULESET_1.limits, halved_from=0, refused_from=0))
    game = Recorded(refusing)
    game.play(AssignmentGraded(lesson(1), course(1), 40))
    found = game.under(replace(RULESET_1, version=2))
    assert (found.holdings.by_rule["assignment.graded"], found.assumed) == (20, 1)


def test_what_was_too_fast_pays_where_there_is_room():
    game = Recorded()
    for number in range(12):
        game.play(LessonCompleted(lesson(number), course(1)), at=NOON + timedelta(seconds=number))
    roomy = replace(RULESET_1, version=2, limits=replace(RULESET_1.limits, completions=20))
    assert game.under(roomy).holdings.by_rule["lesson.completed"] == 120
    assert game.history().recorded().by_rule["lesson.completed"] == 100


def test_a_day_on_which_only_work_was_handed_in_counts_for_the_streak():
    game = Recorded()
    game.play(LessonCompleted(lesson(1), course(1)))
    game.play(WorkHandedIn(lesson(2), course(1)), at=NOON + timedelta(days=1))
    game.play(LessonCompleted(lesson(3), course(1)), at=NOON + timedelta(days=2))
    assert BadgeTier("tiga_hari", Tier.GOLD) in game.player.badges
    assert game.under(RULESET_1).holdings.badges == game.player.badges
    without = replace(RULESET_1, badges=[badge for badge in RULESET_1.badges if badge.key != "tiga_hari"])
    assert game.player.badges - game.under(without).holdings.badges == {BadgeTier("tiga_hari", Tier.GOLD)}
    assert game.under(replace(RULESET_1, streak=StreakRules(1, 5))).holdings.badges == game.player.badges


def holdings(xp: int, badges: frozenset[BadgeTier] = frozenset()) -> Holdings:
    return Holdings(xp=xp, reached_at=NOON if xp else None, by_rule={"lesson.completed": xp}, badges=badges)


def compared(pairs: Sequence[tuple[int, int]], most: int) -> Comparison:
    comparison = Comparison(most)
    for number, (before, after) in enumerate(pairs):
        one = Difference(
            user_id=UserId(UUID(int=number)), before=holdings(before), after=holdings(after),
            level_before=level_of(before, RULESET_1.levels).number,
            level_after=level_of(after, RULESET_1.levels).number,
        )  # fmt: skip
        comparison.add(one, Simulated(one.after, 1))
    return comparison


@given(st.lists(st.tuples(st.integers(0, 500), st.integers(0, 500)), max_size=60), st.integers(1, 10))
def test_a_comparison_is_what_sorting_everybody_would_tell(pairs: list[tuple[int, int]], most: int):
    found = compared(pairs, most)
    numbered = list(enumerate(pairs))
    assert found.learners == found.assumed == len(pairs)
    assert found.changed == sum(before != after for before, after in pairs)
    assert (found.before.total(), found.after.total()) == (sum(b for b, _ in pairs), sum(a for _, a in pairs))
    largest = sorted(
        (pair for pair in numbered if pair[1][0] != pair[1][1]), key=lambda p: (-abs(p[1][1] - p[1][0]), p[0])
    )
    assert [each.user_id.int for each in found.largest()] == [number for number, _ in largest[:most]]
    before = [number for number, pair in sorted(numbered, key=lambda p: (-p[1][0], p[0])) if pair[0]]
    after = [number for number, pair in sorted(numbered, key=lambda p: (-p[1][1], p[0])) if pair[1]]
    for place in found.order():
        number = place.difference.user_id.int
        assert place.rank_after == after.index(number) + 1
        assert place.rank_before == (before.index(number) + 1 if number in before else None)
    assert len(found.order()) == min(most, len(after))

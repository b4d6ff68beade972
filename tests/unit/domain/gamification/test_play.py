"""Turns of the game: whatever is done in whatever order, all that is stored follows from what was written down."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from itertools import count
from uuid import UUID, uuid5
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.gamification.badges import BadgeTier, Tier
from domain.gamification.deeds import (
    AssignmentGraded,
    CourseCompleted,
    Deed,
    LessonCompleted,
    QuizHandedIn,
    ReviewWritten,
    WorkHandedIn,
)
from domain.gamification.ledger import Decision, LedgerEntry, may_earn
from domain.gamification.play import Circumstances, Turn, take_turn
from domain.gamification.player import Player
from domain.gamification.quests import quests_of
from domain.gamification.replay import replay
from domain.gamification.ruleset import Ruleset
from domain.gamification.ruleset_1 import RULESET_1
from domain.shared.ids import CourseId, LessonId, UserId

NAMESPACE = UUID(int=1)
USER = UserId(uuid5(NAMESPACE, "learner"))
NOON = datetime(2026, 11, 23, 5, tzinfo=UTC)
JAKARTA = ZoneInfo("Asia/Jakarta")


def lesson(number: int) -> LessonId:
    return LessonId(uuid5(NAMESPACE, f"lesson {number}"))


def course(number: int) -> CourseId:
    return CourseId(uuid5(NAMESPACE, f"course {number}"))


@dataclass
class Game:
    """One player, and all that was written of them."""

    player: Player = field(default_factory=lambda: Player(user_id=USER))
    entries: list[LedgerEntry] = field(default_factory=list)
    days: dict[date, int] = field(default_factory=dict)
    badges: list[BadgeTier] = field(default_factory=list)
    may_earn: bool = True
    zone: ZoneInfo = JAKARTA
    rules: Ruleset = RULESET_1

    def __post_init__(self) -> None:
        self._numbers = count(1)
        self.rulesets = {self.rules.version: self.rules}

    def turn(self, *deeds: Deed, at: datetime = NOON) -> Turn:
        decided: dict[tuple[str, str], bool] = {}
        for entry in self.entries:
            key = (entry.rule, entry.source)
            decided[key] = decided.get(key, False) or entry.decision is Decision.GRANTED
        around = Circumstances(zone=self.zone, may_earn=self.may_earn, decided=decided, free_days=frozenset())
        turn = take_turn(self.player, deeds, around, self.rules, new_id=lambda: UUID(int=next(self._numbers)), now=at)
        self.player = turn.player
        self.entries += turn.entries
        self.badges += turn.badges
        if turn.is_active:
            self.days.setdefault(turn.day, self.rules.version)
        return turn

    def publish(self, rules: Ruleset) -> None:
        self.rules = replace(rules, version=self.rules.version + 1)
        self.rulesets[self.rules.version] = self.rules

    def replayed(self) -> Player:
        return replay(USER, self.entries, self.days, frozenset(), self.badges, self.rulesets)


def granted(turn: Turn) -> dict[str, int]:
    return {entry.rule: entry.amount for entry in turn.entries if entry.decision is Decision.GRANTED}


deeds = st.one_of(
    st.builds(LessonCompleted, st.integers(0, 15).map(lesson), st.integers(0, 2).map(course)),
    st.builds(QuizHandedIn, st.integers(0, 5).map(lesson), st.just(course(0)), st.integers(0, 100), st.integers(1, 3)),
    st.builds(WorkHandedIn, st.integers(0, 3).map(lesson), st.just(course(1))),
    st.builds(AssignmentGraded, st.integers(0, 3).map(lesson), st.just(course(1)), st.integers(0, 100)),
    st.builds(CourseCompleted, st.integers(0, 2).map(course)),
    st.builds(ReviewWritten, st.integers(0, 2).map(course)),
)
histories = st.lists(
    st.tuples(st.lists(deeds, min_size=1, max_size=3), st.timedeltas(timedelta(0), timedelta(days=3))), max_size=25
)


def played(history: Sequence[tuple[list[Deed], timedelta]]) -> Game:
    game, at = Game(), NOON
    for some, passed in history:
        at += passed
        game.turn(*some, at=at)
    return game


@given(histories)
@settings(max_examples=60)
def test_what_is_stored_follows_from_what_was_written(history: list[tuple[list[Deed], timedelta]]):
    game = played(history)
    assert game.player == game.replayed()
    assert [entry.number for entry in game.entries] == list(range(1, len(game.entries) + 1))
    assert game.player.xp == sum(entry.amount for entry in game.entries)
    paid = Counter((each.rule, each.source) for each in game.entries if each.decision is Decision.GRANTED)
    assert all(times == 1 for times in paid.values())
    assert len(set(game.badges)) == len(game.badges)


@given(histories)
@settings(max_examples=30)
def test_to_do_it_all_again_pays_nothing_twice(history: list[tuple[list[Deed], timedelta]]):
    game = played(history)
    paid = {(entry.rule, entry.source) for entry in game.entries if entry.decision is Decision.GRANTED}
    for number, (some, _) in enumerate(history):
        turn = game.turn(*some, at=NOON + timedelta(days=200 + number))
        again = [entry for entry in turn.entries if (entry.rule, entry.source) in paid]
        assert all((entry.decision, entry.amount) == (Decision.DUPLICATE, 0) for entry in again)
    assert game.player == game.replayed()


@given(st.lists(st.integers(0, 100), min_size=1, max_size=80))
@settings(max_examples=30)
def test_no_day_brings_more_than_its_cap(percents: list[int]):
    game = Game()
    for number, percent in enumerate(percents):
        at = NOON + timedelta(minutes=number)
        game.turn(QuizHandedIn(lesson(number), course(0), percent, 1), at=at)
        game.turn(AssignmentGraded(lesson(1000 + number), course(0), percent), at=at)
    counted = [entry.amount for entry in game.entries if entry.decision is Decision.GRANTED]
    # The last grant may begin just below it.
    assert sum(counted) < 500 + max(counted, default=1)
    capped = [entry for entry in game.entries if entry.decision is Decision.CAPPED]
    assert all(entry.eligible_at == datetime(2026, 11, 23, 17, tzinfo=UTC) for entry in capped)


def test_a_first_lesson():
    turn = Game().turn(LessonCompleted(lesson(1), course(1)))
    assert granted(turn)["lesson.completed"] == 10
    assert turn.player.streak.length == 1
    assert BadgeTier("langkah_pertama", Tier.GOLD) in turn.badges


@pytest.mark.parametrize(
    ("percent", "attempt", "expected"),
    [
        (59, 1, set()),
        (60, 1, {"quiz.passed", "quiz.first_try"}),
        (80, 2, {"quiz.passed", "quiz.good"}),
        (100, 1, {"quiz.passed", "quiz.good", "quiz.perfect", "quiz.first_try"}),
    ],
)
def test_what_a_quiz_pays(percent: int, attempt: int, expected: set[str]):
    turn = Game().turn(QuizHandedIn(lesson(1), course(1), percent, attempt))
    assert set(granted(turn)) - {"quest.completed"} == expected
    assert turn.player.streak.length == 1


def test_a_better_attempt_pays_only_what_is_new():
    game = Game()
    game.turn(QuizHandedIn(lesson(1), course(1), 70, 1))
    turn = game.turn(QuizHandedIn(lesson(1), course(1), 100, 2))
    decisions = {entry.rule: entry.decision for entry in turn.entries if entry.rule.startswith("quiz")}
    assert decisions == {
        "quiz.passed": Decision.DUPLICATE, "quiz.good": Decision.GRANTED, "quiz.perfect": Decision.GRANTED,
    }  # fmt: skip


@pytest.mark.parametrize(("percent", "amount"), [(0, 0), (2, 0), (3, 1), (72, 14), (73, 15), (100, 20)])
def test_a_grade_is_rounded_half_up(percent: int, amount: int):
    turn = Game().turn(AssignmentGraded(lesson(1), course(1), percent))
    assert granted(turn)["assignment.graded"] == amount
    assert turn.player.streak.length == 0


def test_a_grade_that_comes_after_missed_days_shows_a_streak_that_is_over():
    game = Game()
    game.turn(LessonCompleted(lesson(1), course(1)))
    turn = game.turn(AssignmentGraded(lesson(2), course(1), 100), at=NOON + timedelta(days=3))
    assert (turn.streak.length, turn.streak.longest, turn.player.streak.length) == (0, 1, 1)


def test_more_than_ten_lessons_in_a_minute_pay_nothing_more():
    game = Game()
    turns = [game.turn(LessonCompleted(lesson(n), course(1)), at=NOON + timedelta(seconds=n)) for n in range(12)]
    found = [turn.entries[0] for turn in turns]
    assert [entry.decision for entry in found] == [Decision.GRANTED] * 10 + [Decision.COOLDOWN] * 2
    assert [entry.eligible_at for entry in found[10:]] == [NOON + timedelta(seconds=60), NOON + timedelta(seconds=61)]
    later = game.turn(LessonCompleted(lesson(99), course(1)), at=NOON + timedelta(seconds=71))
    assert later.entries[0].decision is Decision.GRANTED
    assert game.player.tallies["lesson.completed"] == 13


def test_after_300_a_grant_is_halved_and_a_course_never_is():
    game = Game(player=Player(user_id=USER, xp=300, day=date(2026, 11, 23), day_xp=300))
    turn = game.turn(ReviewWritten(course(1)), CourseCompleted(course(1)))
    paid = {entry.rule: (entry.amount, entry.reason) for entry in turn.entries if entry.rule != "quest.completed"}
    assert paid == {"review.written": (3, "halved"), "course.completed": (100, None)}


@pytest.mark.parametrize(
    ("role", "owns_course", "may"),
    [("mahasiswa", False, True), ("dosen", False, True), ("dosen", True, False), ("admin", False, False)],
)
def test_who_may_earn(role: str, owns_course: bool, may: bool):
    assert may_earn(role, owns_course=owns_course) is may


def test_staff_see_why_they_get_nothing():
    game = Game(may_earn=False)
    turn = game.turn(LessonCompleted(lesson(1), course(1)))
    assert [(each.decision, each.amount, each.reason) for each in turn.entries] == [
        (Decision.INELIGIBLE, 0, "staff")
    ] * len(turn.entries)
    assert (turn.badges, game.player.xp) == ([], 0)
    assert game.player == game.replayed()


@given(st.uuids().map(UserId), st.dates(date(2026, 1, 1), date(2027, 1, 1)))
def test_three_quests_of_different_kinds_and_everywhere_the_same(user_id: UserId, day: date):
    quests = quests_of(user_id, day, RULESET_1.quests)
    assert len({quest.rule for quest in quests}) == 3
    assert quests == quests_of(UserId(UUID(str(user_id))), day, RULESET_1.quests)


def test_every_quest_has_its_day():
    asked = Counter(
        quest.key for n in range(400) for quest in quests_of(UserId(UUID(int=n)), date(2026, 11, 23), RULESET_1.quests)
    )
    assert asked.keys() == {quest.key for quest in RULESET_1.quests.pool}


def test_a_quest_is_won_once_with_the_deed_that_reaches_it():
    game, won = Game(), []
    for number in range(12):
        at = NOON + timedelta(minutes=10 * number)
        turn = game.turn(
            LessonCompleted(lesson(number), course(1)), QuizHandedIn(lesson(number), course(1), 100, 1),
            AssignmentGraded(lesson(number), course(1), 100), ReviewWritten(course(number)), at=at,
        )  # fmt: skip
        won += [quest.key for quest in turn.quests]
    assert sorted(won) == sorted(quest.key for quest in quests_of(USER, date(2026, 11, 23), RULESET_1.quests))


def test_there_are_25_badges_with_words_in_both_languages_and_rising_tiers():
    assert len(RULESET_1.badges) >= 25
    assert len({badge.key for badge in RULESET_1.badges}) == len(RULESET_1.badges)
    for badge in RULESET_1.badges:
        thresholds = [badge.thresholds[tier] for tier in Tier if tier in badge.thresholds]
        assert thresholds == sorted(set(thresholds))
        assert badge.names.keys() == badge.descriptions.keys() == {"id", "en"}
        assert len(thresholds) == 1 or all("{n}" in text for text in badge.descriptions.values())

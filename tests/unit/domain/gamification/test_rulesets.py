"""Rulesets as documents: each valid one there and back, each that is wrong named by what is wrong with it."""

import json
from copy import deepcopy
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.gamification.badges import Badge, BadgeTier, Measure, Tier, progress_of, with_former
from domain.gamification.edition import BUILT_IN, RulesetOutdated, RulesetPublished
from domain.gamification.ruleset import Ruleset
from domain.gamification.ruleset_1 import RULESET_1
from domain.gamification.ruleset_check import RulesetInvalid, checked_ruleset, document_errors
from domain.gamification.ruleset_document import document_of
from tests.support.people import NOON
from tests.support.rulesets import a_document, a_draft, rulesets, with_price
from tests.unit.domain.gamification.test_play import NOON as BEGIN
from tests.unit.domain.gamification.test_play import Deed, Game, deeds


def found(document: Any) -> list[tuple[str, str]]:
    return sorted((error.pointer, error.code) for error in document_errors(document))


def changed(path: str, value: Any) -> dict[str, Any]:
    """The built-in document with another value there; ABSENT takes it away."""
    document = deepcopy(a_document())
    *steps, last = path.split("/")
    place: Any = document
    for step in steps:
        place = place[int(step) if isinstance(place, list) else step]
    if value is ABSENT:
        del place[last]
    else:
        place[int(last) if isinstance(place, list) else last] = value
    return document


ABSENT = object()


@given(rulesets())
@settings(max_examples=100)
def test_each_valid_ruleset_is_the_same_there_and_back(ruleset: Ruleset):
    document = json.loads(json.dumps(document_of(ruleset)))
    assert document_errors(document) == []
    again = checked_ruleset(ruleset.version, document)
    assert again == ruleset
    assert [list(badge.thresholds) for badge in again.badges] == [list(badge.thresholds) for badge in ruleset.badges]


def test_the_built_in_one_passes():
    assert document_errors(document_of(RULESET_1)) == []
    assert checked_ruleset(1, document_of(RULESET_1)) == RULESET_1


@pytest.mark.parametrize(
    ("path", "value", "error"),
    [
        ("prices/lesson.completed", -1, ("/prices/lesson.completed", "number.out_of_range")),
        ("prices/lesson.completed", "10", ("/prices/lesson.completed", "invalid")),
        ("prices/lesson.completed", True, ("/prices/lesson.completed", "invalid")),
        ("prices/lesson.completed", 0.5, ("/prices/lesson.completed", "invalid")),
        ("prices/lesson.completed", ABSENT, ("/prices/lesson.completed", "missing")),
        ("prices/lesson.skipped", 5, ("/prices/lesson.skipped", "rule.unknown")),
        ("prices/a~1b", 5, ("/prices/a~01b", "rule.unknown")),
        ("quizzes/good_percent", 50, ("/quizzes/good_percent", "percents.order")),
        ("limits/halved_from", 501, ("/limits/refused_from", "limits.order")),
        ("limits/exempt", ["course.bought"], ("/limits/exempt/0", "rule.unknown")),
        ("limits/exempt", ["course.completed"] * 2, ("/limits/exempt/1", "rule.repeated")),
        ("limits/cooldown/completions", 0, ("/limits/cooldown/completions", "number.out_of_range")),
        ("limits/cooldown", 10, ("/limits/cooldown", "invalid")),
        ("levels/base", 0, ("/levels/base", "levels.falling")),
        ("levels/factor", "0.99", ("/levels/factor", "levels.falling")),
        ("levels/factor", "3/4", ("/levels/factor", "levels.falling")),
        ("levels/factor", "1/0", ("/levels/factor", "invalid")),
        ("levels/factor", "1e3", ("/levels/factor", "invalid")),
        ("levels/factor", 1.3, ("/levels/factor", "invalid")),
        ("levels/factor", "11", ("/levels/factor", "number.out_of_range")),
        ("streak/days_per_freeze", 0, ("/streak/days_per_freeze", "number.out_of_range")),
        ("quests/daily", 9, ("/quests/pool", "quests.too_few")),
        ("quests/weekly", ABSENT, ("/quests/weekly", "missing")),
        ("quests/weekly/target", 0, ("/quests/weekly/target", "number.out_of_range")),
        ("quests/weekly/percent", 101, ("/quests/weekly/percent", "number.out_of_range")),
        ("quests/weekly/smallest", 0, ("/quests/weekly/smallest", "number.out_of_range")),
        ("quests/weekly/names/id", ABSENT, ("/quests/weekly/names/id", "language.missing")),
        ("quests/pool/0/rule", "quest.completed", ("/quests/pool/0/rule", "rule.unknown")),
        ("quests/pool/1/key", "tiga_pelajaran", ("/quests/pool/1/key", "key.repeated")),
        ("quests/pool/0/key", "a:b", ("/quests/pool/0/key", "invalid")),
        ("quests/pool/0/target", 0, ("/quests/pool/0/target", "number.out_of_range")),
        ("quests/pool/0/names/en", ABSENT, ("/quests/pool/0/names/en", "language.missing")),
        ("quests/pool/0/names/fr", "Trois", ("/quests/pool/0/names/fr", "language.unknown")),
        ("quests/pool/0/names/en", " ", ("/quests/pool/0/names/en", "text.empty")),
        ("quests/pool/0/names/en", "a\x00", ("/quests/pool/0/names/en", "text.character")),
        ("quests/pool/0/names/en", "a" * 101, ("/quests/pool/0/names/en", "text.too_long")),
        ("badges/0/measure", "likes", ("/badges/0/measure", "measure.unknown")),
        ("badges/1/key", "langkah_pertama", ("/badges/1/key", "key.repeated")),
        ("badges/1/thresholds", {"bronze": 5, "silver": 5}, ("/badges/1/thresholds/silver", "tiers.order")),
        ("badges/1/thresholds", {"silver": 5, "gold": 4}, ("/badges/1/thresholds/gold", "tiers.order")),
        ("badges/1/thresholds", {"bronze": -1}, ("/badges/1/thresholds/bronze", "number.out_of_range")),
        ("badges/1/thresholds", {"bronze": 1, "iron": 1}, ("/badges/1/thresholds/iron", "tier.unknown")),
        ("badges/1/thresholds", {}, ("/badges/1/thresholds", "tiers.none")),
        ("badges/1/window", 7, ("/badges/1/window", "unknown")),
        ("badges", "none", ("/badges", "invalid")),
        ("levels", ABSENT, ("/levels", "missing")),
    ],
)
def test_what_is_wrong_is_found_where_it_is(path: str, value: Any, error: tuple[str, str]):
    assert found(changed(path, value)) == [error]


def test_all_that_is_wrong_is_found_at_once():
    document = changed("badges/3/measure", "likes")
    document["prices"]["review.written"] = -5
    document["levels"] = {"base": 0, "factor": "1/2"}
    with pytest.raises(RulesetInvalid) as refusal:
        checked_ruleset(2, document, pointer="/rules")
    assert [error.pointer for error in refusal.value.errors] == [
        "/rules/prices/review.written", "/rules/levels/base", "/rules/levels/factor", "/rules/badges/3/measure",
    ]  # fmt: skip


json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)


@given(st.data())
def test_whatever_stands_somewhere_is_refused_or_taken_and_breaks_nothing(data: st.DataObject):
    document = a_document()
    part = data.draw(st.sampled_from(sorted(document)))
    value = data.draw(json_values)
    if isinstance(document[part], dict) and data.draw(st.booleans()):
        field = data.draw(st.sampled_from(sorted(document[part])))
        document = changed(f"{part}/{field}", value)
    else:
        document[part] = value
    if not document_errors(document):
        checked_ruleset(2, document)


def test_a_whole_number_may_be_written_as_json_likes():
    assert checked_ruleset(2, changed("prices/lesson.completed", 12.0)).prices.amounts["lesson.completed"] == 12


@given(st.lists(st.tuples(st.lists(deeds, min_size=1, max_size=3), st.none() | rulesets()), max_size=12))
@settings(max_examples=40)
def test_whatever_is_published_in_between_all_that_is_stored_follows(history: list[tuple[list[Deed], Ruleset | None]]):
    game = Game()
    for number, (some, rules) in enumerate(history):
        if rules is not None:
            held, before = game.player.badges, len(game.entries)
            game.publish(rules)
        game.turn(*some, at=BEGIN + timedelta(hours=7 * number))
        if rules is not None:
            assert game.player.badges >= held
            assert all(entry.ruleset == game.rules.version for entry in game.entries[before:])
    assert game.player == game.replayed()


def test_a_draft_is_revised_and_published_once():
    draft = a_draft(with_price("review.written", 7))
    assert not draft.revise(draft.rules, draft.note)
    assert draft.revise(with_price("review.written", 8), draft.note)
    assert draft.publish(by=None, at=NOON, in_force=1)
    assert (draft.revision, draft.published_at) == (3, NOON)
    assert not draft.publish(by=None, at=NOON, in_force=7)
    with pytest.raises(RulesetPublished):
        draft.revise(with_price("review.written", 9), draft.note)
    with pytest.raises(RulesetPublished):
        BUILT_IN.assert_draft()


def test_versions_only_go_up():
    draft = a_draft(with_price("review.written", 7, version=2))
    with pytest.raises(RulesetOutdated):
        draft.publish(by=None, at=NOON, in_force=3)
    assert draft.is_draft


def test_badges_that_rules_have_no_more_are_shown_to_those_who_hold_them():
    words = {"id": "Lama", "en": "Old"}
    old = Badge(key="lama", measure=Measure.XP, thresholds={Tier.GOLD: 5}, names=words, descriptions=words)
    kept = replace(old, key="tetap", thresholds={Tier.BRONZE: 9})
    held = {BadgeTier("lama", Tier.GOLD), BadgeTier("tetap", Tier.SILVER)}
    assert with_former([kept], [old, replace(old, names={})], held) == [kept, old]
    assert with_former([kept], [old], set()) == [kept]
    [progress] = progress_of([kept], {Measure.XP: 7}, held)
    assert (progress.held, progress.next_tier) == ((Tier.SILVER,), Tier.BRONZE)

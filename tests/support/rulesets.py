"""Rulesets that are valid and like no other: for whatever has to hold under any of them."""

from dataclasses import replace
from datetime import timedelta
from fractions import Fraction
from typing import Any
from uuid import UUID

from hypothesis import strategies as st

from domain.gamification.badges import Badge, Measure, Tier
from domain.gamification.class_quests import ClassQuestRules
from domain.gamification.deeds import RULES, Prices
from domain.gamification.edition import Edition
from domain.gamification.leagues import LeagueRules
from domain.gamification.ledger import Limits
from domain.gamification.levels import LevelRules
from domain.gamification.quests import Quest, QuestRules
from domain.gamification.ruleset import Ruleset
from domain.gamification.ruleset_1 import RULESET_1
from domain.gamification.ruleset_check import COUNTED
from domain.gamification.ruleset_document import document_of
from domain.gamification.streak import StreakRules
from domain.shared.ids import UserId
from tests.support.people import NOON

_words = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1, max_size=20)
_texts = _words.filter(str.strip)
_keys = st.from_regex("[a-z0-9_]{1,40}", fullmatch=True)
_names = st.fixed_dictionaries({"id": _texts, "en": _texts})
_factors = st.one_of(
    st.integers(1000, 10_000).map(lambda thousandths: Fraction(thousandths, 1000)),
    st.tuples(st.integers(1, 999), st.integers(1, 999)).map(lambda pair: Fraction(max(pair), min(pair))),
).filter(lambda factor: factor <= 10)


@st.composite
def _limits(draw: st.DrawFn) -> Limits:
    bounds = sorted([draw(st.integers(0, 1000)), draw(st.integers(0, 1000))])
    return Limits(
        halved_from=bounds[0],
        refused_from=bounds[1],
        exempt=frozenset(draw(st.sets(st.sampled_from(RULES), max_size=3))),
        completions=draw(st.integers(1, 12)),
        window=timedelta(seconds=draw(st.integers(1, 24 * 3600))),
    )


@st.composite
def _prices(draw: st.DrawFn) -> Prices:
    passed, good, perfect = sorted(draw(st.tuples(*[st.integers(0, 100)] * 3)))
    amounts = {rule: draw(st.integers(0, 200)) for rule in RULES}
    return Prices(amounts=amounts, passed_percent=passed, good_percent=good, perfect_percent=perfect)


@st.composite
def _leagues(draw: st.DrawFn) -> LeagueRules:
    smallest, size = sorted(draw(st.tuples(st.integers(2, 50), st.integers(2, 50))))
    share = st.integers(2, 9)
    return LeagueRules(group_size=size, smallest=smallest, promoted_of=draw(share), demoted_of=draw(share))


@st.composite
def _quests(draw: st.DrawFn) -> QuestRules:
    keys = draw(st.lists(_keys, unique=True, max_size=6))
    pool = tuple(
        Quest(key=key, rule=draw(st.sampled_from(COUNTED)), target=draw(st.integers(1, 5)), names=draw(_names))
        for key in keys
    )
    weekly = ClassQuestRules(
        target=draw(st.integers(1, 1000)), percent=draw(st.integers(1, 100)), smallest=draw(st.integers(1, 1000)),
        names=RULESET_1.quests.weekly.names,
    )  # fmt: skip
    return QuestRules(pool=pool, daily=draw(st.integers(0, len({quest.rule for quest in pool}))), weekly=weekly)


@st.composite
def _badge(draw: st.DrawFn, key: str) -> Badge:
    tiers = sorted(draw(st.sets(st.sampled_from(Tier), min_size=1)), key=list(Tier).index)
    rising = sorted(draw(st.sets(st.integers(1, 2000), min_size=len(tiers), max_size=len(tiers))))
    return Badge(
        key=key,
        measure=draw(st.sampled_from(Measure)),
        thresholds=dict(zip(tiers, rising, strict=True)),
        names=draw(_names),
        descriptions=draw(_names),
    )


@st.composite
def rulesets(draw: st.DrawFn) -> Ruleset:
    keys = draw(st.lists(_keys, unique=True, max_size=6))
    return Ruleset(
        version=draw(st.integers(2, 1000)),
        prices=draw(_prices()),
        limits=draw(_limits()),
        levels=LevelRules(draw(st.integers(1, 500)), draw(_factors)),
        streak=StreakRules(draw(st.integers(1, 10)), draw(st.integers(0, 4))),
        quests=draw(_quests()),
        leagues=draw(_leagues()),
        badges=tuple(draw(_badge(key)) for key in keys),
    )


def with_price(rule: str, amount: int, *, version: int = 2) -> Ruleset:
    """The built-in rules with another price."""
    prices = replace(RULESET_1.prices, amounts={**RULESET_1.prices.amounts, rule: amount})
    return replace(RULESET_1, version=version, prices=prices)


def a_document(**changes: Any) -> dict[str, Any]:
    """The built-in rules as a document, with other parts."""
    return {**document_of(RULESET_1), **changes}


def a_draft(rules: Ruleset, *, by: UUID | None = None) -> Edition:
    return Edition(rules=rules, note="Uji coba.", created_by=None if by is None else UserId(by), created_at=NOON)

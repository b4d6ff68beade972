"""A ruleset as a JSON document, in plain values, and back. The document's form is in `docs/game.md`."""

from collections.abc import Mapping
from datetime import timedelta
from fractions import Fraction
from typing import Any

from domain.gamification.badges import Badge, Measure, Tier
from domain.gamification.class_quests import ClassQuestRules
from domain.gamification.deeds import RULES, Prices
from domain.gamification.leagues import LeagueRules
from domain.gamification.ledger import Limits
from domain.gamification.levels import LevelRules
from domain.gamification.quests import Quest, QuestRules
from domain.gamification.ruleset import Ruleset
from domain.gamification.streak import StreakRules

LANGUAGES = ("id", "en")
TIERS = LeagueRules().tiers
"""Of leagues: they have names, and learners stand in them, so that a ruleset doesn't change how many there are."""
LEAGUES = ("group_size", "smallest", "promoted_of", "demoted_of")
WEEKLY = ("target", "percent", "smallest")
PERCENTS = ("passed_percent", "good_percent", "perfect_percent")
_SECOND = timedelta(seconds=1)


def document_of(ruleset: Ruleset) -> dict[str, Any]:
    limits, levels, weekly = ruleset.limits, ruleset.levels, ruleset.quests.weekly
    return {
        "prices": {rule: ruleset.prices.amounts[rule] for rule in RULES},
        "quizzes": {name: getattr(ruleset.prices, name) for name in PERCENTS},
        "limits": {
            "halved_from": limits.halved_from,
            "refused_from": limits.refused_from,
            "exempt": [rule for rule in RULES if rule in limits.exempt],
            "cooldown": {"completions": limits.completions, "window_seconds": limits.window // _SECOND},
        },
        "levels": {"base": levels.base, "factor": factor_text(levels.factor)},
        "streak": {"days_per_freeze": ruleset.streak.days_per_freeze, "most_freezes": ruleset.streak.most_freezes},
        "quests": {
            "daily": ruleset.quests.daily,
            "pool": [
                {"key": quest.key, "rule": quest.rule, "target": quest.target, "names": _texts(quest.names)}
                for quest in ruleset.quests.pool
            ],
            "weekly": {
                **{name: getattr(weekly, name) for name in WEEKLY},
                "names": _texts(weekly.names),
            },
        },
        "leagues": {name: getattr(ruleset.leagues, name) for name in LEAGUES},
        "badges": [
            {
                "key": badge.key,
                "measure": badge.measure.value,
                "thresholds": {tier.value: threshold for tier, threshold in badge.thresholds.items()},
                "names": _texts(badge.names),
                "descriptions": _texts(badge.descriptions),
            }
            for badge in ruleset.badges
        ],
    }


def ruleset_of(version: int, document: Mapping[str, Any]) -> Ruleset:
    """From a document that has been checked."""
    limits, quests = document["limits"], document["quests"]
    return Ruleset(
        version=version,
        prices=Prices(
            amounts={rule: int(document["prices"][rule]) for rule in RULES},
            **{name: int(document["quizzes"][name]) for name in PERCENTS},
        ),
        limits=Limits(
            halved_from=int(limits["halved_from"]),
            refused_from=int(limits["refused_from"]),
            exempt=frozenset(limits["exempt"]),
            completions=int(limits["cooldown"]["completions"]),
            window=int(limits["cooldown"]["window_seconds"]) * _SECOND,
        ),
        levels=LevelRules(base=int(document["levels"]["base"]), factor=Fraction(document["levels"]["factor"])),
        streak=StreakRules(**{name: int(value) for name, value in document["streak"].items()}),
        quests=QuestRules(
            pool=tuple(_quest(each) for each in quests["pool"]),
            daily=int(quests["daily"]),
            weekly=ClassQuestRules(
                **{name: int(quests["weekly"][name]) for name in WEEKLY}, names=_texts(quests["weekly"]["names"])
            ),
        ),
        leagues=LeagueRules(tiers=TIERS, **{name: int(document["leagues"][name]) for name in LEAGUES}),
        badges=tuple(_badge(each) for each in document["badges"]),
    )


def factor_text(factor: Fraction) -> str:
    """Exact: a decimal where three places are enough, else numerator and denominator."""
    thousandths = factor * 1000
    if thousandths.denominator != 1:
        return f"{factor.numerator}/{factor.denominator}"
    whole, rest = divmod(thousandths.numerator, 1000)
    return f"{whole}.{rest:03}".rstrip("0").rstrip(".")


def _quest(document: Mapping[str, Any]) -> Quest:
    return Quest(
        key=document["key"], rule=document["rule"], target=int(document["target"]), names=_texts(document["names"])
    )


def _badge(document: Mapping[str, Any]) -> Badge:
    thresholds = document["thresholds"]
    return Badge(
        key=document["key"],
        measure=Measure(document["measure"]),
        # In their order, which a store of JSON may not keep.
        thresholds={tier: int(thresholds[tier.value]) for tier in Tier if tier.value in thresholds},
        names=_texts(document["names"]),
        descriptions=_texts(document["descriptions"]),
    )


def _texts(by_language: Mapping[str, str]) -> dict[str, str]:
    return {language: by_language[language] for language in LANGUAGES}

"""Rulesets as JSON shows them. What the parts mean, and what is checked of them, is in `domain.gamification`."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import Meta

from application.shared.encoded import Encoded, content_tag
from domain.gamification.edition import Edition
from domain.gamification.ruleset_check import FACTOR, LARGEST_PRICE, LARGEST_SUM, MOST_BADGES, MOST_QUESTS
from domain.gamification.ruleset_document import document_of
from domain.gamification.ruleset_form import KEY

Percent = Annotated[int, Meta(ge=0, le=100)]
Sum = Annotated[int, Meta(ge=0, le=LARGEST_SUM)]
Key = Annotated[str, Meta(pattern=f"^{KEY.pattern}$")]
Texts = Mapping[str, str]
"""In each language: `id` and `en`."""


class _Closed(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    pass


class QuizPercents(_Closed, frozen=True, kw_only=True):
    """The share of a quiz's points from which on each of its rules pays."""

    passed_percent: Percent
    good_percent: Percent
    perfect_percent: Percent


class Cooldown(_Closed, frozen=True, kw_only=True):
    """More than `completions` lessons within the window pay nothing."""

    completions: Annotated[int, Meta(ge=1, le=100)]
    window_seconds: Annotated[int, Meta(ge=1, le=24 * 3600)]


class DayLimits(_Closed, frozen=True, kw_only=True):
    """Of one local date: from `halved_from` XP each grant is halved, from `refused_from` on there is none.

    Rules in `exempt` are neither limited nor counted.
    """

    halved_from: Sum
    refused_from: Sum
    exempt: Sequence[str]
    cooldown: Cooldown


class LevelCurve(_Closed, frozen=True, kw_only=True):
    """Level 2 begins at `base`; each takes `factor` times what the one before took: `1.3`, or `4/3`."""

    base: Annotated[int, Meta(ge=1, le=LARGEST_SUM)]
    factor: Annotated[str, Meta(pattern=f"^({FACTOR.pattern})$")]


class Freezes(_Closed, frozen=True, kw_only=True):
    days_per_freeze: Annotated[int, Meta(ge=1, le=365)]
    most_freezes: Annotated[int, Meta(ge=0, le=100)]


class QuestRule(_Closed, frozen=True, kw_only=True):
    """Reached with `target` items of a rule on one local date."""

    key: Key
    rule: str
    target: Annotated[int, Meta(ge=1, le=1000)]
    names: Texts


class ClassQuestRule(_Closed, frozen=True, kw_only=True):
    """Won by a course's class in a week where `percent` of it complete `target` lessons, `{n}` in the names.

    The class is who completes one at least, and `smallest` of them make one.
    """

    target: Annotated[int, Meta(ge=1, le=1000)]
    percent: Annotated[int, Meta(ge=1, le=100)]
    smallest: Annotated[int, Meta(ge=1, le=1000)]
    names: Texts


class QuestPool(_Closed, frozen=True, kw_only=True):
    daily: Annotated[int, Meta(ge=0, le=10)]
    pool: Annotated[Sequence[QuestRule], Meta(max_length=MOST_QUESTS)]
    weekly: ClassQuestRule


class LeagueGroups(_Closed, frozen=True, kw_only=True):
    """Groups have at most `group_size` members, under `smallest` they move nobody.

    The best one in `promoted_of` goes up, the last one in `demoted_of` goes down.
    """

    group_size: Annotated[int, Meta(ge=2, le=1000)]
    smallest: Annotated[int, Meta(ge=2, le=1000)]
    promoted_of: Annotated[int, Meta(ge=2, le=1000)]
    demoted_of: Annotated[int, Meta(ge=2, le=1000)]


class BadgeRule(_Closed, frozen=True, kw_only=True):
    """`thresholds` by tier (`bronze`, `silver`, `gold`), rising; `{n}` in a description stands for the threshold."""

    key: Key
    measure: str
    thresholds: Mapping[str, int]
    names: Texts
    descriptions: Texts


class RulesDocument(_Closed, frozen=True, kw_only=True):
    """All rules of the game. `prices` are by rule, each of which has one."""

    prices: Mapping[str, Annotated[int, Meta(ge=0, le=LARGEST_PRICE)]]
    quizzes: QuizPercents
    limits: DayLimits
    levels: LevelCurve
    streak: Freezes
    quests: QuestPool
    leagues: LeagueGroups
    badges: Annotated[Sequence[BadgeRule], Meta(max_length=MOST_BADGES)]


class RulesetSummary(msgspec.Struct, frozen=True, kw_only=True):
    """`revision` counts the changes of a draft. The built-in one, version 1, was created by nobody and never."""

    version: int
    status: str
    is_in_force: bool
    note: str
    created_by: UUID | None
    created_at: datetime | None
    published_by: UUID | None
    published_at: datetime | None
    revision: int


class RulesetView(RulesetSummary, frozen=True, kw_only=True):
    rules: RulesDocument


class RulesetPage(msgspec.Struct, frozen=True):
    items: Sequence[RulesetSummary]
    next_cursor: str | None


_FACTS = tuple(name for name in RulesetSummary.__struct_fields__ if name not in {"status", "is_in_force"})


def summary_of(edition: Edition, *, in_force: int) -> RulesetSummary:
    """`in_force` is the version that is."""
    return RulesetSummary(**_facts(edition, in_force))


def encoded_ruleset(edition: Edition, *, in_force: int) -> Encoded[RulesetView]:
    rules = msgspec.convert(document_of(edition.rules), RulesDocument)
    body = msgspec.json.encode(RulesetView(**_facts(edition, in_force), rules=rules))
    # Whether it is in force changes by what is done with another one.
    return Encoded(body, f"{edition.revision}-{content_tag(body)}")


def _facts(edition: Edition, in_force: int) -> dict[str, Any]:
    facts = {name: getattr(edition, name) for name in _FACTS}
    return {**facts, "status": edition.status.value, "is_in_force": edition.version == in_force}

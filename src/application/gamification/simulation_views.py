"""What a ruleset would have made of history, beside what is written of it."""

from collections.abc import Sequence
from uuid import UUID

import msgspec

from domain.gamification.badges import BadgeTier
from domain.gamification.comparison import Comparison, Difference, Place
from domain.gamification.deeds import CORRECTION, RULES


class RuleDifference(msgspec.Struct, frozen=True, kw_only=True):
    """XP by one rule."""

    rule: str
    before: int
    after: int


class BadgeDifference(msgspec.Struct, frozen=True, kw_only=True):
    """How many learners would hold it who don't, and the other way around: what is held stays all the same."""

    key: str
    tier: str
    gained: int
    lost: int


class BadgeName(msgspec.Struct, frozen=True, kw_only=True):
    key: str
    tier: str


class LearnerDifference(msgspec.Struct, frozen=True, kw_only=True):
    """`by_rule` are those that would have brought more or less."""

    user_id: UUID
    xp_before: int
    xp_after: int
    level_before: int
    level_after: int
    by_rule: Sequence[RuleDifference]
    badges_gained: Sequence[BadgeName]
    badges_lost: Sequence[BadgeName]


class PlaceDifference(msgspec.Struct, frozen=True, kw_only=True):
    """`rank_before` is null for who isn't among the first thousand now."""

    user_id: UUID
    rank_before: int | None
    rank_after: int
    xp_before: int
    xp_after: int


class SimulationView(msgspec.Struct, frozen=True, kw_only=True):
    """`version` is null for rules that aren't stored; levels before are by the rules in force, `in_force`.

    `changes` are the largest ones, `order` the first of all time afterwards. `assumed_grades` counts grants of
    assignments whose grade the ledger doesn't tell exactly, and `untold` names parts of the rules whose change history
    can't show: `quizzes`, since it holds what a quiz claimed, and not its percents.
    """

    version: int | None
    in_force: int
    learners: int
    learners_changed: int
    xp_before: int
    xp_after: int
    by_rule: Sequence[RuleDifference]
    levels_up: int
    levels_down: int
    badges: Sequence[BadgeDifference]
    changes: Sequence[LearnerDifference]
    order: Sequence[PlaceDifference]
    assumed_grades: int
    untold: Sequence[str]

    @classmethod
    def of(
        cls, comparison: Comparison, *, version: int | None, in_force: int, untold: Sequence[str]
    ) -> "SimulationView":
        before, after = comparison.before, comparison.after
        badges = sorted({*comparison.gained, *comparison.lost}, key=_badge_order)
        return cls(
            version=version,
            in_force=in_force,
            learners=comparison.learners,
            learners_changed=comparison.changed,
            xp_before=sum(before.values()),
            xp_after=sum(after.values()),
            by_rule=[
                RuleDifference(rule=rule, before=before[rule], after=after[rule])
                for rule in (*RULES, CORRECTION)
                if before[rule] or after[rule]
            ],
            levels_up=comparison.levels_up,
            levels_down=comparison.levels_down,
            badges=[
                BadgeDifference(
                    key=badge.key, tier=badge.tier, gained=comparison.gained[badge], lost=comparison.lost[badge]
                )
                for badge in badges
            ],
            changes=[_learner(each) for each in comparison.largest()],
            order=[_place(each) for each in comparison.order()],
            assumed_grades=comparison.assumed,
            untold=untold,
        )


def _learner(difference: Difference) -> LearnerDifference:
    before, after = difference.before, difference.after
    return LearnerDifference(
        user_id=difference.user_id,
        xp_before=before.xp,
        xp_after=after.xp,
        level_before=difference.level_before,
        level_after=difference.level_after,
        by_rule=[
            RuleDifference(rule=rule, before=before.by_rule.get(rule, 0), after=after.by_rule.get(rule, 0))
            for rule in difference.rules
        ],
        badges_gained=[_name(badge) for badge in sorted(difference.gained, key=_badge_order)],
        badges_lost=[_name(badge) for badge in sorted(difference.lost, key=_badge_order)],
    )


def _place(place: Place) -> PlaceDifference:
    difference = place.difference
    return PlaceDifference(
        user_id=difference.user_id,
        rank_before=place.rank_before,
        rank_after=place.rank_after,
        xp_before=difference.before.xp,
        xp_after=difference.after.xp,
    )


def _name(badge: BadgeTier) -> BadgeName:
    return BadgeName(key=badge.key, tier=badge.tier)


def _badge_order(badge: BadgeTier) -> tuple[str, str]:
    return badge.key, badge.tier

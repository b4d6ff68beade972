"""What the game tells a front end. Names are by language (`id`, `en`): a badge has the same key in all of them."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

import msgspec

from application.gamification.class_quest_ports import ClassProgress
from domain.gamification.badges import Badge, BadgeProgress, BadgeTier
from domain.gamification.class_quests import ClassQuestRules, needed_of
from domain.gamification.ledger import LedgerEntry
from domain.gamification.levels import Level, level_of
from domain.gamification.play import Turn
from domain.gamification.player import Player
from domain.gamification.quests import Quest, quests_of
from domain.gamification.ruleset import Ruleset
from domain.gamification.streak import Streak
from domain.shared.ids import CourseId


class XpView(msgspec.Struct, frozen=True, kw_only=True):
    """One decision. Where `decision` is not `granted`, `amount` is 0, and `eligible_at` says when it may be more."""

    rule: str
    decision: str
    amount: int
    reason: str | None
    eligible_at: datetime | None

    @classmethod
    def of(cls, entry: LedgerEntry) -> "XpView":
        return cls(
            rule=entry.rule, decision=entry.decision.value, amount=entry.amount, reason=entry.reason,
            eligible_at=entry.eligible_at,
        )  # fmt: skip


class LevelView(msgspec.Struct, frozen=True, kw_only=True):
    """It lasts from `begins_at` XP to `ends_at`, where the next one begins."""

    number: int
    begins_at: int
    ends_at: int

    @classmethod
    def of(cls, level: Level) -> "LevelView":
        return cls(number=level.number, begins_at=level.begins_at, ends_at=level.ends_at)


class StreakView(msgspec.Struct, frozen=True, kw_only=True):
    """`length` in days; `is_today_done` says whether today counts already; `freezes` are at hand for days missed."""

    length: int
    longest: int
    freezes: int
    is_today_done: bool

    @classmethod
    def of(cls, streak: Streak, today: date) -> "StreakView":
        return cls(
            length=streak.length, longest=streak.longest, freezes=streak.freezes,
            is_today_done=streak.last_day is not None and streak.last_day >= today,
        )  # fmt: skip


class QuestView(msgspec.Struct, frozen=True, kw_only=True):
    key: str
    name: Mapping[str, str]
    done: int
    target: int
    is_completed: bool

    @classmethod
    def of(cls, quest: Quest, tallies: Mapping[str, int]) -> "QuestView":
        done = min(tallies.get(quest.rule, 0), quest.target)
        return cls(
            key=quest.key, name=quest.names, done=done, target=quest.target, is_completed=done == quest.target
        )  # fmt: skip


class BadgeView(msgspec.Struct, frozen=True, kw_only=True):
    key: str
    tier: str
    name: Mapping[str, str]
    description: Mapping[str, str]

    @classmethod
    def of(cls, badge: Badge, tier: BadgeTier) -> "BadgeView":
        return cls(key=badge.key, tier=tier.tier.value, name=badge.names, description=_told(badge, tier))


class BadgeProgressView(msgspec.Struct, frozen=True, kw_only=True):
    """`held` are its tiers; `number` of `threshold` is how far the next one is, both null where there is none."""

    key: str
    name: Mapping[str, str]
    description: Mapping[str, str]
    held: Sequence[str]
    next_tier: str | None
    number: int
    threshold: int | None

    @classmethod
    def of(cls, progress: BadgeProgress) -> "BadgeProgressView":
        badge = progress.badge
        tier = progress.next_tier or list(badge.thresholds)[-1]
        return cls(
            key=badge.key,
            name=badge.names,
            description=_told(badge, BadgeTier(badge.key, tier)),
            held=[each.value for each in progress.held],
            next_tier=None if progress.next_tier is None else progress.next_tier.value,
            number=progress.number,
            threshold=progress.threshold,
        )


class RewardView(msgspec.Struct, frozen=True, kw_only=True):
    """What a deed brought. `quests` are those that it moved, `freezes_used` the missed days that were covered."""

    xp: Sequence[XpView]
    xp_granted: int
    xp_total: int
    level: LevelView
    is_new_level: bool
    streak: StreakView
    freezes_used: int
    badges: Sequence[BadgeView]
    quests: Sequence[QuestView]

    @classmethod
    def of(cls, turn: Turn, rules: Ruleset) -> "RewardView":
        player, before = turn.player, turn.before
        level = level_of(player.xp, rules.levels)
        badges = {badge.key: badge for badge in rules.badges}
        tallies = player.day_tallies
        moved = [each for each in turn.todays if before.day_tallies.get(each.rule, 0) < tallies.get(each.rule, 0)]
        return cls(
            xp=[XpView.of(entry) for entry in turn.entries],
            xp_granted=player.xp - before.xp,
            xp_total=player.xp,
            level=LevelView.of(level),
            is_new_level=level.number > level_of(before.xp, rules.levels).number,
            streak=StreakView.of(turn.streak, turn.day),
            freezes_used=player.streak.frozen_days - before.streak.frozen_days,
            badges=[BadgeView.of(badges[tier.key], tier) for tier in turn.badges],
            quests=[QuestView.of(quest, tallies) for quest in moved],
        )


class GameView(msgspec.Struct, frozen=True, kw_only=True):
    """One's own game as of today, in one's own time zone. `xp_towards_cap` is what counts towards the day's cap."""

    xp_total: int
    xp_towards_cap: int
    xp_this_week: int
    level: LevelView
    streak: StreakView
    badges_held: int
    quests: Sequence[QuestView]


class XpEntryView(msgspec.Struct, frozen=True, kw_only=True):
    """A row of the ledger, numbered in the order of decisions.

    `source` is the item: a lesson, a course, or a quest's name and day.
    """

    number: int
    at: datetime
    rule: str
    source: str
    course_id: UUID | None
    decision: str
    amount: int
    reason: str | None
    eligible_at: datetime | None
    local_date: date
    ruleset: int
    note: str | None


class XpPage(msgspec.Struct, frozen=True):
    items: Sequence[XpEntryView]
    next_cursor: str | None


class BadgesView(msgspec.Struct, frozen=True):
    """All badges that there are, in the order of the ruleset, with how far I am."""

    items: Sequence[BadgeProgressView]


class ClassQuestView(msgspec.Struct, frozen=True, kw_only=True):
    """A course's quest of this week, for everybody in it: won once `reached` of its `members` are as many as `needed`.

    `members` are those who completed a lesson of it in this week, `done` is how many I did. Who has reached the
    target is paid when the week has ended and the quest is won.
    """

    course_id: CourseId
    course_title: str
    name: Mapping[str, str]
    done: int
    target: int
    reached: int
    needed: int
    members: int
    is_won_so_far: bool

    @classmethod
    def of(cls, progress: ClassProgress, rules: ClassQuestRules) -> "ClassQuestView":
        needed = needed_of(progress.members, rules)
        return cls(
            course_id=progress.course_id,
            course_title=progress.course_title,
            name={language: text.replace("{n}", str(rules.target)) for language, text in rules.names.items()},
            done=min(progress.done, rules.target),
            target=rules.target,
            reached=progress.reached,
            needed=needed,
            members=progress.members,
            is_won_so_far=progress.members >= rules.smallest and progress.reached >= needed,
        )


class QuestsView(msgspec.Struct, frozen=True, kw_only=True):
    """Today's, on my own date `day`, until `ends_at`; and those of my classes, until `week_ends_at`."""

    day: date
    ends_at: datetime
    items: Sequence[QuestView]
    week: date
    week_ends_at: datetime
    classes: Sequence[ClassQuestView]


def _told(badge: Badge, tier: BadgeTier) -> dict[str, str]:
    number = str(badge.thresholds[tier.tier])
    return {language: text.replace("{n}", number) for language, text in badge.descriptions.items()}


def quests_today(player: Player, today: date, rules: Ruleset) -> list[QuestView]:
    tallies = player.day_tallies if player.day == today else {}
    return [QuestView.of(quest, tallies) for quest in quests_of(player.user_id, today, rules.quests)]

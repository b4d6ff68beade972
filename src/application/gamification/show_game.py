from collections.abc import Iterator
from zoneinfo import ZoneInfo

from application.gamification.class_quest_ports import ClassQuestQueries
from application.gamification.queries import GameQueries
from application.gamification.rulebook import Rulebook
from application.gamification.views import (
    BadgeProgressView,
    BadgesView,
    ClassQuestView,
    GameView,
    LevelView,
    QuestsView,
    StreakView,
    quests_today,
)
from application.shared.clock import Clock
from domain.gamification.badges import Badge, progress_of, with_former
from domain.gamification.levels import level_of
from domain.gamification.local_days import day_ends, day_for
from domain.gamification.quests import monday_of, week_ends
from domain.gamification.streak import as_of
from domain.shared.ids import UserId


class ShowGame:
    """One's own game as of now. Looking changes nothing: a freeze that would be used is shown as used."""

    def __init__(self, queries: GameQueries, class_quests: ClassQuestQueries, rulebook: Rulebook, clock: Clock) -> None:
        self._queries = queries
        self._class_quests = class_quests
        self._rulebook = rulebook
        self._clock = clock

    async def game(self, user_id: UserId) -> GameView:
        now, rules = self._clock(), self._rulebook.current
        facts = await self._queries.player(user_id, monday_of(now))
        player = facts.player
        today = day_for(now, ZoneInfo(facts.time_zone), player.day)
        return GameView(
            xp_total=player.xp,
            xp_towards_cap=player.day_xp if player.day == today else 0,
            xp_this_week=facts.week_xp,
            level=LevelView.of(level_of(player.xp, rules.levels)),
            streak=StreakView.of(as_of(player.streak, today, facts.free_days), today),
            badges_held=len(player.badges),
            quests=quests_today(player, today, rules),
        )

    async def badges(self, user_id: UserId) -> BadgesView:
        rules = self._rulebook.current
        facts = await self._queries.player(user_id, monday_of(self._clock()))
        player = facts.player
        badges = with_former(rules.badges, self._former_badges(), player.badges)
        found = progress_of(badges, player.numbers(rules.levels), player.badges)
        return BadgesView([BadgeProgressView.of(each) for each in found])

    def _former_badges(self) -> Iterator[Badge]:
        for _, rules in sorted(self._rulebook.versions.items(), reverse=True):
            yield from rules.badges

    async def quests(self, user_id: UserId) -> QuestsView:
        now, rules = self._clock(), self._rulebook.current
        facts = await self._queries.player(user_id, monday_of(now))
        zone = ZoneInfo(facts.time_zone)
        today = day_for(now, zone, facts.player.day)
        week, weekly = monday_of(now), rules.quests.weekly
        classes = await self._class_quests.mine(user_id, week, target=weekly.target)
        return QuestsView(
            day=today,
            ends_at=day_ends(today, zone),
            items=quests_today(facts.player, today, rules),
            week=week,
            week_ends_at=week_ends(week),
            classes=[ClassQuestView.of(each, weekly) for each in classes],
        )

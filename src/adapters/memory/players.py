from collections.abc import Collection, Sequence

from adapters.memory.outbox import tell
from adapters.memory.tables import MemoryTables
from application.gamification.ports import Gains, PlayerAtHand, PlayerNotFound, PlayerOvertaken, Players
from application.gamification.record_ports import ActiveDay
from domain.gamification.ledger import Decision, LedgerEntry
from domain.gamification.player import Player
from domain.gamification.ruleset import Ruleset
from domain.gamification.ruleset_1 import RULESET_1
from domain.shared.ids import CourseId, UserId


class MemoryPlayers(Players):
    """Units come one at a time, so there is nothing to lock; what is kept is frozen, so there is nothing to copy."""

    def __init__(self, tables: MemoryTables, rules: Ruleset = RULESET_1) -> None:
        self._tables = tables
        self.rules = rules

    async def get(self, user_id: UserId, course_id: CourseId, sources: Collection[str]) -> PlayerAtHand:
        player, user = self._tables.players[user_id], self._tables.users[user_id]
        about = [entry for entry in self._tables.xp_ledger if entry.user_id == user_id and entry.source in sources]
        last_day = player.streak.last_day
        course = self._tables.courses.get(course_id)
        return PlayerAtHand(
            player=player,
            version=self._tables.player_versions.get(user_id, 1),
            role=user.role,
            time_zone=user.time_zone,
            owns_course=course is not None and course.created_by == user_id,
            decided={(each.rule, each.source): _has_paid(each, about) for each in about},
            free_days=frozenset(day for day in self._tables.free_days if last_day is not None and day >= last_day),
        )

    async def after(self, user_id: UserId | None, *, limit: int) -> Sequence[Player]:
        later = sorted(each for each in self._tables.players if user_id is None or each > user_id)
        return [self._tables.players[each] for each in later[:limit]]

    async def obtain(self, user_id: UserId) -> PlayerAtHand:
        user = self._tables.users.get(user_id)
        if user_id not in self._tables.players and (user is None or not user.is_live):
            raise PlayerNotFound("There is no such user.")
        self._tables.players.setdefault(user_id, Player(user_id=user_id))
        return await self.get(user_id, CourseId(user_id), [])

    def assert_unchanged(self, gains: Gains) -> None:
        """Raises PlayerOvertaken."""
        if self._tables.player_versions.get(gains.player.user_id, 1) != gains.before:
            raise PlayerOvertaken("Another deed of this learner came first; try again.")

    async def save(self, gains: Gains) -> None:
        user_id = gains.player.user_id
        self.assert_unchanged(gains)
        self._tables.player_versions[user_id] = gains.before + 1
        self._tables.players[user_id] = gains.player
        self._tables.xp_ledger += gains.entries
        lost = {(user_id, tier) for tier in gains.revoked}
        kept = [each for each in self._tables.badge_awards if (each[0], each[1].badge) not in lost]
        self._tables.badge_awards = kept
        self._tables.badge_awards += [(user_id, award) for award in gains.awards]
        if gains.notice is not None:
            tell(self._tables, user_id, gains.notice)
        for day, at in gains.days.items():
            self._tables.active_days.setdefault((user_id, day), ActiveDay(at, gains.ruleset))


def _has_paid(item: LedgerEntry, entries: list[LedgerEntry]) -> bool:
    same = (each for each in entries if (each.rule, each.source) == (item.rule, item.source))
    return any(each.decision is Decision.GRANTED for each in same)

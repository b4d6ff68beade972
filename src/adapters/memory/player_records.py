from collections.abc import Sequence

from adapters.memory.tables import MemoryTables
from application.gamification.record_ports import PlayerRecord, PlayerRecords, PlayerState
from domain.gamification.quests import monday_of
from domain.gamification.replay import scores_of
from domain.shared.ids import UserId


class MemoryPlayerRecords(PlayerRecords):
    """Scores are never stored here: they are what the entries add up to."""

    def __init__(self, tables: MemoryTables) -> None:
        self._tables = tables

    async def after(self, user_id: UserId | None, *, limit: int) -> Sequence[PlayerRecord]:
        later = sorted(each for each in self._tables.players if user_id is None or each > user_id)
        return [self._record(each) for each in later[:limit]]

    async def store(self, state: PlayerState) -> None:
        user_id = state.player.user_id
        self._tables.players[user_id] = state.player
        self._tables.player_versions[user_id] = self._tables.player_versions.get(user_id, 1) + 1

    def _record(self, user_id: UserId) -> PlayerRecord:
        tables = self._tables
        theirs = (entry for entry in tables.xp_ledger if entry.user_id == user_id)
        entries = sorted(theirs, key=lambda entry: entry.number)
        return PlayerRecord(
            state=PlayerState(
                player=tables.players[user_id],
                weeks=scores_of(entries, lambda entry: monday_of(entry.at)),
                courses=scores_of(entries, lambda entry: entry.course_id),
            ),
            entries=entries,
            days={day: active for (owner, day), active in tables.active_days.items() if owner == user_id},
            free_days=frozenset(tables.free_days),
            badges=frozenset(award.badge for owner, award in tables.badge_awards if owner == user_id),
        )

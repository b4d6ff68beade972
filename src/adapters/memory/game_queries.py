from datetime import date

import msgspec

from adapters.memory.tables import MemoryTables
from adapters.memory.user_queries import Committed
from application.gamification.queries import GameQueries, PlayerFacts, XpQuestion
from application.gamification.views import XpEntryView, XpPage
from application.shared.encoded import Encoded, content_tag
from application.shared.page import decode_cursor, encode_cursor
from domain.gamification.ledger import LedgerEntry
from domain.gamification.player import Player
from domain.gamification.quests import monday_of
from domain.shared.ids import UserId


class MemoryGameQueries(GameQueries):
    def __init__(self, committed: Committed) -> None:
        self._committed = committed

    async def player(self, user_id: UserId, week: date) -> PlayerFacts:
        tables = self._committed()
        player = tables.players.get(user_id, Player(user_id=user_id))
        last_day = player.streak.last_day
        entries = (entry for entry in tables.xp_ledger if entry.user_id == user_id and monday_of(entry.at) == week)
        return PlayerFacts(
            player=player,
            time_zone=tables.users[user_id].time_zone,
            week_xp=sum(entry.amount for entry in entries),
            free_days=frozenset(day for day in tables.free_days if last_day is not None and day >= last_day),
        )

    async def ledger(self, user_id: UserId, question: XpQuestion) -> Encoded[XpPage]:
        asked = {"user_id": user_id}
        found = sorted(_of_user(self._committed(), user_id), key=lambda entry: entry.number, reverse=True)
        if question.cursor is not None:
            [after] = decode_cursor(asked, question.cursor, tuple[int])
            assert isinstance(after, int), "as decoded"
            found = [entry for entry in found if entry.number < after]
        shown = found[: question.limit]
        cursor = encode_cursor(asked, (shown[-1].number,)) if len(found) > len(shown) else None
        body = msgspec.json.encode(XpPage([_view(entry) for entry in shown], cursor))
        return Encoded(body, content_tag(body))


def _of_user(tables: MemoryTables, user_id: UserId) -> list[LedgerEntry]:
    return [entry for entry in tables.xp_ledger if entry.user_id == user_id]


def _view(entry: LedgerEntry) -> XpEntryView:
    return XpEntryView(**{name: getattr(entry, name) for name in XpEntryView.__struct_fields__})

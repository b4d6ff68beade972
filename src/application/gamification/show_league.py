from collections.abc import Mapping, Sequence
from datetime import date, datetime

import msgspec

from application.gamification.leaderboard_ports import Standings
from application.gamification.league_ports import Finish, LeagueQueries
from application.gamification.rulebook import Rulebook
from application.shared.clock import Clock
from domain.gamification.leagues import Result, close
from domain.gamification.quests import monday_of, week_ends
from domain.shared.ids import UserId

TIER_NAMES: Sequence[Mapping[str, str]] = [
    {"id": indonesian, "en": english}
    for indonesian, english in (
        ("Perunggu", "Bronze"),
        ("Perak", "Silver"),
        ("Emas", "Gold"),
        ("Safir", "Sapphire"),
        ("Rubi", "Ruby"),
        ("Zamrud", "Emerald"),
        ("Kecubung", "Amethyst"),
        ("Mutiara", "Pearl"),
        ("Obsidian", "Obsidian"),
        ("Berlian", "Diamond"),
    )
]


class TierView(msgspec.Struct, frozen=True, kw_only=True):
    number: int
    name: Mapping[str, str]

    @classmethod
    def of(cls, number: int) -> "TierView":
        return cls(number=number, name=TIER_NAMES[number - 1])


class RacerView(msgspec.Struct, frozen=True, kw_only=True):
    """`movement` is what would become of them if the week ended now."""

    rank: int
    name: str
    xp: int
    movement: str
    is_me: bool


class FinishView(msgspec.Struct, frozen=True, kw_only=True):
    week: date
    tier: TierView
    rank: int
    movement: str

    @classmethod
    def of(cls, finish: Finish) -> "FinishView":
        return cls(
            week=finish.week, tier=TierView.of(finish.tier), rank=finish.rank, movement=finish.movement.value
        )  # fmt: skip


class LeagueView(msgspec.Struct, frozen=True, kw_only=True):
    """`items` is empty until some seconds after my first XP of the week. `last` is my newest race that has ended."""

    week: date
    ends_at: datetime
    tier: TierView
    items: Sequence[RacerView]
    last: FinishView | None


class ShowLeague:
    def __init__(self, leagues: LeagueQueries, standings: Standings, rulebook: Rulebook, clock: Clock) -> None:
        self._leagues = leagues
        self._rulebook = rulebook
        self._standings = standings
        self._clock = clock

    async def __call__(self, user_id: UserId) -> LeagueView:
        week = monday_of(self._clock())
        facts = await self._leagues.mine(user_id, week)
        results = close(facts.orders, facts.tier, self._rulebook.current.leagues)
        faces = await self._standings.faces([each.user_id for each in results]) if results else {}
        xp = {order.user_id: order.xp for order in facts.orders}

        def racer(result: Result) -> RacerView:
            return RacerView(
                rank=result.rank, name=faces[result.user_id].name or "", xp=xp[result.user_id],
                movement=result.movement.value, is_me=result.user_id == user_id,
            )  # fmt: skip

        return LeagueView(
            week=week,
            ends_at=week_ends(week),
            tier=TierView.of(facts.tier),
            items=[racer(result) for result in results],
            last=None if facts.last is None else FinishView.of(facts.last),
        )

"""Badges that are new in the rules, for those who qualify already."""

from dataclasses import replace
from typing import Protocol

import msgspec

from application.gamification.ports import BadgeAward, Gains, Notice, Players
from application.shared.clock import Clock, NewId
from application.shared.unit import Begin, Unit
from domain.gamification.badges import earned
from domain.gamification.ledger import may_earn
from domain.shared.ids import UserId

AT_ONCE = 500


class BadgeUnit(Unit, Protocol):
    players: Players


class GrantBadgesHandler:
    """Twice, late, or at two workers at once: each tier is hung up once. Killed in between, the next one goes on."""

    def __init__(self, begin: Begin[BadgeUnit], clock: Clock, new_id: NewId) -> None:
        self._begin = begin
        self._clock = clock
        self._new_id = new_id

    async def __call__(self) -> int:
        """How many tiers were hung up."""
        last: UserId | None = None
        granted = 0
        while True:
            async with self._begin() as unit:
                rules = unit.players.rules
                page = await unit.players.after(last, limit=AT_ONCE)
            if not page:
                return granted
            last = page[-1].user_id
            for player in page:
                if earned(rules.badges, player.numbers(rules.levels), player.badges):
                    granted += await self._grant(player.user_id)

    async def _grant(self, user_id: UserId) -> int:
        """Looked at again, now that nobody else changes them."""
        now = self._clock()
        async with self._begin() as unit:
            rules = unit.players.rules
            found = await unit.players.obtain(user_id)
            player = found.player
            # Also items that paid nothing are counted. Staff, who earn in others' courses at most, get theirs there.
            if not may_earn(found.role, owns_course=True):
                return 0
            tiers = earned(rules.badges, player.numbers(rules.levels), player.badges)
            if not tiers:
                return 0
            held = [{"key": tier.key, "tier": tier.tier} for tier in tiers]
            gains = Gains(
                player=replace(player, badges=player.badges | frozenset(tiers)),
                before=found.version,
                ruleset=rules.version,
                awards=[BadgeAward(id=self._new_id(), badge=tier, awarded_at=now) for tier in tiers],
                notice=Notice(kind="badges", body=msgspec.json.encode({"badges": held}).decode(), at=now),
            )
            await unit.players.save(gains)
            await unit.commit()
        return len(tiers)

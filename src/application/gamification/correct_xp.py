"""A correction by an admin: a row of its own in the ledger, that says who and why."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from application.audit.ports import AuditLog
from application.audit.record import record
from application.gamification.ports import BadgeAward, Gains, Notice, Players
from application.gamification.views import LevelView
from application.shared.actor import Actor
from application.shared.clock import Clock, NewId
from application.shared.encoded import Encoded, content_tag
from application.shared.idempotency import Created, IdempotencyKey, IdempotencyKeys
from application.shared.unit import Begin, Unit
from domain.gamification.badges import BadgeTier
from domain.gamification.ledger import LedgerEntry
from domain.gamification.levels import level_of
from domain.gamification.play import Corrected, corrected, correction
from domain.gamification.ruleset import Ruleset
from domain.shared.errors import Conflict
from domain.shared.ids import UserId


class CorrectionBelowZero(Conflict):
    code = "correction.below_zero"


class CorrectionUnit(Unit, Protocol):
    players: Players
    audit: AuditLog
    idempotency: IdempotencyKeys


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectXp:
    """`amount` is added to what the learner has, or taken from it; `note` says why, and the learner reads it."""

    actor: Actor
    user_id: UserId
    amount: int
    note: str
    idempotency: IdempotencyKey | None = None


class HeldBadge(msgspec.Struct, frozen=True, kw_only=True):
    key: str
    tier: str

    @classmethod
    def of(cls, tier: BadgeTier) -> "HeldBadge":
        return cls(key=tier.key, tier=tier.tier.value)


class CorrectionView(msgspec.Struct, frozen=True, kw_only=True):
    """`number` is the row's in the learner's ledger. Badges for XP or a level come and go with the total."""

    id: UUID
    user_id: UUID
    number: int
    amount: int
    note: str
    at: datetime
    xp_total: int
    level: LevelView
    badges: Sequence[HeldBadge]
    badges_revoked: Sequence[HeldBadge]

    @classmethod
    def of(cls, entry: LedgerEntry, done: Corrected, rules: Ruleset) -> "CorrectionView":
        return cls(
            id=entry.id, user_id=entry.user_id, number=entry.number, amount=entry.amount, note=entry.note or "",
            at=entry.at, xp_total=done.player.xp, level=LevelView.of(level_of(done.player.xp, rules.levels)),
            badges=[HeldBadge.of(tier) for tier in done.awarded],
            badges_revoked=[HeldBadge.of(tier) for tier in done.revoked],
        )  # fmt: skip


class CorrectXpHandler:
    """Nothing that was written changes: a correction of a correction is one more."""

    def __init__(self, begin: Begin[CorrectionUnit], clock: Clock, new_id: NewId) -> None:
        self._begin = begin
        self._clock = clock
        self._new_id = new_id

    async def __call__(self, command: CorrectXp) -> Created[CorrectionView]:
        """The correction; for a request sent again, what it made the first time.

        Raises:
            PlayerNotFound: there is no such user.
            CorrectionBelowZero: they have less than is to be taken.
            IdempotencyKeyReused, IdempotencyKeyInFlight: as `IdempotencyKeys.find` says.
        """
        actor, now = command.actor, self._clock()
        assert actor.user_id is not None, "a person asks"
        async with self._begin() as unit:
            kept = await unit.idempotency.find(command.idempotency)
            if kept is not None:
                return kept
            rules = unit.players.rules
            found = await unit.players.obtain(command.user_id)
            if found.player.xp + command.amount < 0:
                raise CorrectionBelowZero(f"They have {found.player.xp} XP.")
            entry = correction(
                found.player, command.amount, rules, by=actor.user_id, note=command.note,
                zone=ZoneInfo(found.time_zone), new_id=self._new_id, now=now,
            )  # fmt: skip
            done = corrected(found.player, entry, rules)
            body = msgspec.json.encode(CorrectionView.of(entry, done, rules))
            await unit.players.save(self._gains(entry, done, found.version, body.decode()))
            facts = {"amount": command.amount, "note": command.note, "entry_id": str(entry.id)}
            await record(
                unit.audit, actor, "user.xp_corrected", command.user_id, changes=facts, new_id=self._new_id, at=now
            )
            view: Encoded[CorrectionView] = Encoded(body, content_tag(body))
            answer = Created(entry.id, view)
            await unit.idempotency.keep(command.idempotency, answer, at=now)
            await unit.commit()
        return answer

    def _gains(self, entry: LedgerEntry, done: Corrected, version: int, told: str) -> Gains:
        return Gains(
            player=done.player,
            before=version,
            ruleset=entry.ruleset,
            entries=[entry],
            awards=[BadgeAward(id=self._new_id(), badge=tier, awarded_at=entry.at) for tier in done.awarded],
            revoked=done.revoked,
            revoked_reason=f"correction {entry.id}",
            notice=Notice(kind="correction", body=told, at=entry.at),
        )

"""What is stored of players, recomputed from the ledger: verified, and mended."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields

from application.gamification.record_ports import PlayerRecord, PlayerState, RecordUnit
from application.gamification.rulebook import Rulebook
from application.shared.unit import Begin
from domain.gamification.ledger import Decision
from domain.gamification.quests import monday_of
from domain.gamification.replay import replay, scores_of
from domain.shared.ids import UserId

AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Drift:
    """A number that is stored of a learner and doesn't follow from what was written down."""

    user_id: UserId
    name: str
    stored: object
    expected: object


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerReport:
    players: int
    entries: int
    drifts: Sequence[Drift]


class VerifyLedgerHandler:
    """Any number of them at any time: each batch is looked at while nobody adds to it. Writes nothing."""

    def __init__(self, begin: Begin[RecordUnit], rulebook: Rulebook) -> None:
        self._begin = begin
        self._rulebook = rulebook

    async def __call__(self) -> LedgerReport:
        return await _walk(self._begin, self._rulebook, mends=False)


class RebuildLedgerHandler:
    """Mends what has drifted, batch by batch; killed in between, the same command goes on."""

    def __init__(self, begin: Begin[RecordUnit], rulebook: Rulebook) -> None:
        self._begin = begin
        self._rulebook = rulebook

    async def __call__(self) -> LedgerReport:
        """What it has mended."""
        return await _walk(self._begin, self._rulebook, mends=True)


async def _walk(begin: Begin[RecordUnit], rulebook: Rulebook, *, mends: bool) -> LedgerReport:
    last: UserId | None = None
    players = entries = 0
    drifts: list[Drift] = []
    while True:
        async with begin() as unit:
            records = await unit.records.after(last, limit=AT_ONCE)
            # After them: no entry that was read names a version that isn't.
            await rulebook.refresh(unit.rulesets)
            for record in records:
                if unknown := _versions(record) - rulebook.versions.keys():
                    # Nothing follows from it, so there is nothing to mend it with either.
                    drifts += [] if mends else [Drift(record.state.player.user_id, "ruleset", sorted(unknown), [])]
                    continue
                expected = expected_of(record, rulebook)
                found = list(_drifts(record, expected))
                drifts += found
                if found and mends:
                    await unit.records.store(expected)
            await unit.commit()
        if not records:
            return LedgerReport(players=players, entries=entries, drifts=drifts)
        last = records[-1].state.player.user_id
        players += len(records)
        entries += sum(len(record.entries) for record in records)


def expected_of(record: PlayerRecord, rulebook: Rulebook) -> PlayerState:
    """Each entry and each day under the version that it was decided under."""
    user_id = record.state.player.user_id
    days = {day: active.ruleset for day, active in record.days.items()}
    player = replay(user_id, record.entries, days, record.free_days, record.badges, rulebook.versions)
    return PlayerState(
        player=player,
        weeks=scores_of(record.entries, lambda entry: monday_of(entry.at)),
        courses=scores_of(record.entries, lambda entry: entry.course_id),
    )


def _versions(record: PlayerRecord) -> set[int]:
    # What staff corrected was decided by no rules.
    decided = {entry.ruleset for entry in record.entries if entry.decision is not Decision.CORRECTED}
    return decided | {active.ruleset for active in record.days.values()}


def _drifts(record: PlayerRecord, expected: PlayerState) -> Iterator[Drift]:
    stored = record.state
    user_id = stored.player.user_id
    for field in fields(stored.player):
        before, after = getattr(stored.player, field.name), getattr(expected.player, field.name)
        if before != after:
            yield Drift(user_id, field.name, before, after)
    for name in ("weeks", "courses"):
        before, after = getattr(stored, name), getattr(expected, name)
        if before != after:
            yield Drift(user_id, name, before, after)
    numbers = [entry.number for entry in record.entries]
    if numbers != list(range(1, len(numbers) + 1)):
        yield Drift(user_id, "numbers", numbers[-1:], len(numbers))

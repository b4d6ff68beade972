"""What is stored of players, recomputed from the ledger: verified, and mended."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields

from application.gamification.record_ports import PlayerRecord, PlayerState, RecordUnit
from application.shared.unit import Begin
from domain.gamification.quests import monday_of
from domain.gamification.replay import replay, scores_of
from domain.gamification.ruleset_1 import RULESET_1
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

    def __init__(self, begin: Begin[RecordUnit]) -> None:
        self._begin = begin

    async def __call__(self) -> LedgerReport:
        return await _walk(self._begin, mends=False)


class RebuildLedgerHandler:
    """Mends what has drifted, batch by batch; killed in between, the same command goes on."""

    def __init__(self, begin: Begin[RecordUnit]) -> None:
        self._begin = begin

    async def __call__(self) -> LedgerReport:
        """What it has mended."""
        return await _walk(self._begin, mends=True)


async def _walk(begin: Begin[RecordUnit], *, mends: bool) -> LedgerReport:
    last: UserId | None = None
    players = entries = 0
    drifts: list[Drift] = []
    while True:
        async with begin() as unit:
            records = await unit.records.after(last, limit=AT_ONCE)
            for record in records:
                expected = expected_of(record)
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


def expected_of(record: PlayerRecord) -> PlayerState:
    user_id = record.state.player.user_id
    player = replay(user_id, record.entries, record.days, record.free_days, record.badges, RULESET_1)
    return PlayerState(
        player=player,
        weeks=scores_of(record.entries, lambda entry: monday_of(entry.at)),
        courses=scores_of(record.entries, lambda entry: entry.course_id),
    )


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

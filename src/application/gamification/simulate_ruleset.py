import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from application.gamification.record_ports import PlayerRecord, RecordUnit
from application.gamification.rulebook import Rulebook
from application.gamification.ruleset_queries import RulesetQueries
from application.gamification.simulation_views import SimulationView
from application.shared.unit import Begin
from domain.gamification.comparison import Comparison, Difference
from domain.gamification.levels import level_of
from domain.gamification.ruleset import Ruleset
from domain.gamification.ruleset_document import PERCENTS
from domain.gamification.simulation import History, simulate
from domain.shared.ids import UserId

AT_ONCE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class SimulateRuleset:
    """A stored version, or rules that are stored nowhere; `limit` learners are told of by themselves."""

    rules: int | Ruleset
    limit: int


class SimulateRulesetHandler:
    """Tries rules on all that is written of everybody, some learners at a time, and writes nothing."""

    def __init__(self, begin_reading: Begin[RecordUnit], queries: RulesetQueries, rulebook: Rulebook) -> None:
        self._begin_reading = begin_reading
        self._queries = queries
        self._rulebook = rulebook

    async def __call__(self, command: SimulateRuleset) -> SimulationView:
        """Raises RulesetNotFound."""
        rules = command.rules
        tried = rules if isinstance(rules, Ruleset) else (await self._queries.one(rules))[0].rules
        comparison = Comparison(command.limit)
        last: UserId | None = None
        while True:
            async with self._begin_reading() as unit:
                records = await unit.records.after(last, limit=AT_ONCE)
                await self._rulebook.refresh(unit.rulesets)
            # In a thread: whatever else this process does isn't to wait for it.
            await asyncio.to_thread(_compare, records, tried, self._rulebook.current, self._known, comparison)
            if len(records) < AT_ONCE:
                break
            last = records[-1].state.player.user_id
        return SimulationView.of(
            comparison,
            version=None if isinstance(rules, Ruleset) else rules,
            in_force=self._rulebook.current.version,
            untold=["quizzes"] if any(_percents(each) != _percents(tried) for each in self._known.values()) else [],
        )

    @property
    def _known(self) -> Mapping[int, Ruleset]:
        return self._rulebook.versions


def _compare(
    records: Sequence[PlayerRecord],
    tried: Ruleset,
    in_force: Ruleset,
    rulesets: Mapping[int, Ruleset],
    comparison: Comparison,
) -> None:
    for record in records:
        history = _history(record)
        before, simulated = history.recorded(), simulate(history, tried, rulesets)
        difference = Difference(
            user_id=history.user_id,
            before=before,
            after=simulated.holdings,
            level_before=level_of(before.xp, in_force.levels).number,
            level_after=level_of(simulated.holdings.xp, tried.levels).number,
        )
        comparison.add(difference, simulated)


def _history(record: PlayerRecord) -> History:
    return History(
        user_id=record.state.player.user_id,
        entries=record.entries,
        days={day: active.at for day, active in record.days.items()},
        free_days=record.free_days,
        badges=record.badges,
    )


def _percents(rules: Ruleset) -> list[int]:
    return [getattr(rules.prices, name) for name in PERCENTS]

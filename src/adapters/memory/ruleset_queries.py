from collections.abc import Sequence

from adapters.memory.rulesets import MemoryRulesetRepository
from adapters.memory.user_queries import Committed
from application.gamification.ruleset_queries import RulesetQueries
from application.gamification.ruleset_views import RulesetSummary, summary_of
from domain.gamification.edition import BUILT_IN, Edition
from domain.gamification.ruleset import Ruleset


class MemoryRulesetQueries(RulesetQueries):
    def __init__(self, committed: Committed) -> None:
        self._committed = committed

    async def newest_first(self, *, below: int | None, limit: int) -> Sequence[RulesetSummary]:
        stored = sorted(self._committed().rulesets.values(), key=lambda edition: edition.version, reverse=True)
        found = [each for each in [*stored, BUILT_IN] if below is None or each.version < below]
        return [summary_of(each, in_force=await self._in_force()) for each in found[:limit]]

    async def one(self, version: int) -> tuple[Edition, int]:
        return await self._repository().get(version), await self._in_force()

    async def published_after(self, version: int) -> list[Ruleset]:
        return await self._repository().published_after(version)

    async def _in_force(self) -> int:
        return max([BUILT_IN.version, *(rules.version for rules in await self.published_after(0))])

    def _repository(self) -> MemoryRulesetRepository:
        return MemoryRulesetRepository(self._committed())

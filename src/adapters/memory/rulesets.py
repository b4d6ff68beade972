from dataclasses import replace

from adapters.memory.tables import MemoryTables
from application.gamification.ruleset_ports import RulesetNotFound, RulesetRepository
from domain.gamification.edition import BUILT_IN, Edition
from domain.gamification.ruleset import Ruleset


class MemoryRulesetRepository(RulesetRepository):
    """Units come one at a time, so there is nothing to hold."""

    def __init__(self, tables: MemoryTables) -> None:
        self._tables = tables

    async def hold(self) -> None: ...

    async def get(self, version: int) -> Edition:
        if version == BUILT_IN.version:
            return BUILT_IN
        if version not in self._tables.rulesets:
            raise RulesetNotFound("There is no such ruleset.")
        return replace(self._tables.rulesets[version])

    async def newest(self) -> int:
        return max([BUILT_IN.version, *self._tables.rulesets])

    async def published_after(self, version: int) -> list[Ruleset]:
        found = sorted(self._tables.rulesets.values(), key=lambda edition: edition.version)
        return [each.rules for each in found if each.version > version and not each.is_draft]

    async def add(self, edition: Edition) -> None:
        self._tables.rulesets[edition.version] = replace(edition)

    async def save(self, edition: Edition) -> None:
        self._tables.rulesets[edition.version] = replace(edition)

    async def delete(self, edition: Edition) -> None:
        del self._tables.rulesets[edition.version]

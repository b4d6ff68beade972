"""The rules that a process plays by: read now and then, asked for with every deed."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Protocol

from domain.gamification.ruleset import Ruleset
from domain.gamification.ruleset_1 import RULESET_1


class PublishedRulesets(Protocol):
    async def published_after(self, version: int) -> list[Ruleset]:
        """The stored ones that are published and newer, in the order of their versions."""
        ...


class Rulebook:
    """All published rulesets that this process knows of: the built-in one, and what it has learned of since.

    `current` is the newest of them, which is in force. Nothing is waited for here: `refresh` goes and looks, whoever
    keeps a rulebook calls it at an interval, and who publishes has this process learn of it at once.
    """

    def __init__(self) -> None:
        self._versions = {RULESET_1.version: RULESET_1}
        self.current = RULESET_1

    @property
    def versions(self) -> Mapping[int, Ruleset]:
        return MappingProxyType(self._versions)

    def learn(self, rulesets: Iterable[Ruleset]) -> None:
        """None between these and those that are known may be missing."""
        for ruleset in rulesets:
            self._versions[ruleset.version] = ruleset
        self.current = self._versions[max(self._versions)]

    async def refresh(self, published: PublishedRulesets) -> None:
        # Versions only go up, and a published one never changes: what is known needn't be read again.
        self.learn(await published.published_after(self.current.version))

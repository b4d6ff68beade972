from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from application.gamification.rulebook import PublishedRulesets
from application.gamification.ruleset_views import RulesetSummary
from application.shared.page import DEFAULT_LIMIT
from domain.gamification.edition import Edition


@dataclass(frozen=True, slots=True, kw_only=True)
class RulesetQuestion:
    limit: int = DEFAULT_LIMIT
    cursor: str | None = None


class RulesetQueries(PublishedRulesets, Protocol):
    """One query each. The built-in ruleset is among them."""

    async def newest_first(self, *, below: int | None, limit: int) -> Sequence[RulesetSummary]:
        """Those with a version below that one; None: from the newest on."""
        ...

    async def one(self, version: int) -> tuple[Edition, int]:
        """That edition, and the version that is in force. Raises RulesetNotFound."""
        ...

from typing import Protocol

from application.audit.ports import AuditLog
from application.gamification.rulebook import PublishedRulesets
from application.shared.idempotency import IdempotencyKeys
from application.shared.unit import Unit
from domain.gamification.edition import Edition
from domain.shared.errors import NotFound


class RulesetNotFound(NotFound):
    code = "ruleset.not_found"


class RulesetRepository(PublishedRulesets, Protocol):
    """The built-in ruleset is found like any other; it can't be stored."""

    async def hold(self) -> None:
        """Until the unit ends nobody else makes, changes, deletes or publishes one: that is rare enough."""
        ...

    async def get(self, version: int) -> Edition:
        """Raises RulesetNotFound."""
        ...

    async def newest(self) -> int:
        """The highest version that there is, draft or not."""
        ...

    async def add(self, edition: Edition) -> None: ...

    async def save(self, edition: Edition) -> None: ...

    async def delete(self, edition: Edition) -> None: ...


class RulesetUnit(Unit, Protocol):
    rulesets: RulesetRepository
    idempotency: IdempotencyKeys
    audit: AuditLog

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from application.gamification.rulebook import Rulebook
from application.gamification.ruleset_ports import RulesetUnit
from application.gamification.ruleset_trail import record_ruleset, ruleset_id
from application.gamification.ruleset_views import RulesetView, encoded_ruleset
from application.shared.actor import Actor
from application.shared.clock import Clock, NewId
from application.shared.idempotency import Created, IdempotencyKey
from application.shared.unit import Begin
from domain.gamification.edition import Edition
from domain.gamification.ruleset import Ruleset
from domain.gamification.ruleset_check import RulesetInvalid, checked_ruleset
from domain.shared.errors import FieldError


@dataclass(frozen=True, slots=True, kw_only=True)
class CreateRuleset:
    """From a whole document, or as a copy of another version: one of the two is given."""

    actor: Actor
    rules: Mapping[str, Any] | None = None
    copy_of: int | None = None
    note: str = ""
    idempotency: IdempotencyKey | None = None


class CreateRulesetHandler:
    """Makes a draft, whose version is the next one."""

    def __init__(self, begin: Begin[RulesetUnit], rulebook: Rulebook, clock: Clock, new_id: NewId) -> None:
        self._begin = begin
        self._rulebook = rulebook
        self._clock = clock
        self._new_id = new_id

    async def __call__(self, command: CreateRuleset) -> Created[RulesetView]:
        """The new draft; for a request sent again, what it made the first time.

        Raises:
            RulesetInvalid: neither or both of document and copy are given, or the document is wrong.
            RulesetNotFound: there is none to be copied.
            IdempotencyKeyReused, IdempotencyKeyInFlight: as `IdempotencyKeys.find` says.
        """
        _assert_one_source(command)
        now = self._clock()
        async with self._begin() as unit:
            kept = await unit.idempotency.find(command.idempotency)
            if kept is not None:
                return kept
            await unit.rulesets.hold()
            version = await unit.rulesets.newest() + 1
            edition = Edition(
                rules=await _rules(unit, command, version),
                note=command.note,
                created_by=command.actor.user_id,
                created_at=now,
            )
            await unit.rulesets.add(edition)
            await record_ruleset(unit, command.actor, "created", edition, new_id=self._new_id, at=now)
            view = encoded_ruleset(edition, in_force=self._rulebook.current.version)
            answer = Created(ruleset_id(version), view)
            await unit.idempotency.keep(command.idempotency, answer, at=now)
            await unit.commit()
        return answer


def _assert_one_source(command: CreateRuleset) -> None:
    if (command.rules is None) == (command.copy_of is None):
        error = FieldError("/rules", "ruleset.source", "give either rules or copy_of")
        raise RulesetInvalid("A ruleset is made of one thing.", errors=[error])


async def _rules(unit: RulesetUnit, command: CreateRuleset, version: int) -> Ruleset:
    if command.copy_of is None:
        return checked_ruleset(version, command.rules, pointer="/rules")
    return replace((await unit.rulesets.get(command.copy_of)).rules, version=version)

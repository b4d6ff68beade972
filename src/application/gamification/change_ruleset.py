from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from application.gamification.rulebook import Rulebook
from application.gamification.ruleset_ports import RulesetUnit
from application.gamification.ruleset_trail import record_ruleset
from application.gamification.ruleset_views import RulesetView, encoded_ruleset
from application.shared.actor import Actor
from application.shared.clock import Clock, NewId
from application.shared.encoded import Encoded
from application.shared.unit import Begin
from application.shared.version import assert_version
from domain.gamification.ruleset_check import checked_ruleset


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeRuleset:
    """The whole draft anew. `expected_revision` None changes whatever it is."""

    actor: Actor
    version: int
    expected_revision: int | None
    rules: Mapping[str, Any]
    note: str = ""


class ChangeRulesetHandler:
    def __init__(self, begin: Begin[RulesetUnit], rulebook: Rulebook, clock: Clock, new_id: NewId) -> None:
        self._begin = begin
        self._rulebook = rulebook
        self._clock = clock
        self._new_id = new_id

    async def __call__(self, command: ChangeRuleset) -> Encoded[RulesetView]:
        """The draft as it is now; one that is sent as it was keeps its revision.

        Raises:
            RulesetInvalid: with an error for each thing that is wrong.
            RulesetNotFound
            RulesetPublished: it is no draft any more.
            VersionStale: it has changed since it was read.
        """
        rules = checked_ruleset(command.version, command.rules, pointer="/rules")
        async with self._begin() as unit:
            await unit.rulesets.hold()
            edition = await unit.rulesets.get(command.version)
            edition.assert_draft()
            assert_version(edition.revision, command.expected_revision)
            if edition.revise(rules, command.note):
                await unit.rulesets.save(edition)
                await record_ruleset(unit, command.actor, "changed", edition, new_id=self._new_id, at=self._clock())
                await unit.commit()
        return encoded_ruleset(edition, in_force=self._rulebook.current.version)

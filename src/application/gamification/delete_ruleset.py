from dataclasses import dataclass

from application.gamification.ruleset_ports import RulesetUnit
from application.gamification.ruleset_trail import record_ruleset
from application.shared.actor import Actor
from application.shared.clock import Clock, NewId
from application.shared.unit import Begin
from application.shared.version import assert_version


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteRuleset:
    actor: Actor
    version: int
    expected_revision: int | None


class DeleteRulesetHandler:
    def __init__(self, begin: Begin[RulesetUnit], clock: Clock, new_id: NewId) -> None:
        self._begin = begin
        self._clock = clock
        self._new_id = new_id

    async def __call__(self, command: DeleteRuleset) -> None:
        """Deletes a draft for good.

        Raises:
            RulesetNotFound
            RulesetPublished: it is no draft any more.
            VersionStale: it has changed since it was read.
        """
        async with self._begin() as unit:
            await unit.rulesets.hold()
            edition = await unit.rulesets.get(command.version)
            edition.assert_draft()
            assert_version(edition.revision, command.expected_revision)
            await unit.rulesets.delete(edition)
            await record_ruleset(unit, command.actor, "deleted", edition, new_id=self._new_id, at=self._clock())
            await unit.commit()

from dataclasses import dataclass

from application.gamification.rulebook import Rulebook
from application.gamification.ruleset_ports import RulesetUnit
from application.gamification.ruleset_trail import record_ruleset
from application.gamification.ruleset_views import RulesetView, encoded_ruleset
from application.shared.actor import Actor
from application.shared.clock import Clock, NewId
from application.shared.encoded import Encoded
from application.shared.unit import Begin
from application.shared.version import assert_version


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishRuleset:
    """`expected_revision`: what was read, lest somebody publishes what they haven't seen; None: whatever it is."""

    actor: Actor
    version: int
    expected_revision: int | None


class PublishRulesetHandler:
    """Puts a draft in force: in this process at once, in the others when they look next. It can't be taken back."""

    def __init__(self, begin: Begin[RulesetUnit], rulebook: Rulebook, clock: Clock, new_id: NewId) -> None:
        self._begin = begin
        self._rulebook = rulebook
        self._clock = clock
        self._new_id = new_id

    async def __call__(self, command: PublishRuleset) -> Encoded[RulesetView]:
        """The ruleset as it is now; one that is published already stays as it is.

        Raises:
            RulesetNotFound
            RulesetOutdated: a newer one is in force.
            VersionStale: it has changed since it was read.
        """
        now = self._clock()
        async with self._begin() as unit:
            await unit.rulesets.hold()
            edition = await unit.rulesets.get(command.version)
            if edition.is_draft:
                assert_version(edition.revision, command.expected_revision)
            known = self._rulebook.current.version
            newer = await unit.rulesets.published_after(known)
            in_force = newer[-1].version if newer else known
            if edition.publish(by=command.actor.user_id, at=now, in_force=in_force):
                await unit.rulesets.save(edition)
                await record_ruleset(unit, command.actor, "published", edition, new_id=self._new_id, at=now)
                await unit.commit()
                newer, in_force = [*newer, edition.rules], edition.version
        self._rulebook.learn(newer)
        return encoded_ruleset(edition, in_force=in_force)

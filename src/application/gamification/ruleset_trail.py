from datetime import datetime
from uuid import UUID

from application.audit.record import record
from application.gamification.ruleset_ports import RulesetUnit
from application.shared.actor import Actor
from application.shared.clock import NewId
from domain.gamification.edition import Edition


def ruleset_id(version: int) -> UUID:
    """What a ruleset is known by where ids are wanted: rulesets have numbers, which people speak of."""
    return UUID(int=version)


async def record_ruleset(
    unit: RulesetUnit, actor: Actor, verb: str, edition: Edition, *, new_id: NewId, at: datetime
) -> None:
    facts = {"version": edition.version, "note": edition.note}
    action = f"ruleset.{verb}"
    await record(unit.audit, actor, action, ruleset_id(edition.version), changes=facts, new_id=new_id, at=at)

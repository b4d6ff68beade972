"""Taking over what Clerk says of a person: the one path for webhooks, reconciliation and the admins' own changes."""

from datetime import datetime
from typing import Any

from application.audit.record import record
from application.identity.ports import IdentityUnit
from application.shared.actor import Actor
from application.shared.clock import NewId
from domain.identity.profile import Profile, Role
from domain.identity.user import Status, User
from domain.shared.ids import UserId


async def follow_profile(unit: IdentityUnit, profile: Profile, *, actor: Actor, new_id: NewId, at: datetime) -> User:
    """The stored user after the profile was taken over, if it was newer than all before.

    Raises:
        EmailTaken: another live user has this address; the unit is spoiled then.
    """
    user = await unit.users.find_by_clerk_id(profile.clerk_id)
    if user is None:
        newcomer = User.provisioned(UserId(new_id()), clerk_id=profile.clerk_id, at=at)
        user = await _invited(unit, profile) or await unit.users.obtain(newcomer)
    elif user.is_behind(profile) and user.email != profile.email:
        await _merge_invited(unit, profile, user, actor=actor, new_id=new_id, at=at)
    before = (user.role, user.status)
    if user.follow(profile, at=at):
        await unit.users.save(user)
        if (user.role, user.status) != before:
            changes = changed_rights(before, user)
            await record(unit.audit, actor, "user.followed", user.id, changes=changes, new_id=new_id, at=at)
    return user


def changed_rights(before: tuple[Role, Status], user: User) -> dict[str, Any]:
    """What the audit keeps of a change of role or status: the old value and the new one of what is different."""
    pairs = zip(("role", "status"), before, (user.role, user.status), strict=True)
    return {name: {"from": old, "to": new} for name, old, new in pairs if old is not new}


async def bury_user(unit: IdentityUnit, clerk_id: str, *, actor: Actor, new_id: NewId, at: datetime) -> bool:
    """Leaves a tombstone, also for somebody never heard of; says whether there was anything to bury."""
    user = await unit.users.find_by_clerk_id(clerk_id)
    if user is None:
        user = await unit.users.obtain(User.provisioned(UserId(new_id()), clerk_id=clerk_id, at=at))
    if not user.bury(at=at):
        return False
    await unit.users.save(user)
    await record(unit.audit, actor, "user.deleted", user.id, new_id=new_id, at=at)
    return True


async def _invited(unit: IdentityUnit, profile: Profile) -> User | None:
    """Who was invited under this address; only a verified address proves that it is the same person."""
    if profile.email is None or not profile.email_verified:
        return None
    return await unit.users.find_invited(profile.email)


async def _merge_invited(
    unit: IdentityUnit, profile: Profile, user: User, *, actor: Actor, new_id: NewId, at: datetime
) -> None:
    """The invitation of somebody who is here already, because their first request came before Clerk's message."""
    invited = await _invited(unit, profile)
    if invited is not None and invited.bury(at=at):
        await unit.users.save(invited)
        changes = {"into": str(user.id)}
        await record(unit.audit, actor, "user.merged", invited.id, changes=changes, new_id=new_id, at=at)

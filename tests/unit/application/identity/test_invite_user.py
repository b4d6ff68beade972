from datetime import timedelta

import msgspec
import pytest
from uuid_utils.compat import uuid7

from adapters.memory.unit import MemoryStore
from adapters.memory.user_queries import MemoryPrincipals
from application.identity.authenticate import Authenticate
from application.identity.events import UserChanged
from application.identity.invite_user import InviteUser, InviteUserHandler
from application.identity.ports import DeliveryState, DirectoryUnavailable, EmailTaken, SessionClaims
from application.identity.queries import UserView
from application.shared.actor import Actor
from application.shared.idempotency import Created, IdempotencyKey, IdempotencyKeyReused
from domain.identity.profile import Role
from domain.identity.user import Status
from tests.support.clock import SettableClock
from tests.support.identity import FaultyDirectory, KnownTokens, Webhooks, actions_of, add, user_of, users_of
from tests.support.people import NOON, a_profile, a_user

ACTOR = Actor(user_id=a_user().id, is_admin=True, source="http")
ADDRESS = "siti@example.ac.id"


@pytest.fixture
def invite(store: MemoryStore, clock: SettableClock, directory: FaultyDirectory) -> InviteUserHandler:
    return InviteUserHandler(store.begin, directory, clock, uuid7)


def command(key: str | None = None, *, email: str = ADDRESS, fingerprint: str = "same") -> InviteUser:
    assert ACTOR.user_id is not None
    idempotency = None if key is None else IdempotencyKey(ACTOR.user_id, key, fingerprint)
    return InviteUser(actor=ACTOR, email=email, role=Role.DOSEN, idempotency=idempotency)


def signed_up(*, at: int = 1, email: str = ADDRESS, email_verified: bool = True) -> UserChanged:
    instant = NOON + timedelta(hours=at)
    profile = a_profile("user_9", email=email, email_verified=email_verified, role=Role.DOSEN, updated_at=instant)
    return UserChanged("user.created", profile)


async def test_an_invitation_makes_a_pending_user_and_reaches_clerk(
    invite: InviteUserHandler, store: MemoryStore, directory: FaultyDirectory
):
    created: Created[UserView] = await invite(command())

    view = msgspec.json.decode(created.view.body, type=UserView)
    assert (view.id, view.email, view.role, view.status) == (created.id, ADDRESS, Role.DOSEN, Status.PENDING)
    assert view.clerk_id is None
    assert directory.invitations == {ADDRESS: Role.DOSEN}
    assert actions_of(store) == ["user.invited"]


async def test_where_clerk_is_away_nobody_is_invited(
    invite: InviteUserHandler, store: MemoryStore, directory: FaultyDirectory
):
    directory.is_away = True
    with pytest.raises(DirectoryUnavailable):
        await invite(command("key-1"))

    assert store.tables == MemoryStore().tables


async def test_a_taken_address_is_refused_before_clerk_hears_of_it(
    invite: InviteUserHandler, store: MemoryStore, directory: FaultyDirectory
):
    await add(store.begin, a_user(email=ADDRESS.upper()))
    with pytest.raises(EmailTaken):
        await invite(command())

    assert directory.invitations == {}


async def test_the_same_key_gives_the_same_answer_and_one_invitation(invite: InviteUserHandler, store: MemoryStore):
    first = await invite(command("key-1"))
    assert await invite(command("key-1")) == first
    assert len(users_of(store)) == 1


async def test_the_key_of_another_request_is_refused(invite: InviteUserHandler):
    await invite(command("key-1"))
    with pytest.raises(IdempotencyKeyReused):
        await invite(command("key-1", email="other@example.ac.id", fingerprint="other"))


async def test_who_signs_up_with_the_verified_address_is_who_was_invited(
    invite: InviteUserHandler, webhooks: Webhooks, store: MemoryStore
):
    created = await invite(command())
    assert await webhooks.receive(signed_up(email="Siti@Example.AC.id")) is DeliveryState.APPLIED

    [user] = users_of(store)
    assert (user.id, user.clerk_id, user.status) == (created.id, "user_9", Status.ACTIVE)


async def test_who_only_claims_the_address_is_not(invite: InviteUserHandler, webhooks: Webhooks, store: MemoryStore):
    created = await invite(command())
    assert await webhooks.receive(signed_up(email_verified=False)) is DeliveryState.FAILED

    [user] = users_of(store)
    assert (user.id, user.clerk_id, user.status) == (created.id, None, Status.PENDING)


async def test_once_the_claim_is_verified_they_are(invite: InviteUserHandler, webhooks: Webhooks, store: MemoryStore):
    created = await invite(command())
    await webhooks.receive(signed_up(email_verified=False))
    await webhooks.receive(signed_up(at=2))
    await webhooks.retry_until_done()

    [user] = users_of(store)
    assert (user.id, user.clerk_id, user.status) == (created.id, "user_9", Status.ACTIVE)
    states = {delivery.state for delivery in store.tables.deliveries.values()}
    assert states == {DeliveryState.APPLIED}


@pytest.mark.parametrize("email", [None, ADDRESS])
async def test_a_first_request_before_clerks_message_does_not_spoil_the_invitation(
    invite: InviteUserHandler, webhooks: Webhooks, store: MemoryStore, clock: SettableClock, email: str | None
):
    created = await invite(command())
    claims = SessionClaims("user_9", "sess_1", NOON, email=email)
    principals = MemoryPrincipals(store.committed)
    principal = await Authenticate(KnownTokens(good=claims), principals, store.begin, clock, uuid7)("good")

    assert await webhooks.receive(signed_up()) is DeliveryState.APPLIED

    user = user_of(store, "user_9")
    assert user.id == principal.user_id
    assert (user.email, user.role, user.status) == (ADDRESS, Role.DOSEN, Status.ACTIVE)
    assert not store.tables.users[created.id].is_live  # type: ignore[index] # a user's id
    assert actions_of(store) == ["user.invited", "user.provisioned", "user.merged", "user.followed"]


async def test_an_old_description_does_not_take_an_invitation(
    invite: InviteUserHandler, webhooks: Webhooks, store: MemoryStore
):
    """Somebody had the address, gave it up, and it was invited anew; then the old message comes once more."""
    await webhooks.receive(signed_up(at=1))
    await webhooks.receive(signed_up(at=2, email="siti@new.example"))
    created = await invite(command())
    await webhooks.receive(signed_up(at=1))

    assert store.tables.users[created.id].is_live  # type: ignore[index] # a user's id
    assert user_of(store, "user_9").email == "siti@new.example"

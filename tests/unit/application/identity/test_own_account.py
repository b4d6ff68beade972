"""What people do with their own account: settings, and leaving."""

from datetime import timedelta

import msgspec
import pytest
from uuid_utils.compat import uuid7

from adapters.memory.unit import MemoryStore
from application.identity.adjust_me import AdjustMe, AdjustMeHandler
from application.identity.apply_delivery import DENIED_FOR
from application.identity.log_out import LogOutHandler
from application.identity.ports import DirectoryUnavailable, UserNotFound
from application.identity.queries import UserView
from application.shared.actor import Actor
from application.shared.version import VersionStale
from tests.support.clock import SettableClock
from tests.support.identity import FaultyDirectory, actions_of, add, users_of
from tests.support.people import NOON, a_user

ACTOR = Actor(user_id=a_user().id, is_admin=False, source="http")


async def test_only_what_is_given_changes(store: MemoryStore, clock: SettableClock):
    user = a_user(display_name="Bud", locale="en")
    await add(store.begin, user)
    clock.advance(hours=1)

    view = await AdjustMeHandler(store.begin, clock)(
        AdjustMe(user_id=user.id, expected_version=1, time_zone="Asia/Jayapura")
    )

    decoded = msgspec.json.decode(view.body, type=UserView)
    assert (decoded.display_name, decoded.time_zone, decoded.locale) == ("Bud", "Asia/Jayapura", "en")
    assert (decoded.version, view.tag, decoded.updated_at) == (2, "2", NOON + timedelta(hours=1))
    assert users_of(store)[0].time_zone == "Asia/Jayapura"


async def test_a_name_can_be_cleared(store: MemoryStore, clock: SettableClock):
    user = a_user(display_name="Bud")
    await add(store.begin, user)

    await AdjustMeHandler(store.begin, clock)(AdjustMe(user_id=user.id, expected_version=None, display_name=None))

    assert users_of(store)[0].display_name is None


async def test_nothing_new_is_no_new_version(store: MemoryStore, clock: SettableClock):
    user = a_user(locale="en")
    await add(store.begin, user)

    view = await AdjustMeHandler(store.begin, clock)(AdjustMe(user_id=user.id, expected_version=1, locale="en"))

    assert view.tag == "1"
    assert users_of(store) == [user]


async def test_who_read_another_version_is_told_so(store: MemoryStore, clock: SettableClock):
    user = a_user(version=4)
    await add(store.begin, user)

    with pytest.raises(VersionStale):
        await AdjustMeHandler(store.begin, clock)(AdjustMe(user_id=user.id, expected_version=3, locale="en"))
    assert users_of(store) == [user]


async def test_a_tombstone_has_no_settings(store: MemoryStore, clock: SettableClock):
    user = a_user()
    user.bury(at=NOON)
    await add(store.begin, user)

    with pytest.raises(UserNotFound):
        await AdjustMeHandler(store.begin, clock)(AdjustMe(user_id=user.id, expected_version=None, locale="en"))
    assert users_of(store) == [user]


async def test_logging_out_denies_the_session_here_and_ends_it_at_clerk(
    store: MemoryStore, clock: SettableClock, directory: FaultyDirectory
):
    await LogOutHandler(store.begin, directory, clock, uuid7)("sess_1", ACTOR)

    assert store.tables.denied_sessions == {"sess_1": NOON + DENIED_FOR}
    assert directory.revoked_sessions == {"sess_1"}
    assert actions_of(store) == ["session.ended"]


async def test_the_session_is_denied_even_where_clerk_is_away(
    store: MemoryStore, clock: SettableClock, directory: FaultyDirectory
):
    directory.is_away = True
    with pytest.raises(DirectoryUnavailable):
        await LogOutHandler(store.begin, directory, clock, uuid7)("sess_1", ACTOR)

    assert "sess_1" in store.tables.denied_sessions


async def test_logging_out_works_without_clerk_and_twice(store: MemoryStore, clock: SettableClock):
    log_out = LogOutHandler(store.begin, None, clock, uuid7)
    await log_out("sess_1", ACTOR)
    clock.advance(minutes=1)
    await log_out("sess_1", ACTOR)

    assert store.tables.denied_sessions == {"sess_1": NOON + DENIED_FOR + timedelta(minutes=1)}

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.identity.profile import Role
from domain.identity.user import Status, User, UserDeleted, UserStatusGuarded
from tests.support.people import NOON, a_profile, a_user, an_admin, users

LATER = NOON + timedelta(hours=1)

verbs: st.SearchStrategy[Callable[[User], bool]] = st.one_of(
    st.sampled_from(Role).map(lambda role: lambda user: user.change_role(role, at=LATER)),
    st.sampled_from(Status).map(lambda status: lambda user: user.change_status(status, at=LATER)),
    st.booleans().map(lambda suspended: lambda user: user.follow(a_profile(suspended=suspended), at=LATER)),
    st.sampled_from(["id", "en"]).map(
        lambda locale: lambda user: user.adjust(display_name=None, time_zone="Asia/Jakarta", locale=locale, at=LATER)
    ),
    st.just(lambda user: user.bury(at=LATER)),
)


@given(users, verbs)
def test_every_verb_says_truly_whether_anything_changed_and_counts_it_once(user: User, verb: Callable[[User], bool]):
    before = replace(user)
    try:
        changed = verb(user)
    except (UserDeleted, UserStatusGuarded):
        changed = False

    if changed:
        assert (user.version, user.updated_at) == (before.version + 1, LATER)
        assert replace(user, version=before.version, updated_at=before.updated_at) != before
    else:
        assert user == before


def test_a_role_is_changed():
    user = a_user()
    assert user.change_role(Role.DOSEN, at=LATER)
    assert user.role is Role.DOSEN
    assert not user.change_role(Role.DOSEN, at=LATER)


def test_a_status_is_changed_and_changed_back():
    user = a_user()
    assert user.change_status(Status.INACTIVE, at=LATER)
    assert user.change_status(Status.ACTIVE, at=LATER)
    assert not user.change_status(Status.ACTIVE, at=LATER)


def test_nobody_is_made_pending():
    with pytest.raises(UserStatusGuarded):
        a_user().change_status(Status.PENDING, at=LATER)


@pytest.mark.parametrize("status", [Status.ACTIVE, Status.INACTIVE])
def test_who_has_not_signed_up_stays_pending(status: Status):
    invited = User.invited(a_user().id, email="siti@example.ac.id", role=Role.DOSEN, at=NOON)
    with pytest.raises(UserStatusGuarded):
        invited.change_status(status, at=LATER)


def test_a_tombstone_takes_neither_role_nor_status():
    user = a_user()
    user.bury(at=NOON)
    with pytest.raises(UserDeleted):
        user.change_role(Role.ADMIN, at=LATER)
    with pytest.raises(UserDeleted):
        user.change_status(Status.ACTIVE, at=LATER)


def test_a_newcomer_has_no_right_and_our_defaults():
    user = User.provisioned(a_user().id, clerk_id="user_1", at=NOON)
    assert (user.role, user.status, user.time_zone, user.locale) == (
        Role.MAHASISWA, Status.PENDING, "Asia/Jakarta", "id",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("user", "is_one"),
    [
        (an_admin(), True),
        (a_user(), False),
        (an_admin(status=Status.INACTIVE), False),
        (an_admin(status=Status.PENDING), False),
        (an_admin(deleted_at=NOON), False),
    ],
)
def test_an_active_admin_is_an_admin_who_may_come_in(user: User, is_one: bool):
    assert user.is_active_admin is is_one

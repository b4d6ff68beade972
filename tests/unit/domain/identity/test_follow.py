"""A user is a last-writer-wins register: what it ends as does not depend on the order of what it is told."""

from collections.abc import Sequence
from dataclasses import fields, replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from domain.identity.profile import Profile, Role, SourceMark
from domain.identity.user import Status, User
from domain.shared.ids import UserId
from tests.support.people import NOON, a_profile, a_user, profiles, users

OURS = {"id", "created_at", "updated_at", "version"}


def told(descriptions: Sequence[Profile]) -> User:
    user = User.provisioned(a_user().id, clerk_id="user_1", at=NOON)
    for profile in descriptions:
        user.follow(profile, at=NOON)
    return user


def state(user: User) -> dict[str, object]:
    return {field.name: getattr(user, field.name) for field in fields(user) if field.name not in OURS}


def a_history(draw: st.DrawFn) -> tuple[list[Profile], list[Profile]]:
    """Descriptions with many ties in their time (marks are unique by content), in two orders, each with repetitions."""
    drawn = draw(st.lists(profiles, min_size=1, max_size=6))
    history = [
        replace(profile, mark=SourceMark(NOON + timedelta(milliseconds=draw(st.integers(0, 2))), str(number)))
        for number, profile in enumerate(drawn)
    ]
    again = st.lists(st.sampled_from(history), max_size=6)
    return (
        draw(st.permutations([*history, *draw(again)])),
        draw(st.permutations([*history, *draw(again)])),
    )


@given(st.composite(a_history)())
def test_any_order_with_repetitions_and_ties_ends_in_the_same_user(orders: tuple[list[Profile], list[Profile]]):
    one, other = orders
    first, second = told(one), told(other)

    assert state(first) == state(second)
    newest = max(one, key=lambda profile: profile.mark)
    assert (first.name, first.email, first.role, first.mark) == (newest.name, newest.email, newest.role, newest.mark)
    assert first.created_at == second.created_at == newest.created_at


def test_without_the_tie_break_the_order_would_matter():
    """Negative control: the comparison above sees a register that looks at the time alone."""
    one, other = (replace(a_profile(name=name), mark=SourceMark(NOON, "")) for name in ("Budi", "Siti"))

    assert state(told([one, other])) != state(told([other, one]))


@given(st.composite(a_history)(), st.integers(0, 12))
def test_a_deletion_anywhere_in_the_history_is_final(orders: tuple[list[Profile], list[Profile]], place: int):
    user = User.provisioned(a_user().id, clerk_id="user_1", at=NOON)
    for profile in orders[0][:place]:
        user.follow(profile, at=NOON)
    assert user.bury(at=NOON)
    tombstone = replace(user)
    for profile in orders[0][place:]:
        assert not user.follow(profile, at=NOON + timedelta(days=1))

    assert user == tombstone
    assert not user.bury(at=NOON + timedelta(days=1))
    assert user == tombstone


@given(users)
def test_a_tombstone_keeps_nothing_personal_and_no_right(user: User):
    was_live = user.is_live
    if not was_live:
        return
    user.bury(at=NOON)

    assert (user.name, user.email, user.display_name, user.mark) == (None, None, None, None)
    assert (user.role, user.status, user.email_verified) == (Role.MAHASISWA, Status.INACTIVE, False)
    assert user.deleted_at == NOON
    assert not user.is_active_admin


@given(profiles)
def test_following_twice_is_following_once(profile: Profile):
    user = told([profile])
    once = replace(user)

    assert not user.follow(profile, at=NOON + timedelta(hours=1))
    assert user == once


def test_status_follows_from_what_clerk_says():
    assert told([a_profile()]).status is Status.ACTIVE
    assert told([a_profile(email_verified=False)]).status is Status.PENDING
    assert told([a_profile(email=None, email_verified=False)]).status is Status.PENDING
    assert told([a_profile(suspended=True)]).status is Status.INACTIVE
    assert told([a_profile(suspended=True, email_verified=False)]).status is Status.INACTIVE


def test_what_people_set_themselves_is_theirs_to_keep():
    user = told([a_profile()])
    user.adjust(display_name="Bud", time_zone="Asia/Jayapura", locale="en", at=NOON)
    user.follow(a_profile(name="Budi S.", updated_at=NOON + timedelta(hours=1)), at=NOON)

    assert (user.display_name, user.time_zone, user.locale) == ("Bud", "Asia/Jayapura", "en")
    assert user.name == "Budi S."


def test_who_was_invited_takes_the_clerk_id_when_they_sign_up():
    user = User.invited(UserId(a_user().id), email="siti@example.ac.id", role=Role.DOSEN, at=NOON)
    joined = NOON + timedelta(days=3)

    assert user.follow(a_profile("user_7", role=Role.DOSEN, created_at=joined), at=joined)
    assert (user.clerk_id, user.status, user.created_at) == ("user_7", Status.ACTIVE, joined)

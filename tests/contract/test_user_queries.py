from datetime import timedelta
from typing import Any

import msgspec
import pytest
from uuid_utils.compat import uuid7

from application.identity.ports import UserNotFound
from application.identity.queries import UserPage, UserQuestion, UserView
from application.shared.page import CursorInvalid
from domain.identity.profile import Role
from domain.identity.user import Status, User
from domain.shared.ids import UserId
from tests.contract.conftest import Persistence
from tests.support.people import NOON, a_user


async def page(persistence: Persistence, **question: Any) -> UserPage:
    answer = await persistence.user_queries.list(UserQuestion(**question))
    return msgspec.json.decode(answer.body, type=UserPage)


async def names(persistence: Persistence, **question: Any) -> list[str | None]:
    return [view.name for view in (await page(persistence, **question)).items]


def joined(minutes: int, **given: Any) -> User:
    return a_user(created_at=NOON + timedelta(minutes=minutes), **given)


async def test_the_detail_is_the_user_and_its_tag_the_version(persistence: Persistence):
    user = a_user(display_name='Bud "é" \\', version=7)
    await persistence.add_users(user)

    detail = await persistence.user_queries.detail(user.id)

    decoded = msgspec.json.decode(detail.body, type=UserView, strict=True)
    assert decoded == UserView(**{name: getattr(user, name) for name in UserView.__struct_fields__})
    assert detail.tag == "7"


async def test_who_is_deleted_or_never_was_is_not_found(persistence: Persistence):
    gone = a_user()
    gone.bury(at=NOON)
    await persistence.add_users(gone)
    for user_id in (gone.id, UserId(uuid7())):
        with pytest.raises(UserNotFound):
            await persistence.user_queries.detail(user_id)


async def test_the_list_has_the_newest_first_and_no_deleted_user(persistence: Persistence):
    gone = joined(5, name="Gone")
    gone.bury(at=NOON)
    await persistence.add_users(joined(1, name="A"), joined(3, name="C"), gone, joined(2, name="B"))

    assert await names(persistence) == ["C", "B", "A"]


async def test_an_empty_list_is_a_list(persistence: Persistence):
    assert await page(persistence) == UserPage([], None)


async def test_role_and_status_filter_alone_and_together(persistence: Persistence):
    await persistence.add_users(
        joined(1, name="A", role=Role.DOSEN),
        joined(2, name="B", role=Role.DOSEN, status=Status.INACTIVE),
        joined(3, name="C", status=Status.INACTIVE),
    )

    assert await names(persistence, role=Role.DOSEN) == ["B", "A"]
    assert await names(persistence, status=Status.INACTIVE) == ["C", "B"]
    assert await names(persistence, role=Role.DOSEN, status=Status.INACTIVE) == ["B"]
    assert await names(persistence, role=Role.ADMIN) == []


@pytest.mark.parametrize(
    "q",
    [
        "Budi", "budi", "BUD", "santo bud", "bud san", "budi santoso", "budi-2024", "2024", "budi.2024@ugm.ac.id",
        "ugm", "@ugm.ac.id", "Kang", "o'brien", "brien", "jean-luc", "luc", "Santoso, Budi", "'budi' & !santoso:*",
        "3.5", "5",
    ],
)  # fmt: skip
async def test_search_finds_words_by_their_beginnings(persistence: Persistence, q: str):
    await persistence.add_users(
        joined(1, name="Budi Santoso Jean-Luc O'Brien 3.5", display_name="Kang Bud", email="budi-2024@ugm.ac.id"),
        joined(2, name="Siti", email="siti@ui.ac.id"),
    )

    assert await names(persistence, q=q) == ["Budi Santoso Jean-Luc O'Brien 3.5"]


@pytest.mark.parametrize("q", ["udi", "budi siti", "!", "&", ":*", "\\", "'", "budi & nobody", "½💥", "\ud800"])
async def test_search_finds_nothing_where_nothing_begins_so(persistence: Persistence, q: str):
    await persistence.add_users(joined(1, name="Budi"), joined(2, name="Siti"))

    assert await names(persistence, q=q) == []


@pytest.mark.parametrize("q", ["", " ", "\t"])
async def test_a_blank_search_is_none(persistence: Persistence, q: str):
    await persistence.add_users(joined(1, name="Budi"), joined(2, name="Siti"))

    assert len(await names(persistence, q=q)) == 2


async def test_search_and_filters_hold_together(persistence: Persistence):
    await persistence.add_users(joined(1, name="Budi A", role=Role.DOSEN), joined(2, name="Budi B"))

    assert await names(persistence, q="budi", role=Role.DOSEN) == ["Budi A"]


async def walk(persistence: Persistence, *, limit: int, between: list[User], **question: Any) -> list[UserView]:
    """Every page to the end; one of `between` joins after each page."""
    seen: list[UserView] = []
    cursor = None
    for _ in range(50):
        answer = await page(persistence, limit=limit, cursor=cursor, **question)
        assert len(answer.items) <= limit
        seen += answer.items
        cursor = answer.next_cursor
        if cursor is None:
            return seen
        if between:
            await persistence.add_users(between.pop())
    raise AssertionError("the list has no end")


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 12, 13])
async def test_pages_neither_skip_nor_repeat_while_people_join(persistence: Persistence, limit: int):
    # Ties in the time of joining, too: the id decides then.
    before = [joined(minutes // 3, name=f"N{minutes}") for minutes in range(12)]
    newcomers = [joined(60 + minute, name="New") for minute in range(5)]
    await persistence.add_users(*before)

    seen = await walk(persistence, limit=limit, between=newcomers)

    expected = sorted(before, key=lambda user: (user.created_at, user.id), reverse=True)
    assert [view.id for view in seen] == [user.id for user in expected]


async def test_the_last_full_page_has_no_next(persistence: Persistence):
    await persistence.add_users(joined(1), joined(2))

    assert (await page(persistence, limit=2)).next_cursor is None
    assert (await page(persistence, limit=1)).next_cursor is not None


async def test_a_filtered_and_searched_list_has_pages_as_well(persistence: Persistence):
    await persistence.add_users(*(joined(minute, name="Budi", role=Role.DOSEN) for minute in range(5)), joined(9))

    seen = await walk(persistence, limit=2, between=[], q="bud", role=Role.DOSEN, status=Status.ACTIVE)

    assert len({view.id for view in seen}) == len(seen) == 5


async def test_a_cursor_of_another_question_is_refused(persistence: Persistence):
    await persistence.add_users(joined(1), joined(2))
    cursor = (await page(persistence, limit=1)).next_cursor

    for other in ({"role": Role.MAHASISWA}, {"q": "budi"}, {"status": Status.ACTIVE}):
        with pytest.raises(CursorInvalid):
            await page(persistence, cursor=cursor, **other)
    # How many are wanted is no part of the question.
    assert len((await page(persistence, cursor=cursor, limit=50)).items) == 1


@pytest.mark.parametrize("cursor", ["", "x", "AAAA", "💥", "a" * 2000])
async def test_a_cursor_that_was_made_up_is_refused(persistence: Persistence, cursor: str):
    with pytest.raises(CursorInvalid):
        await page(persistence, cursor=cursor)


async def test_the_tag_follows_the_content(persistence: Persistence):
    user = joined(1)
    await persistence.add_users(user)
    first = await persistence.user_queries.list(UserQuestion())
    again = await persistence.user_queries.list(UserQuestion())
    await persistence.add_users(joined(2))
    other = await persistence.user_queries.list(UserQuestion())

    assert first == again
    assert other.tag != first.tag

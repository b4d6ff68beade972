from datetime import timedelta
from typing import Any

import msgspec
import pytest
from uuid_utils.compat import uuid7

from adapters.memory.course_queries import MemoryCourseQueries
from adapters.memory.unit import MemoryStore
from adapters.postgres.queries.catalog import PostgresCourseQueries
from application.catalog.ports import CourseNotFound
from application.catalog.queries import (
    ANYBODY,
    CoursePage,
    CourseQueries,
    CourseSummary,
    CourseView,
    RatingView,
    Reader,
)
from application.catalog.question import CourseQuestion, CourseSort, SignInRequired, SortNeedsSearch
from application.shared.page import CursorInvalid
from domain.catalog.course import Course, CourseStatus
from domain.identity.user import User
from domain.shared.ids import CourseId, UserId
from tests.contract.conftest import Persistence
from tests.support.catalog import a_course, a_draft
from tests.support.people import NOON, a_user

ADMIN = Reader(UserId(uuid7()), is_admin=True)


class Catalog:
    def __init__(self, persistence: Persistence) -> None:
        self._persistence = persistence
        place = persistence.place
        self.queries: CourseQueries = (
            MemoryCourseQueries(lambda: place.tables)
            if isinstance(place, MemoryStore)
            else PostgresCourseQueries(place)
        )

    async def add(self, *courses: Course, by: User | None = None) -> None:
        async with self._persistence.begin() as unit:
            if by is not None:
                await unit.users.add(by)
            await unit.courses.save(*courses)
            await unit.commit()

    async def page(self, reader: Reader = ANYBODY, **question: Any) -> CoursePage:
        answer = await self.queries.list(CourseQuestion(**question), reader)
        return msgspec.json.decode(answer.body, type=CoursePage, strict=True)

    async def titles(self, reader: Reader = ANYBODY, **question: Any) -> list[str]:
        return [item.title for item in (await self.page(reader, **question)).items]

    async def walk(self, *newcomers: Course, **question: Any) -> list[CourseSummary]:
        """Every page to the end; one of the newcomers arrives after each page."""
        waiting = list(newcomers)
        seen: list[CourseSummary] = []
        cursor = None
        for _ in range(50):
            page = await self.page(cursor=cursor, **question)
            assert len(page.items) <= question["limit"]
            seen += page.items
            cursor = page.next_cursor
            if cursor is None:
                return seen
            if waiting:
                await self.add(waiting.pop())
        raise AssertionError("the list has no end")


@pytest.fixture
def catalog(persistence: Persistence) -> Catalog:
    return Catalog(persistence)


def made(minutes: int, title: str = "Struktur Data", **given: Any) -> Course:
    return a_course(title, created_at=NOON + timedelta(minutes=minutes), **given)


async def test_the_detail_is_the_view(catalog: Catalog):
    author = a_user(name="Budi", display_name=None)
    course = made(1, 'Judul "é" \\ 语言', created_by=author.id, description="*a*")
    await catalog.add(course, by=author)

    detail = await catalog.queries.detail(course.id, ANYBODY)

    view = msgspec.json.decode(detail.body, type=CourseView, strict=True)
    assert (view.id, view.title, view.author, view.description) == (course.id, 'Judul "é" \\ 语言', "Budi", "*a*")
    assert detail.tag.startswith("1-")
    assert await catalog.queries.detail(course.id, ANYBODY) == detail


@pytest.mark.parametrize("status", [CourseStatus.DRAFT, CourseStatus.IN_REVIEW, CourseStatus.ARCHIVED])
async def test_what_is_not_published_is_for_its_author_and_admins(catalog: Catalog, status: CourseStatus):
    author, other = a_user(), a_user()
    course = made(1, status=status, created_by=author.id)
    await catalog.add(course, by=author)

    for reader in (ANYBODY, Reader(other.id)):
        with pytest.raises(CourseNotFound):
            await catalog.queries.detail(course.id, reader)
    for reader in (Reader(author.id), ADMIN):
        assert await catalog.queries.detail(course.id, reader)


async def test_what_never_was_is_not_found(catalog: Catalog):
    with pytest.raises(CourseNotFound):
        await catalog.queries.detail(CourseId(uuid7()), ADMIN)


async def test_an_empty_list_is_a_list(catalog: Catalog):
    assert await catalog.page() == CoursePage([], None)


async def test_the_list_shows_all_of_a_summary(catalog: Catalog):
    author = a_user(name="Siti", display_name="Bu Siti")
    course = made(1, tags=["sql"], level="beginner", created_by=author.id, cover_url="https://example.org/a.png")
    await catalog.add(course, by=author)

    assert (await catalog.page()).items == [
        CourseSummary(
            id=course.id,
            slug=course.slug,
            title="Struktur Data",
            summary="Wadah untuk data.",
            language="id",
            level=course.content.level,
            tags=["sql"],
            cover_url="https://example.org/a.png",
            status=CourseStatus.PUBLISHED,
            created_by=author.id,
            author="Bu Siti",
            rating=RatingView(None, 0),
            created_at=course.created_at,
            updated_at=NOON,
            published_at=NOON,
            version=1,
        )
    ]


async def test_sorts(catalog: Catalog):
    await catalog.add(made(2, "apel"), made(1, "Émile"), made(3, "Eko"), made(4, "Konsep", status=CourseStatus.DRAFT))

    assert await catalog.titles() == ["Eko", "apel", "Émile"]
    assert await catalog.titles(sort=CourseSort.NEWEST) == ["Eko", "apel", "Émile"]
    assert await catalog.titles(sort=CourseSort.OLDEST) == ["Émile", "apel", "Eko"]
    assert await catalog.titles(sort=CourseSort.TITLE) == ["apel", "Eko", "Émile"]


async def test_filters_alone_and_together(catalog: Catalog):
    author = a_user()
    await catalog.add(
        made(1, "A", language="en", level="beginner", tags=["sql", "data"], created_by=author.id),
        made(2, "B", language="id", level="beginner", tags=["sql"]),
        made(3, "C", language="en", level="advanced"),
        by=author,
    )

    assert await catalog.titles(language="EN") == ["C", "A"]
    assert await catalog.titles(level="beginner") == ["B", "A"]
    assert await catalog.titles(tag=" SQL ") == ["B", "A"]
    assert await catalog.titles(tag="SQL", sort=CourseSort.TITLE) == ["A", "B"]
    assert await catalog.titles(created_by=author.id) == ["A"]
    assert await catalog.titles(language="en", level="beginner", tag="sql", created_by=author.id) == ["A"]
    assert await catalog.titles(language="en", tag="sql", level="advanced") == []
    assert await catalog.titles(language="en\ud800", tag="\0") == []


async def test_a_tag_that_was_taken_off_or_archived_is_not_found_by(catalog: Catalog):
    course, other = made(1, tags=["sql"]), made(2, tags=["sql"])
    await catalog.add(course, other)
    course.content = made(1, tags=["data"]).content
    other.change_status(CourseStatus.ARCHIVED, at=NOON)
    await catalog.add(course, other)

    assert await catalog.titles(tag="sql") == []
    assert await catalog.titles(tag="data") == ["Struktur Data"]
    assert await catalog.titles(ADMIN, tag="sql", status=CourseStatus.ARCHIVED) == ["Struktur Data"]


async def test_who_sees_what_is_not_published(catalog: Catalog):
    author, other = a_user(), a_user()
    await catalog.add(
        made(1, "P", created_by=author.id),
        made(2, "D", created_by=author.id, status=CourseStatus.DRAFT),
        made(3, "X", status=CourseStatus.DRAFT),
        by=author,
    )
    mine = Reader(author.id)

    assert await catalog.titles(mine) == ["P"]
    assert await catalog.titles(mine, status=CourseStatus.DRAFT) == ["D"]
    assert await catalog.titles(mine, created_by="me") == ["D", "P"]
    assert await catalog.titles(mine, created_by="me", status=CourseStatus.PUBLISHED) == ["P"]
    assert await catalog.titles(mine, created_by=other.id, status=CourseStatus.DRAFT) == []
    assert await catalog.titles(Reader(other.id), created_by=author.id, status=CourseStatus.DRAFT) == []
    assert await catalog.titles(Reader(other.id), created_by=author.id) == ["P"]
    assert await catalog.titles(ADMIN, status=CourseStatus.DRAFT) == ["X", "D"]
    assert await catalog.titles(ADMIN, created_by=author.id, status=CourseStatus.DRAFT) == ["D"]
    for question in ({"status": CourseStatus.DRAFT}, {"created_by": "me"}):
        with pytest.raises(SignInRequired):
            await catalog.titles(**question)


async def test_search_finds_words_wherever_they_stand(catalog: Catalog):
    await catalog.add(
        made(1, "Basis Data", summary="Tabel dan kueri.", tags=["sql"]),
        made(2, "Kueri Lanjut", description="Indeks dan **rencana**."),
        made(3, "Basis Data", status=CourseStatus.DRAFT),
    )

    assert await catalog.titles(q="basis data") == ["Basis Data"]
    assert await catalog.titles(q="RENCANA") == ["Kueri Lanjut"]
    assert await catalog.titles(q="kueri") == ["Kueri Lanjut", "Basis Data"]
    assert await catalog.titles(q="kueri -tabel") == ["Kueri Lanjut"]
    assert await catalog.titles(q="sql rencana") == []
    assert await catalog.titles(q="kueri", tag="sql") == ["Basis Data"]
    assert await catalog.titles(ADMIN, q="basis", status=CourseStatus.DRAFT) == ["Basis Data"]


@pytest.mark.parametrize("q", ["英语", "艺", "艺术", "生活英语进阶", "进阶 英语"])
async def test_search_knows_script_without_blanks(catalog: Catalog, q: str):
    await catalog.add(made(1, "生活英语进阶：艺术"), made(2, "Basis Data"))

    assert await catalog.titles(q=q) == ["生活英语进阶：艺术"]


async def test_blank_words_are_no_search(catalog: Catalog):
    await catalog.add(made(1))

    for q in ("", "  ", "\0\n", "\ud800"):
        assert await catalog.titles(q=q) == ["Struktur Data"]


@pytest.mark.parametrize(
    "q",
    [
        '"',
        "'",
        "&",
        "!",
        "|",
        ":*",
        "-",
        "--",
        "a & !",
        "or",
        "or or",
        "(",
        "\\",
        "<->",
        "-data",
        "%",
        "💥",
        "x" * 5000,
    ],
)
async def test_no_search_is_an_error(catalog: Catalog, q: str):
    await catalog.add(made(1))

    assert await catalog.titles(q=q) in ([], ["Struktur Data"])


async def test_relevance_needs_words(catalog: Catalog):
    with pytest.raises(SortNeedsSearch):
        await catalog.titles(sort=CourseSort.RELEVANCE)
    with pytest.raises(SortNeedsSearch):
        await catalog.titles(sort=CourseSort.RELEVANCE, q=" ")


@pytest.mark.parametrize("limit", [1, 2, 5, 11, 12, 13])
@pytest.mark.parametrize(
    "question",
    [
        {"sort": CourseSort.NEWEST},
        {"sort": CourseSort.OLDEST},
        {"sort": CourseSort.TITLE},
        {"tag": "sql"},
        {"tag": "sql", "sort": CourseSort.TITLE},
        {"language": "id", "sort": CourseSort.TITLE},
        {"q": "data"},
        {"q": "data", "sort": CourseSort.NEWEST},
        {"q": "data", "sort": CourseSort.OLDEST},
        {"q": "data", "sort": CourseSort.TITLE},
    ],
    ids=str,
)
async def test_pages_neither_skip_nor_repeat_while_courses_arrive(
    catalog: Catalog, question: dict[str, Any], limit: int
):
    # Ties in time and in title, too: the id decides then.
    before = [made(number // 3, f"Data {number % 4}", tags=["sql"]) for number in range(12)]
    newcomers = [made(60 + number, f"Data {number}", tags=["sql"]) for number in range(6)]
    await catalog.add(*before)

    seen = [item.id for item in await catalog.walk(*newcomers, limit=limit, **question)]

    assert len(set(seen)) == len(seen)
    assert {course.id for course in before} <= set(seen)
    if "q" in question or question.get("sort") is CourseSort.NEWEST:
        assert len(seen) == len(before)


async def test_the_last_full_page_has_no_next(catalog: Catalog):
    await catalog.add(made(1), made(2))

    assert (await catalog.page(limit=2)).next_cursor is None
    assert (await catalog.page(limit=1)).next_cursor is not None


async def test_a_cursor_of_another_question_is_refused(catalog: Catalog):
    await catalog.add(made(1), made(2))
    cursor = (await catalog.page(limit=1)).next_cursor

    for other in ({"language": "id"}, {"q": "data"}, {"sort": CourseSort.TITLE}, {"tag": "x"}, {"level": "beginner"}):
        with pytest.raises(CursorInvalid):
            await catalog.page(cursor=cursor, **other)
    # How many are wanted is no part of the question, nor how its default sort is spelled.
    assert len((await catalog.page(cursor=cursor, limit=50, sort=CourseSort.NEWEST)).items) == 1


@pytest.mark.parametrize("cursor", ["", "x", "AAAA", "💥", "a" * 2000])
async def test_a_cursor_that_was_made_up_is_refused(catalog: Catalog, cursor: str):
    with pytest.raises(CursorInvalid):
        await catalog.page(cursor=cursor)


async def test_the_tag_of_a_list_follows_its_content(catalog: Catalog):
    await catalog.add(made(1))
    first = await catalog.queries.list(CourseQuestion(), ANYBODY)
    again = await catalog.queries.list(CourseQuestion(), ANYBODY)
    await catalog.add(made(2))
    other = await catalog.queries.list(CourseQuestion(), ANYBODY)

    assert first == again
    assert other.tag != first.tag


async def test_drafts_are_never_in_the_public_list(catalog: Catalog):
    await catalog.add(a_draft("Konsep", tags=["sql"]))

    for question in ({}, {"tag": "sql"}, {"q": "konsep"}, {"language": "id"}):
        assert await catalog.titles(**question) == []

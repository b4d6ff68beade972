"""What PostgreSQL's own search gives beyond the contract: stems, phrases, ranks, and an end to what it costs."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters.postgres.pool import Pool
from adapters.postgres.queries.catalog import PostgresCourseQueries
from adapters.postgres.unit import begin_unit
from application.catalog.queries import ANYBODY, CoursePage
from application.catalog.question import SEARCH_CANDIDATES, CourseQuestion, CourseSort
from domain.catalog.course import Course
from tests.support.catalog import a_course
from tests.support.people import NOON


async def add(pool: Pool, *courses: Course) -> None:
    async with begin_unit(pool) as unit:
        await unit.courses.save(*courses)
        await unit.commit()


async def page(pool: Pool, **question: Any) -> CoursePage:
    answer = await PostgresCourseQueries(pool).list(CourseQuestion(**question), ANYBODY)
    return msgspec.json.decode(answer.body, type=CoursePage)


async def titles(pool: Pool, **question: Any) -> list[str]:
    return [item.title for item in (await page(pool, **question)).items]


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("mempelajari", "Pembelajaran Mesin"),
        ("belajar mesin", "Pembelajaran Mesin"),
        ("study", "Studying Cities"),
        ("city", "Studying Cities"),
        ('"studying cities"', "Studying Cities"),
        ('"cities studying"', None),
        ("cities -studying or mesin", "Pembelajaran Mesin"),
        ("线性代数", "线性代数与几何"),
        ("数代", None),
        ("几何 线性", "线性代数与几何"),
        ('"线性代数与几何"', "线性代数与几何"),
        ("线性 -几何", None),
        ("データ", "データ構造"),
        ("ประเทศไทย", "ประวัติศาสตร์ประเทศไทย"),
    ],
)
async def test_words_are_found_by_their_stems_and_phrases(empty_database: Pool, q: str, found: str | None):
    names = ["Pembelajaran Mesin", "Studying Cities", "线性代数与几何", "データ構造", "ประวัติศาสตร์ประเทศไทย"]
    await add(empty_database, *(a_course(name) for name in names))

    assert await titles(empty_database, q=q) == ([] if found is None else [found])


async def test_a_title_weighs_more_than_a_tag_and_a_tag_more_than_a_description(empty_database: Pool):
    await add(
        empty_database,
        a_course("Satu", description="Tentang statistika."),
        a_course("Dua", tags=["statistika"]),
        a_course("Statistika"),
        a_course("Empat"),
    )

    assert await titles(empty_database, q="statistika") == ["Statistika", "Dua", "Satu"]


async def test_nothing_to_look_for_finds_nothing(empty_database: Pool):
    await add(empty_database, a_course("Satu"))

    for q in ("-dua", "-dua -tiga", "satu or -dua", '"', "& |"):
        assert await titles(empty_database, q=q) == []


@given(q=st.text(st.sampled_from("ab \"'-&|!():*<>\\线性艺ท\u0e49\U0001f4a5\ud800\0") | st.characters(), max_size=40))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
async def test_whatever_is_asked_is_answered(pool: Pool, q: str):
    await page(pool, q=q)


@pytest.mark.parametrize("sort", [None, CourseSort.NEWEST, CourseSort.TITLE])
async def test_no_more_matches_are_looked_at_than_there_may_be(empty_database: Pool, sort: CourseSort | None):
    before = [
        a_course(f"Data {number}", created_at=NOON + timedelta(seconds=number))
        for number in range(SEARCH_CANDIDATES + 50)
    ]
    await add(empty_database, *before)
    seen: list[Any] = []
    cursor = None
    for number in range(20):
        answer = await page(empty_database, q="data", sort=sort, limit=100, cursor=cursor)
        seen += [item.id for item in answer.items]
        cursor = answer.next_cursor
        if cursor is None:
            break
        # New ones may not push an old one over the edge.
        await add(empty_database, a_course(f"Data {number}", created_at=NOON + timedelta(days=1, seconds=number)))

    assert cursor is None
    assert len(seen) == len(set(seen)) == SEARCH_CANDIDATES

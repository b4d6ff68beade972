"""`tekun courses import` as an operator meets it, on a real database."""

import asyncio
import csv
import logging
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
import structlog
from click.testing import CliRunner, Result

from adapters.postgres.pool import Pool
from adapters.postgres.queries.catalog import PostgresCourseQueries
from application.catalog.queries import ANYBODY, CoursePage, CourseView
from application.catalog.question import CourseQuestion
from domain.shared.ids import CourseId
from entrypoints.cli.courses import courses
from entrypoints.cli.demo import demo_courses

REAL = Path(__file__).parents[4] / "shared" / "data" / "mooccubex" / "courses.csv"
GOOD = "external_id,title,summary\n1,Basis Data,Tabel.\n2,Statistika,Angka.\n"
BAD = 'external_id,title,summary\n1,Basis Data,"Tabel\ndan kueri."\n2,,Angka.\n'


Tekun = Callable[..., Result]


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    """A command sets up logging for its process, which in here is everybody's."""
    handlers, level = list(logging.root.handlers), logging.root.level
    yield
    structlog.reset_defaults()
    logging.root.handlers, logging.root.level = handlers, level


@pytest.fixture
def tekun(empty_database: Pool, database_url: str, tmp_path: Path) -> Tekun:  # noqa: ARG001 # the database is emptied by it
    runner = CliRunner(env={"DATABASE_URL": database_url, "TEKUN_DATA_DIR": str(tmp_path)})

    def run(content: str | bytes | Path, *options: str) -> Result:
        path = content if isinstance(content, Path) else tmp_path / "courses.csv"
        if isinstance(content, str | bytes):
            path.write_bytes(content.encode() if isinstance(content, str) else content)
        return runner.invoke(courses, ["import", str(path), *options])

    return run


async def titles(pool: Pool, **question: object) -> list[str]:
    answer = await PostgresCourseQueries(pool).list(CourseQuestion(limit=100, **question), ANYBODY)
    return [item.title for item in msgspec.json.decode(answer.body, type=CoursePage).items]


def catalog(url: str, **question: object) -> list[str]:
    async def ask() -> list[str]:
        pool = Pool(url, size=1)
        await pool.open()
        try:
            return await titles(pool, **question)
        finally:
            await pool.close()

    return asyncio.run(ask())


def test_a_good_file_is_imported_once(tekun: Tekun, database_url: str):
    first, again = tekun(GOOD), tekun(GOOD)

    assert (first.exit_code, first.stdout, first.stderr) == (0, "created 2, changed 0, unchanged 0; refused 0\n", "")
    assert (again.exit_code, again.stdout) == (0, "created 0, changed 0, unchanged 2; refused 0\n")
    assert sorted(catalog(database_url)) == ["Basis Data", "Statistika"]


def test_a_bad_row_keeps_everything_out_unless_told_to_go_on(tekun: Tekun, database_url: str):
    refused = tekun(BAD)

    assert refused.exit_code == 1
    assert refused.stderr == "line 4, column title: is empty\n"
    assert "nothing was imported: mend the rows above, or import the others with --go-on" in refused.stdout
    assert catalog(database_url) == []

    imported = tekun(BAD, "--go-on")
    assert (imported.exit_code, imported.stderr) == (0, "line 4, column title: is empty\n")
    assert imported.stdout == "created 1, changed 0, unchanged 0; refused 1\n"
    assert catalog(database_url) == ["Basis Data"]


def test_a_rehearsal_imports_nothing(tekun: Tekun, database_url: str):
    result = tekun(GOOD, "--dry-run")

    assert (result.exit_code, result.stdout) == (
        0, "would have been created 2, changed 0, unchanged 0; refused 0\nnothing was imported\n",
    )  # fmt: skip
    assert catalog(database_url) == []


def test_columns_can_be_read_as_fields_and_others_are_named(tekun: Tekun, database_url: str):
    result = tekun("kode,title,bidang,x\n1,A,sql;data,?\n", "--map", "kode=external_id", "--map", "bidang=tags")

    assert result.exit_code == 0, result.output
    assert "ignored columns: x" in result.stdout
    assert catalog(database_url, tag="sql") == ["A"]


@pytest.mark.parametrize(
    ("content", "options", "code", "words"),
    [
        ("judul\nA\n", [], 1, "The header lacks external_id and title"),
        (b"external_id,title\n1,\xff\n", [], 1, "Line 2 is not UTF-8"),
        ("", [], 1, "The header lacks"),
        (GOOD, ["--map", "title"], 2, "COLUMN=FIELD"),
        (GOOD, ["--map", "title=nothing"], 2, "COLUMN=FIELD"),
        (GOOD, ["--map", "nothing=title"], 1, "There is no column nothing"),
        (GOOD, ["--status", "archived"], 2, "archived"),
        (GOOD, ["--owner", "nobody@example.org"], 1, "There is no user nobody@example.org"),
        (Path("/nonexistent.csv"), [], 2, "does not exist"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_imported(
    tekun: Tekun, database_url: str, content: str | bytes | Path, options: list[str], code: int, words: str
):
    result = tekun(content, *options)

    assert result.exit_code == code
    assert words in result.stderr
    assert catalog(database_url) == []


def test_the_demo_catalog_is_complete_and_comes_once(tekun: Tekun, database_url: str, tmp_path: Path):
    file = tmp_path / "demo.csv"
    file.write_bytes(demo_courses().source.read())

    first, again = tekun(file), tekun(file)

    assert first.stdout == "created 30, changed 0, unchanged 0; refused 0\n"
    assert again.stdout == "created 0, changed 0, unchanged 30; refused 0\n"
    assert "Basis Data" in str(catalog(database_url, q="perpustakaan"))
    assert catalog(database_url, q="sustainable city") == ["Sustainable Cities"]


async def test_a_demo_course_shows_its_prerequisites_and_its_page(tekun: Tekun, empty_database: Pool, tmp_path: Path):
    file = tmp_path / "demo.csv"
    file.write_bytes(demo_courses().source.read())
    await asyncio.to_thread(tekun, file)
    queries = PostgresCourseQueries(empty_database)
    page = msgspec.json.decode((await queries.list(CourseQuestion(q="layanan web"), ANYBODY)).body, type=CoursePage)

    detail = await queries.detail(CourseId(page.items[0].id), ANYBODY)
    view = msgspec.json.decode(detail.body, type=CourseView)

    assert [first.title for first in view.prerequisites] == ["Pemrograman Python dari Nol", "Pengantar Basis Data"]
    assert "<blockquote>" in view.description_html


@pytest.mark.skipif(not REAL.exists(), reason="the real catalog lies outside of the project")
def test_a_real_catalog_with_its_faults(tekun: Tekun, database_url: str):
    with REAL.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    titled = [row for row in rows if row["title"]]
    options = ["--map", "fields=tags", "--language", "zh"]

    refused = tekun(REAL, *options)
    assert refused.exit_code == 1
    assert len(refused.stderr.splitlines()) == len(rows) - len(titled)
    assert catalog(database_url) == []

    started = time.monotonic()
    imported = tekun(REAL, "--go-on", *options)
    assert time.monotonic() - started < 60
    assert imported.stdout.splitlines() == [
        "ignored columns: item, prerequisites, enrollments",
        f"created {len(titled)}, changed 0, unchanged 0; refused {len(rows) - len(titled)}",
    ]
    assert (
        tekun(REAL, "--go-on", *options)
        .stdout.splitlines()[1]
        .startswith(f"created 0, changed 0, unchanged {len(titled)};")
    )
    found = catalog(database_url, q="线性代数", language="zh")
    assert found
    assert all("线性代数" in title for title in found[:5])
    assert sorted(catalog(database_url, tag="艺术学")) == sorted(
        row["title"].strip() for row in titled if "艺术学" in row["fields"].split("|")
    )

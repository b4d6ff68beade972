from contextlib import suppress
from io import BytesIO
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from application.catalog.course_changes import CourseChanges
from application.catalog.course_table import MAXIMUM_BYTES, CourseRow, CourseTable, RowError, TableUnreadable
from application.shared.unchanged import UNCHANGED

Result = list[CourseRow | list[RowError]]


def read(content: str | bytes, **options: Any) -> Result:
    raw = content.encode() if isinstance(content, str) else content
    return list(CourseTable(BytesIO(raw), **{"mapping": {}, "language": None, **options}).rows())


def unreadable(content: str | bytes, **options: Any) -> str:
    with pytest.raises(TableUnreadable) as caught:
        read(content, **options)
    return caught.value.detail


def messages(result: Result) -> list[str]:
    return [str(error) for row in result if isinstance(row, list) for error in row]


def test_a_row_with_everything():
    header = "external_id,title,summary,description,language,level,tags,cover_url,prerequisite_ids\n"
    [row] = read(header + 'X-1,Basis Data,S,"a\nb",id,Beginner,sql;data | x,https://a.org/b,X-2; X-3\n')

    assert row == CourseRow(
        line=2,
        external_id="X-1",
        changes=CourseChanges(
            title="Basis Data",
            summary="S",
            description="a\nb",
            language="id",
            level="beginner",
            tags=("sql", "data", "x"),
            cover_url="https://a.org/b",
        ),
        prerequisite_ids=("X-2", "X-3"),
    )


def test_columns_that_are_not_there_say_nothing():
    [row] = read("external_id,title\nX-1,T\n")

    assert isinstance(row, CourseRow)
    assert row.changes == CourseChanges(title="T")
    assert row.prerequisite_ids is None


def test_a_language_is_for_rows_without_one():
    rows = read("external_id,title,language\n1,A,en\n2,B,\n", language="zh")
    assert [row.changes.language for row in rows if isinstance(row, CourseRow)] == ["en", "zh"]
    rows = read("external_id,title,language\n2,B,\n")
    assert [row.changes.language for row in rows if isinstance(row, CourseRow)] == [UNCHANGED]


def test_lines_are_those_of_the_file():
    result = read('external_id,title\n\n"1","a\nb\nc"\n,x\n2,y\n,z\n')

    assert [row.line for row in result if isinstance(row, CourseRow)] == [3, 7]
    assert messages(result) == [
        "line 6, column external_id: is empty",
        "line 8, column external_id: is empty",
    ]


def test_a_mapped_column_is_named_as_in_the_file():
    table = CourseTable(
        BytesIO(b"kode,judul,fields\n,T,a\n"), mapping={"kode": "external_id", "judul": "title"}, language=None
    )

    assert messages(list(table.rows())) == ["line 2, column kode: is empty"]
    assert table.ignored == ("fields",)


def test_an_id_stands_in_a_file_once():
    result = read("external_id,title\n1,a\n2,b\n1,c\n")

    assert messages(result) == ["line 4, column external_id: 1 stands on line 2 already"]


def test_rows_of_another_length_are_wrong():
    assert messages(read("external_id,title\n1\n2,b,c\n3,d\n")) == [
        "line 2: has 1 cells where the header has 2",
        "line 3: has 3 cells where the header has 2",
    ]


@pytest.mark.parametrize(
    "content", ["external_id,title\n1,T\n", "external_id,title\r\n1,T\r\n", "external_id,title\n1,T"]
)
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_byte_order_marks_and_line_ends_are_no_matter(content: str, mark: bytes):
    [row] = read(mark + content.encode())

    assert isinstance(row, CourseRow)
    assert (row.external_id, row.changes.title) == ("1", "T")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("", "lacks external_id and title; its columns are none"),
        ("external_id\n1\n", "lacks title; its columns are external_id"),
        ("judul;kode\n", "lacks external_id and title; its columns are judul;kode"),
        ("external_id,title,title\n", "More than one column is title"),
        (b"external_id,title\n1,\xff\n", "Line 2 is not UTF-8"),
        ("external_id,title\n1,T\n".encode("utf-16"), "Line 1 is not UTF-8"),
        ('external_id,title\n1,"T\n2,U\n', "Line 3 is not CSV"),
        ('external_id,title\n1,"T" x\n', "Line 2 is not CSV"),
        ("external_id,title\n1," + "x" * 200_000, "Line 2 is not CSV: field larger than field limit"),
    ],
)
def test_what_is_no_table_of_courses_is_told_apart(content: str | bytes, words: str):
    assert words in unreadable(content)


def test_mappings_are_of_columns_and_fields_that_there_are():
    assert "no field label" in unreadable("external_id,title\n", mapping={"title": "label"})
    assert "no column fields" in unreadable("external_id,title\n", mapping={"fields": "tags"})


def test_a_file_has_an_end():
    rows = b"".join(b"%d,%s\n" % (number, b"x" * 100_000) for number in range(MAXIMUM_BYTES // 100_000 + 1))

    assert "larger than 50 MB" in unreadable(b"external_id,title\n" + rows)


def test_a_nul_is_read_and_left_for_the_checks_of_the_course():
    [row] = read("external_id,title\n1,a\0b\n")

    assert isinstance(row, CourseRow)
    assert row.changes.title == "a\0b"
    assert messages(read("external_id,title\n\0,a\n")) == [
        "line 2, column external_id: holds the character U+0000, which has no place in text"
    ]


@given(st.binary() | st.text().map(lambda text: b"external_id,title\n" + text.encode("utf-8", "surrogatepass")))
def test_no_file_is_a_fault_of_ours(content: bytes):
    with suppress(TableUnreadable):
        read(content)

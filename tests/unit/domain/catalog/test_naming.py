from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.catalog.naming import slug_of, sort_key
from domain.shared.ids import CourseId

ID = CourseId(UUID("01890a5d-ac96-774b-bcce-b302099a8057"))


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Struktur Data & Algoritma", "struktur-data-algoritma-099a8057"),
        ("Électricité: Żółw!", "electricite-zolw-099a8057"),
        ("线性代数", "线性代数-099a8057"),
        ("Введение в базы", "введение-в-базы-099a8057"),
        ("!!!", "course-099a8057"),
        ("😀", "course-099a8057"),
        ("101", "101-099a8057"),
        ("a" * 100, "a" * 60 + "-099a8057"),
    ],
)
def test_a_slug_is_readable_and_ends_in_the_id(title: str, slug: str):
    assert slug_of(title, ID) == slug


@given(st.text())
def test_a_slug_is_a_part_of_a_path(title: str):
    slug = slug_of(title, ID)

    assert all(character.isalnum() or character == "-" for character in slug)
    assert slug == slug.strip("-")


def test_titles_are_sorted_without_case_and_accents():
    titles = ["zebra", "Écologie", "Eco", "apel", "Basis"]

    assert sorted(titles, key=sort_key) == ["apel", "Basis", "Eco", "Écologie", "zebra"]


def test_a_sort_key_is_short_enough_for_an_index_and_a_cursor():
    assert len(sort_key("ﷺ" * 200)) == 100

from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.catalog.content import CourseInvalid, Draft, Level, checked, normalized_language, normalized_tag
from domain.shared.rich_text import RichText
from tests.support.catalog import a_content, render


def problems(**given: Any) -> list[tuple[str, str]]:
    with pytest.raises(CourseInvalid) as caught:
        checked(Draft(**{"title": "T", **given}), render)
    return [(error.pointer, error.code) for error in caught.value.errors]


def test_a_draft_is_tidied():
    content = checked(
        Draft(
            title="  Basis \n Data ",
            summary=" Ringkas. ",
            description="a\r\nb\n",
            language="ZH-hant-tw",
            level="beginner",
            tags=("Basis  Data", "basis data", "", "SQL"),
            cover_url="",
        ),
        render,
    )

    assert content.title == "Basis Data"
    assert content.summary == "Ringkas."
    assert content.description == RichText("a\nb", "<p>a\nb</p>")
    assert content.language == "zh-Hant-TW"
    assert content.level is Level.BEGINNER
    assert content.tags == ("basis data", "sql")
    assert content.cover_url is None


def test_the_longest_of_everything_fits():
    content = checked(
        Draft(
            title="t" * 200,
            summary="s" * 500,
            description="d" * 50_000,
            tags=[f"{number}".rjust(40, "x") for number in range(10)],
        ),
        render,
    )

    assert len(content.tags) == 10


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({"title": " \n"}, ("/title", "text.empty")),
        ({"title": "t" * 201}, ("/title", "text.too_long")),
        ({"title": "a\0b"}, ("/title", "text.character")),
        ({"title": "a\ud800b"}, ("/title", "text.character")),
        ({"title": "a\x1bb"}, ("/title", "text.character")),
        ({"summary": "s" * 501}, ("/summary", "text.too_long")),
        ({"description": "d" * 50_001}, ("/description", "text.too_long")),
        ({"description": "a\0b"}, ("/description", "text.character")),
        ({"language": ""}, ("/language", "language.invalid")),
        ({"language": "Bahasa Indonesia"}, ("/language", "language.invalid")),
        ({"language": "en-"}, ("/language", "language.invalid")),
        ({"level": "expert"}, ("/level", "level.unknown")),
        ({"level": ""}, ("/level", "level.unknown")),
        ({"tags": [f"t{number}" for number in range(11)]}, ("/tags", "tags.too_many")),
        ({"tags": ["ok", "x" * 41]}, ("/tags/1", "text.too_long")),
        ({"tags": ["a\x1fb\0"]}, ("/tags/0", "text.character")),
        ({"cover_url": "http://example.org/a.png"}, ("/cover_url", "url.invalid")),
        ({"cover_url": "https://"}, ("/cover_url", "url.invalid")),
        ({"cover_url": "https://[::1"}, ("/cover_url", "url.invalid")),
        ({"cover_url": "https://a.org:x/"}, ("/cover_url", "url.invalid")),
        ({"cover_url": "https://me:secret@a.org/"}, ("/cover_url", "url.invalid")),
        ({"cover_url": "https://a.org/ b"}, ("/cover_url", "url.invalid")),
        ({"cover_url": "https://a.org/" + "a" * 2000}, ("/cover_url", "url.invalid")),
        ({"cover_url": "javascript:alert(1)"}, ("/cover_url", "url.invalid")),
    ],
)
def test_what_is_wrong_is_named(given: dict[str, Any], found: tuple[str, str]):
    assert problems(**given) == [found]


def test_everything_that_is_wrong_is_told_at_once():
    found = problems(title="", level="x", cover_url="x")

    assert [pointer for pointer, _ in found] == ["/title", "/level", "/cover_url"]


def test_a_description_that_stays_is_not_rendered_again():
    former = a_content(description="Lama")

    content = checked(Draft(title="Baru", description="Lama"), lambda _: "rendered again", former=former)

    assert content.description is former.description


def test_a_content_makes_a_draft_that_makes_the_content():
    content = a_content(description="# Hai", tags=["sql"], level="advanced", cover_url="https://a.org/b.png")

    assert checked(content.as_draft(), render) == content


@given(st.text())
def test_a_normalized_tag_stays_as_it_is(tag: str):
    assert normalized_tag(normalized_tag(tag)) == normalized_tag(tag)


@given(st.from_regex(r"[a-zA-Z]{2,3}(-[a-zA-Z]{4})?(-[a-zA-Z]{2})?", fullmatch=True))
def test_a_language_has_one_spelling(tag: str):
    assert normalized_language(tag.upper()) == normalized_language(tag.lower())


@given(
    st.builds(
        Draft,
        title=st.text(),
        summary=st.text(),
        description=st.text(),
        language=st.text(max_size=8),
        level=st.none() | st.text(),
        tags=st.lists(st.text()),
        cover_url=st.none() | st.text() | st.text().map("https://".__add__),
    )
)
def test_no_draft_is_a_fault_of_ours(draft: Draft):
    with suppress(CourseInvalid):
        content = checked(draft, render)
        assert 1 <= len(content.title) <= 200
        assert checked(content.as_draft(), render) == content

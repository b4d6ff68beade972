"""Certificates on paper: whatever they are to say, it stays on the page, and the same is said in the same bytes."""

import asyncio
import logging
import re
import zlib
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from fpdf import FPDF
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.pdf.drawing import draw
from adapters.pdf.printer import PdfPrinter
from adapters.pdf.typesetting import Fits, Typesetter, sizes
from adapters.pdf.words import WORDS
from application.learning.certificate_ports import Sheet
from tests.support.people import storable_text

SHEET = Sheet(
    code="TK-MQ21-GW21-ZMD2",
    learner_name="Maya Mahasiswa",
    course_title="Dasar-Dasar Python",
    issued_at=datetime(2026, 3, 9, 4, tzinfo=UTC),
    language="id",
    address="https://tekun.example/v1/certificates/TK-MQ21-GW21-ZMD2",
)


class Watched(FPDF):
    """Remembers each line that is set, and how much of its room it takes."""

    def __init__(self) -> None:
        super().__init__(orientation="landscape", format="A4")
        self.set_auto_page_break(auto=False)
        self.set_margin(0)
        self.c_margin = 0
        self.lines: list[tuple[str, float, float]] = []
        self.add_page()

    def cell(self, w: Any = None, h: Any = None, text: str = "", **more: Any) -> bool:
        self.lines.append((text, self.get_string_width(text), w))
        return super().cell(w, h, text, **more)


NAME = (*sizes(36, 22), *sizes(24, 14, lines=2))


def set_on(pdf: Watched, text: str, *, fits: Fits = NAME, style: str = "") -> float:
    with closing(Typesetter(pdf)) as setter:
        bottom = setter.centered(text, 50, width=200, fits=fits, style=style)
        pdf.output()
    return bottom


ANY = st.one_of(storable_text, st.text("Wi 王小明数据ếИ", max_size=300), st.text("W", min_size=90, max_size=400))


@pytest.fixture(scope="module")
def a_page() -> Iterator[tuple[Watched, Typesetter]]:
    """One for many texts: reading the fonts takes longer than setting them."""
    pdf = Watched()
    with closing(Typesetter(pdf)) as setter:
        yield pdf, setter


@settings(max_examples=30)
@given(text=ANY)
def test_no_text_runs_out_of_its_room(a_page: tuple[Watched, Typesetter], text: str):
    pdf, setter = a_page
    pdf.lines.clear()
    bottom = setter.centered(text, 50, width=200, fits=NAME, style="B")

    assert all(width <= room + 1e-6 for _, width, room in pdf.lines), pdf.lines
    assert len(pdf.lines) <= 2
    assert 50 <= bottom <= 50 + 24 * 2 * 0.45


SHOWN = {
    "Siti": "Siti",
    "  Siti \n\t Aminah\u202e ": "Siti Aminah",
    "王小明 (Wang)": "王小明 (Wang)",
    "Nguyễn Thị Ánh": "Nguyễn Thị Ánh",
    "Иван 王": "Иван 王",
    "ไทย 王": "□□□ 王",
    "ไทย": "□□□",
}


def test_what_is_shown_of_a_text(caplog: pytest.LogCaptureFixture):
    pdf = Watched()
    with caplog.at_level(logging.WARNING), closing(Typesetter(pdf)) as setter:
        for text in SHOWN:
            setter.centered(text, 50, width=200, fits=NAME)
        pdf.output()

    assert [line for line, _, _ in pdf.lines] == list(SHOWN.values())
    # The library would tell the log of characters that it has no glyph for: somebody's name.
    assert caplog.records == []


def test_a_long_text_is_broken_evenly_and_what_is_too_much_is_cut_off():
    pdf = Watched()
    title = "Pengantar Pemrograman Berorientasi Objek dengan Python untuk Mahasiswa Teknik Informatika"
    set_on(pdf, title, fits=sizes(26, 18, lines=2))
    first, second = (line for line, _, _ in pdf.lines)
    assert f"{first} {second}" == title
    assert abs(len(first) - len(second)) < 20

    crowded = Watched()
    set_on(crowded, "W" * 400, fits=sizes(26, 18, lines=2))
    assert crowded.lines[-1][0].endswith("W…")


def test_the_same_sheet_is_the_same_to_the_byte_and_another_is_not():
    pdf = draw(SHEET)
    draw.cache_clear()
    assert draw(SHEET) == pdf
    for other in (
        {"language": "en"},
        {"learner_name": "Siti"},
        {"course_title": "A"},
        {"address": "https://a.example"},
    ):
        assert draw(replace(SHEET, **other)) != pdf


@pytest.mark.parametrize("language", WORDS)
def test_it_is_one_page_with_its_number_its_day_and_its_link(language: str):
    pdf = draw(replace(SHEET, language=language))

    assert pdf.startswith(b"%PDF-")
    assert pdf.count(b"/Type /Page\n") == 1
    assert b"/MediaBox [0 0 841.89 595.28]" in pdf
    assert f"({SHEET.address})".encode() in pdf
    assert f"/Lang ({language})".encode() in pdf
    assert b"/CreationDate (D:20260309040000Z" in pdf
    assert WORDS[language].day(SHEET.issued_at) == {"id": "9 Maret 2026", "en": "9 March 2026"}[language]


def test_every_language_has_all_twelve_months():
    assert all(len(set(words.months)) == 12 for words in WORDS.values())


def test_a_certificate_without_a_name_says_so():
    assert drawn_glyphs(draw(replace(SHEET, learner_name=" "))) > drawn_glyphs(draw(replace(SHEET, learner_name="A")))


def drawn_glyphs(pdf: bytes) -> int:
    """How many bytes of text the page shows."""
    streams = re.findall(rb"stream\n(.*?)\nendstream", pdf, re.DOTALL)
    page = next(text for text in (zlib.decompress(each) for each in streams[:1]) if b"BT" in text)
    return sum(len(shown) for shown in re.findall(rb"\((.*?)\) Tj", page, re.DOTALL))


async def test_the_loop_goes_on_while_a_sheet_is_drawn():
    draw.cache_clear()
    printing = asyncio.create_task(PdfPrinter()(replace(SHEET, learner_name="王小明")))
    rounds = 0
    while not printing.done():
        rounds += 1
        await asyncio.sleep(0)
    assert rounds > 10
    assert (await printing).startswith(b"%PDF-")

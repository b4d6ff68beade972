"""A certificate as one page of A4, landscape: worth framing, and plain enough for any printer."""

from contextlib import closing
from datetime import UTC
from functools import lru_cache

from fpdf import FPDF

from adapters.pdf.typesetting import Typesetter, sizes
from adapters.pdf.words import WORDS, Words
from application.learning.certificate_ports import Sheet

WIDTH, HEIGHT = 297.0, 210.0
_MIDDLE = WIDTH / 2
_TEXT_WIDTH = 225.0

_PAPER, _INK, _SOFT = (253, 251, 246), (31, 41, 55), (95, 103, 115)
_ACCENT, _GOLD, _PALE = (16, 78, 84), (176, 141, 60), (226, 212, 176)

# In one line while it can be read from afar; in more when it must.
_NAME = [*sizes(36, 22), *sizes(24, 14, lines=2)]
_TITLE = [*sizes(26, 18, lines=2), *sizes(18, 11, lines=3)]

_SEAL_Y, _SEAL_RADIUS = 165.5, 11.0
_PETAL_WIDTH, _PETAL_HEIGHT, _PETALS = 32.0, 15.0, 36
_COLUMN, _COLUMN_WIDTH = 74.0, 74.0
_KEPT = 64


@lru_cache(maxsize=_KEPT)
def draw(sheet: Sheet) -> bytes:
    """The same bytes for the same sheet: of dates there is only the one on which it was issued."""
    words = WORDS[sheet.language]
    pdf = _blank(sheet, words)
    _frame(pdf)
    _seal(pdf)
    with closing(Typesetter(pdf)) as setter:
        _write(pdf, setter, sheet, words)
        return bytes(pdf.output())


def _blank(sheet: Sheet, words: Words) -> FPDF:
    pdf = FPDF(orientation="landscape", unit="mm", format="A4")
    pdf.set_creation_date(sheet.issued_at.astimezone(UTC))
    pdf.set_title(f"{words.title.capitalize()} {sheet.code}")
    pdf.set_lang(sheet.language)
    pdf.set_author("Tekun")
    pdf.set_auto_page_break(auto=False)
    pdf.set_margin(0)
    pdf.c_margin = 0
    pdf.add_page()
    return pdf


def _frame(pdf: FPDF) -> None:
    pdf.set_fill_color(*_PAPER)
    pdf.rect(0, 0, WIDTH, HEIGHT, style="F")
    pdf.set_draw_color(*_ACCENT)
    _border(pdf, 9, 1.1)
    pdf.set_draw_color(*_GOLD)
    _border(pdf, 11.6, 0.3)
    _border(pdf, 13.2, 0.3)
    for x in (11.6, WIDTH - 11.6):
        for y in (11.6, HEIGHT - 11.6):
            _corner(pdf, x, y)


def _border(pdf: FPDF, inset: float, thickness: float) -> None:
    pdf.set_line_width(thickness)
    pdf.rect(inset, inset, WIDTH - 2 * inset, HEIGHT - 2 * inset)


def _corner(pdf: FPDF, x: float, y: float) -> None:
    """Four petals around a point of the frame."""
    pdf.set_fill_color(*_PAPER)
    pdf.set_line_width(0.3)
    pdf.circle(x, y, 4.7, style="DF")
    pdf.set_fill_color(*_GOLD)
    for angle in range(45, 405, 90):
        with pdf.rotation(angle, x, y):
            pdf.ellipse(x + 0.6, y - 0.65, 3.0, 1.3, style="F")


def _seal(pdf: FPDF) -> None:
    """A rosette of ellipses, each turned a little further, as on banknotes."""
    pdf.set_draw_color(*_PALE)
    pdf.set_line_width(0.18)
    for petal in range(_PETALS):
        with pdf.rotation(180 * petal / _PETALS, _MIDDLE, _SEAL_Y):
            pdf.ellipse(_MIDDLE - _PETAL_WIDTH / 2, _SEAL_Y - _PETAL_HEIGHT / 2, _PETAL_WIDTH, _PETAL_HEIGHT)
    pdf.set_draw_color(*_GOLD)
    pdf.set_fill_color(*_PAPER)
    pdf.set_line_width(0.6)
    pdf.circle(_MIDDLE, _SEAL_Y, _SEAL_RADIUS, style="DF")
    pdf.set_line_width(0.2)
    pdf.circle(_MIDDLE, _SEAL_Y, _SEAL_RADIUS - 1.2)
    # A tick, drawn since not every font has one.
    pdf.set_draw_color(*_ACCENT)
    pdf.set_line_width(1.5)
    tick = [(-4.6, 0.4), (-1.5, 3.6), (5.0, -3.8)]
    pdf.polyline([(_MIDDLE + x, _SEAL_Y + y) for x, y in tick])


def _write(pdf: FPDF, setter: Typesetter, sheet: Sheet, words: Words) -> None:
    _spaced(pdf, setter, "TEKUN", 25, size=12, spacing=5, color=_GOLD)
    _spaced(pdf, setter, words.title, 33, size=38, spacing=7, color=_ACCENT)
    pdf.set_text_color(*_SOFT)
    setter.centered(words.subtitle, 51, width=_TEXT_WIDTH, fits=sizes(16, 16), style="I")
    setter.centered(words.given_to, 70, width=_TEXT_WIDTH, fits=sizes(13, 13), style="I")
    pdf.set_text_color(*_INK)
    name = sheet.learner_name.strip() or words.nobody
    bottom = setter.centered(name, 78, width=_TEXT_WIDTH, fits=_NAME, style="B")
    _rule(pdf, bottom + 2)
    pdf.set_text_color(*_SOFT)
    bottom = setter.centered(words.deed, bottom + 6, width=_TEXT_WIDTH, fits=sizes(13, 13), style="I")
    pdf.set_text_color(*_ACCENT)
    setter.centered(sheet.course_title, bottom + 3, width=_TEXT_WIDTH, fits=_TITLE, style="B")
    _column(pdf, setter, _COLUMN, words.date, words.day(sheet.issued_at.astimezone(UTC)))
    _column(pdf, setter, WIDTH - _COLUMN, words.number, sheet.code)
    _address(pdf, setter, sheet, words)


def _spaced(
    pdf: FPDF, setter: Typesetter, text: str, y: float, *, size: int, spacing: float, color: tuple[int, int, int]
) -> None:
    pdf.set_text_color(*color)
    pdf.set_char_spacing(spacing)
    setter.centered(text, y, width=_TEXT_WIDTH, fits=sizes(size, size), style="B")
    pdf.set_char_spacing(0)


def _rule(pdf: FPDF, y: float) -> None:
    pdf.set_draw_color(*_GOLD)
    pdf.set_fill_color(*_GOLD)
    pdf.set_line_width(0.3)
    pdf.line(_MIDDLE - 55, y, _MIDDLE - 3, y)
    pdf.line(_MIDDLE + 3, y, _MIDDLE + 55, y)
    pdf.polygon([(_MIDDLE - 1.4, y), (_MIDDLE, y - 1.4), (_MIDDLE + 1.4, y), (_MIDDLE, y + 1.4)], style="F")


def _column(pdf: FPDF, setter: Typesetter, middle: float, label: str, value: str) -> None:
    pdf.set_draw_color(*_GOLD)
    pdf.set_line_width(0.3)
    pdf.line(middle - 32, _SEAL_Y + 2, middle + 32, _SEAL_Y + 2)
    pdf.set_text_color(*_INK)
    setter.centered(value, _SEAL_Y - 5.5, width=_COLUMN_WIDTH, fits=sizes(15, 10), style="B", middle=middle)
    pdf.set_text_color(*_SOFT)
    setter.centered(label, _SEAL_Y + 4, width=_COLUMN_WIDTH, fits=sizes(10, 8), style="I", middle=middle)


def _address(pdf: FPDF, setter: Typesetter, sheet: Sheet, words: Words) -> None:
    pdf.set_text_color(*_SOFT)
    setter.centered(words.check, 186.5, width=_TEXT_WIDTH, fits=sizes(9, 9), style="I")
    pdf.set_text_color(*_ACCENT)
    setter.centered(sheet.address, 190.7, width=_TEXT_WIDTH, fits=sizes(10, 6))
    pdf.link(_MIDDLE - _TEXT_WIDTH / 2, 190.7, _TEXT_WIDTH, 4.5, sheet.address)

"""Texts of any length in any script, set in the middle of a page: they shrink and wrap, and never run off it."""

from collections.abc import Sequence
from pathlib import Path

from fpdf import FPDF
from fpdf.enums import XPos, YPos
from fpdf.fonts import TTFFont

FONTS = Path(__file__).parent / "fonts"
POINT = 25.4 / 72
"""In millimeters."""

Fits = Sequence[tuple[float, int]]
"""Ways to set a text, the best one first: a size in points, and how many lines it may have in that size."""

_ELLIPSIS = "…"
_MISSING = "□"
_LEADING = 1.22
_BALANCE_STEPS = 12
_SERIF = {"": "Caladea-Regular.ttf", "B": "Caladea-Bold.ttf", "I": "Caladea-Italic.ttf"}


class Typesetter:
    """One page, and fonts for it: the serif face where it has all characters, else DejaVu Sans, with Droid Sans
    Fallback for what is beyond both (Chinese, Japanese). Another character becomes an empty box.

    A font is read when the first text needs it: the one for Chinese takes longer than all the rest of a page.
    """

    def __init__(self, pdf: FPDF) -> None:
        self._pdf = pdf
        for style, file in _SERIF.items():
            pdf.add_font("serif", style, FONTS / file)
        self._has: dict[str, set[int]] = {"serif": _characters(pdf, "serif")}

    def close(self) -> None:
        """Gives the font files back, once the page was put out."""
        for font in self._pdf.fonts.values():
            if isinstance(font, TTFFont):
                font.close()

    def centered(
        self, text: str, y: float, *, width: float, fits: Fits, style: str = "", middle: float | None = None
    ) -> float:
        """Sets it below `y` around the middle (the page's), and returns where it ends.

        What doesn't fit in any way is cut off.
        """
        text, family = self._prepared(text)
        style = style if family == "serif" else ""
        for size, lines in fits:
            broken = self._broken(text, width, family, style, size)
            if len(broken) <= lines:
                broken = self._balanced(text, broken, width, family, style, size)
                break
        else:
            broken = [*broken[: lines - 1], broken[lines - 1][:-1].rstrip() + _ELLIPSIS]
        return self._set(broken, y, width=width, size=size, middle=middle or self._pdf.w / 2)

    def _set(self, lines: list[str], y: float, *, width: float, size: float, middle: float) -> float:
        height = size * POINT * _LEADING
        self._pdf.set_y(y)
        for line in lines:
            self._pdf.set_x(middle - width / 2)
            self._pdf.cell(width, height, line, align="C", new_x=XPos.LEFT, new_y=YPos.NEXT)
        return y + height * len(lines)

    def _balanced(self, text: str, best: list[str], width: float, family: str, style: str, size: float) -> list[str]:
        """In as many lines, none of them much shorter than the others."""
        for step in range(1, _BALANCE_STEPS):
            narrower = self._broken(text, width * (1 - step / _BALANCE_STEPS / 2), family, style, size)
            if len(narrower) > len(best):
                break
            best = narrower
        return best

    def _broken(self, text: str, width: float, family: str, style: str, size: float) -> list[str]:
        self._pdf.set_font(family, style, size)
        broken = self._pdf.multi_cell(width, text=text, align="C", dry_run=True, output="LINES")
        assert isinstance(broken, list), "lines were asked for"
        return broken

    def _prepared(self, text: str) -> tuple[str, str]:
        """What can be shown of it, and the family to begin with."""
        text = "".join(character for character in " ".join(text.split()) if character.isprintable())
        needed = {ord(character) for character in text}
        if needed <= self._has["serif"]:
            return text, "serif"
        known = self._loaded("sans", "DejaVuSans.ttf")
        if needed <= known:
            return text, "sans"
        cjk = self._loaded("cjk", "DroidSansFallbackFull.ttf")
        self._pdf.set_fallback_fonts(["cjk"], exact_match=False)
        family = "serif" if needed - cjk <= self._has["serif"] else "sans"
        present = self._has[family] | cjk
        return "".join(each if ord(each) in present else _MISSING for each in text), family

    def _loaded(self, family: str, file: str) -> set[int]:
        if family not in self._has:
            self._pdf.add_font(family, "", FONTS / file)
            self._has[family] = _characters(self._pdf, family)
        return self._has[family]


def sizes(largest: int, smallest: int, *, lines: int = 1) -> Fits:
    return [(size, lines) for size in range(largest, smallest - 1, -1)]


def _characters(pdf: FPDF, family: str) -> set[int]:
    pdf.set_font(family)
    font = pdf.current_font
    assert isinstance(font, TTFFont), "ours come from files"
    return set(font.cmap)

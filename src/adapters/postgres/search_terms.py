"""Text made ready for PostgreSQL's full-text search, which finds words by the blanks between them.

Chinese, Japanese, Thai and their neighbors write without blanks. Runs of such script become pairs of neighboring
characters (bigrams), each a word: a phrase of pairs finds what was written, wherever in a sentence it stands.
"""

import re
import unicodedata
from itertools import pairwise

INDEXED_LENGTH = 10_000
"""So many characters of a text are searched; a text search vector may not exceed 1 MB."""

_RUN = (
    r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff"  # Thai, Lao, Burmese, Khmer
    r"\u3005\u3040-\u30ff\u31f0-\u31ff"  # kana
    r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af]+"  # Han
)
_RUNS = re.compile(_RUN)
_ASKED_RUNS = re.compile(rf"(?:(?<!\S)-)?{_RUN}")


def search_terms(text: str) -> str:
    """The text with its unspaced runs as bigrams in their order, and at its end each of their characters once."""
    folded = unicodedata.normalize("NFKC", text[:INDEXED_LENGTH])
    singles: dict[str, None] = {}

    def spaced(match: re.Match[str]) -> str:
        letters = _letters(match[0])
        singles.update(dict.fromkeys(letters))
        return f" {' '.join(_pairs(letters))} "

    return " ".join([_RUNS.sub(spaced, folded), *singles])


def asked_terms(words: str) -> str:
    """Search words in the syntax of `websearch_to_tsquery`, with each unspaced run as the phrase of its bigrams."""
    parts = unicodedata.normalize("NFKC", words).split('"')
    # Every other part stands between quotation marks, where a run belongs to the phrase that it is in.
    return '"'.join(
        _RUNS.sub(_within, part) if place % 2 else _ASKED_RUNS.sub(_quoted, part) for place, part in enumerate(parts)
    )


def _within(match: re.Match[str]) -> str:
    return f" {' '.join(_pairs(_letters(match[0])))} "


def _quoted(match: re.Match[str]) -> str:
    run = match[0]
    without = "-" if run.startswith("-") else ""
    return f' {without}"{" ".join(_pairs(_letters(run.removeprefix("-"))))}" '


def _pairs(letters: list[str]) -> list[str]:
    return [first + second for first, second in pairwise(letters)] or letters


def _letters(run: str) -> list[str]:
    """Characters as a reader counts them: a vowel sign or tone mark goes with its consonant."""
    letters: list[str] = []
    for character in run:
        if letters and unicodedata.category(character).startswith("M"):
            letters[-1] += character
        else:
            letters.append(character)
    return letters

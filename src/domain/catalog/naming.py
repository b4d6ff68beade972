"""Names made from a title: the slug for addresses, the key for sorting."""

import re
import unicodedata

from domain.shared.ids import CourseId

_ASCII_WORDS = re.compile(r"[a-z0-9]+")
_WORDS = re.compile(r"[^\W_]+")
# Latin letters that Unicode does not take apart into a plain one and a mark.
_LETTERS = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ð": "d", "ħ": "h", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th"})
STEM_LENGTH = 60
SORT_KEY_LENGTH = 100


def slug_of(title: str, course_id: CourseId) -> str:
    """A readable, unique name: words of the title, and the end of the id (32 random bits of a UUIDv7).

    Latin script is spelled in ASCII; a title without any Latin letter keeps its own script.
    """
    folded = _without_marks(title)
    words = _ASCII_WORDS.findall(folded)
    if not any(word.isalpha() for word in words):
        words = _WORDS.findall(unicodedata.normalize("NFKC", title).lower())
    stem = "-".join(words)[:STEM_LENGTH].strip("-") or "course"
    return f"{stem}-{course_id.hex[-8:]}"


def sort_key(title: str) -> str:
    """What titles are sorted by, code point by code point: without case and accents, the same on every machine."""
    return _without_marks(title)[:SORT_KEY_LENGTH]


def _without_marks(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(c for c in decomposed if not unicodedata.combining(c)).casefold().translate(_LETTERS)

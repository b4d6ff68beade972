"""Quizzes for tests: one with each kind of question, and any that an author could write."""

from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st

SETTINGS: dict[str, Any] = {
    "time_limit_seconds": None,
    "opens_at": None,
    "closes_at": None,
    "closing_ends_attempts": True,
    "attempts_allowed": None,
    "scoring": "best",
    "pass_percent": 60,
    "shuffle_questions": False,
    "shuffle_options": True,
    "reveals": "handed_in",
}
"""All of them, with their defaults."""

_QUESTION = {"explanation": "", "points": 1}
SINGLE: dict[str, Any] = {
    **_QUESTION, "id": "single", "kind": "single", "prompt": "Ibu kota Indonesia?", "correct": "jkt",
    "options": [{"id": "jkt", "text": "Jakarta"}, {"id": "bdg", "text": "Bandung"}, {"id": "sby", "text": "Surabaya"}],
}  # fmt: skip
MULTIPLE: dict[str, Any] = {
    **_QUESTION, "id": "multiple", "kind": "multiple", "prompt": "Mana bilangan prima?", "correct": ["2", "3"],
    "options": [{"id": "2", "text": "dua"}, {"id": "3", "text": "tiga"}, {"id": "4", "text": "empat"}], "points": 2,
}  # fmt: skip
TRUE_FALSE: dict[str, Any] = {
    **_QUESTION, "id": "true_false", "kind": "true_false", "prompt": "Bumi bulat.", "correct": True,
}  # fmt: skip
NUMERIC: dict[str, Any] = {
    **_QUESTION, "id": "numeric", "kind": "numeric", "prompt": "π?", "correct": 3.14, "tolerance": 0.01,
}  # fmt: skip
SHORT_TEXT: dict[str, Any] = {
    **_QUESTION, "id": "short_text", "kind": "short_text", "prompt": "Penulis Laskar Pelangi?",
    "accepted": ["Andrea Hirata", "Hirata"],
}  # fmt: skip
ORDERING: dict[str, Any] = {
    **_QUESTION, "id": "ordering", "kind": "ordering", "prompt": "Urutkan.", "points": 2,
    "items": [{"id": "1", "text": "Sriwijaya"}, {"id": "2", "text": "Majapahit"}, {"id": "3", "text": "Demak"}],
}  # fmt: skip
MATCHING: dict[str, Any] = {
    **_QUESTION, "id": "matching", "kind": "matching", "prompt": "Pasangkan.", "points": 2, "distractors": ["Medan"],
    "pairs": [
        {"id": "jabar", "left": "Jawa Barat", "right": "Bandung"},
        {"id": "jatim", "left": "Jawa Timur", "right": "Surabaya"},
    ],
}  # fmt: skip
QUESTIONS: list[dict[str, Any]] = [SINGLE, MULTIPLE, TRUE_FALSE, NUMERIC, SHORT_TEXT, ORDERING, MATCHING]
CORRECT: dict[str, Any] = {
    "single": "jkt",
    "multiple": ["2", "3"],
    "true_false": True,
    "numeric": 3.14,
    "short_text": "andrea  HIRATA",
    "ordering": ["1", "2", "3"],
    "matching": {"jabar": "jabar", "jatim": "jatim"},
}
"""What gets all points, by the author's ids."""


def a_bank(questions: Sequence[dict[str, Any]] = QUESTIONS, *, id: str = "utama", draw: int | None = None) -> Any:  # noqa: A002 # a field's name
    return {"id": id, "title": "", "draw": draw, "questions": list(questions)}


def a_quiz(*banks: Any, **settings: Any) -> dict[str, Any]:
    """The content of a lesson as its author sends it."""
    return {"kind": "quiz", "quiz": {**SETTINGS, **settings}, "banks": list(banks) or [a_bank()]}


keys = st.text("abcdefghijklmnopqrstuvwxyz0123456789_-", min_size=1, max_size=6)
texts = st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=1, max_size=8)
_finite = st.floats(-1e9, 1e9, allow_nan=False)


@st.composite
def _options(draw: st.DrawFn) -> list[dict[str, str]]:
    ids = draw(st.lists(keys, min_size=2, max_size=5, unique=True))
    return [{"id": key, "text": draw(texts)} for key in ids]


@st.composite
def questions(draw: st.DrawFn, key: str) -> dict[str, Any]:
    """Any question with that id."""
    common = {
        "id": key,
        "prompt": draw(texts),
        "explanation": draw(st.just("") | texts),
        "points": draw(st.integers(1, 9)),
    }
    kind = draw(st.sampled_from(list(CORRECT)))
    options = draw(_options())
    ids = [option["id"] for option in options]
    fields: dict[str, Any] = {
        "single": lambda: {"options": options, "correct": draw(st.sampled_from(ids))},
        "multiple": lambda: {
            "options": options,
            "correct": draw(st.lists(st.sampled_from(ids), min_size=1, unique=True)),
        },
        "true_false": lambda: {"correct": draw(st.booleans())},
        "numeric": lambda: {"correct": draw(_finite), "tolerance": draw(st.floats(0, 1e3))},
        "short_text": lambda: {"accepted": draw(st.lists(texts.filter(str.strip), min_size=1, max_size=3))},
        "ordering": lambda: {"items": options},
        "matching": lambda: {
            "pairs": [{"id": each, "left": draw(texts), "right": draw(texts)} for each in ids],
            "distractors": draw(st.lists(texts, max_size=2)),
        },
    }[kind]()
    return {**common, "kind": kind, **fields}


@st.composite
def banks(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Any banks of a quiz, with at least one question in each."""
    ids = draw(st.lists(keys, min_size=1, max_size=6, unique=True))
    found = [draw(questions(key)) for key in ids]
    cut = draw(st.integers(1, len(found)))
    parts = [part for part in (found[:cut], found[cut:]) if part]
    return [
        {"id": f"b{place}", "title": draw(st.just("") | texts), "questions": part,
         "draw": draw(st.none() | st.integers(1, len(part)))}
        for place, part in enumerate(parts)
    ]  # fmt: skip


settings = st.fixed_dictionaries(
    {
        "time_limit_seconds": st.none() | st.integers(10, 3600),
        "opens_at": st.none() | st.just("2026-01-01T00:00:00Z"),
        "closes_at": st.just("2026-12-01T00:00:00Z"),
        "closing_ends_attempts": st.booleans(),
        "attempts_allowed": st.none() | st.integers(1, 9),
        "scoring": st.sampled_from(["best", "last", "average"]),
        "pass_percent": st.integers(0, 100),
        "shuffle_questions": st.booleans(),
        "shuffle_options": st.booleans(),
        "reveals": st.sampled_from(["handed_in", "closed", "never"]),
    }
)
contents = st.fixed_dictionaries({"kind": st.just("quiz"), "quiz": settings, "banks": banks()})

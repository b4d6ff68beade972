"""Documents of courses for tests."""

from typing import Any

from hypothesis import strategies as st

from domain.catalog.lesson_content import LONGEST_VIDEO
from tests.support import quizzes

A_DOCUMENT: dict[str, Any] = {
    "format": "tekun.course",
    "version": 1,
    "course": {
        "title": "Struktur Data",
        "summary": "Wadah untuk data.",
        "description": "",
        "language": "id",
        "level": None,
        "tags": [],
        "cover_url": None,
    },
    "modules": [],
}
A_LESSON: dict[str, Any] = {
    "title": "Larik",
    "status": "published",
    "is_preview": False,
    "unlock": [],
    "content": {"kind": "article", "markdown": "Isi."},
}


def a_document(*modules: list[dict[str, Any]]) -> dict[str, Any]:
    """With these lessons in as many modules."""
    made = [{"title": f"Modul {n}", "unlock": [], "lessons": lessons} for n, lessons in enumerate(modules, start=1)]
    return {**A_DOCUMENT, "modules": made}


AN_ASSIGNMENT: dict[str, Any] = {
    "accepts": ["text", "link"],
    "points": 100,
    "pass_percent": 0,
    "due_at": None,
    "closes_at": None,
    "late": "accept",
    "late_percent_per_day": 10,
    "submissions_allowed": None,
    "rubric": [],
}
A_RUBRIC: dict[str, Any] = {
    **AN_ASSIGNMENT,
    "accepts": ["link"],
    "points": 30,
    "pass_percent": 50,
    "due_at": "2026-12-01T00:00:00Z",
    "closes_at": "2026-12-08T00:00:00Z",
    "late": "deduct",
    "submissions_allowed": 2,
    "rubric": [
        {"id": "isi", "title": "Isi", "description": "Lengkap dan benar.", "points": 20},
        {"id": "gaya", "title": "Gaya", "description": "", "points": 10},
    ],
}

# As texts are after they were tidied: nothing to take away at their ends, and one blank between words.
words = st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=1, max_size=8)
lines = st.lists(words, max_size=5).map(" ".join)
titles = st.lists(words, min_size=1, max_size=5).map(" ".join)
paragraphs = st.lists(lines, max_size=4).map("\n".join).map(str.strip)
urls = st.sampled_from(["https://example.org/", "https://example.org/a?b=c#d", "https://例え.jp/%20"])
contents = st.one_of(
    st.fixed_dictionaries({"kind": st.just("article"), "markdown": titles | paragraphs.filter(bool)}),
    st.fixed_dictionaries(
        {
            "kind": st.just("video"),
            "url": urls,
            "duration_seconds": st.integers(1, LONGEST_VIDEO),
            "watch_share": st.floats(0, 1),
        }
    ),
    st.fixed_dictionaries(
        {
            "kind": st.just("file"),
            "url": urls,
            "name": titles,
            "media_type": st.sampled_from(["application/pdf", "text/x-c++"]),
            "size_bytes": st.none() | st.integers(0, 2**53 - 1),
        }
    ),
    st.fixed_dictionaries({"kind": st.just("link"), "url": urls}),
    quizzes.contents,
    st.fixed_dictionaries(
        {"kind": st.just("assignment"), "markdown": titles, "assignment": st.sampled_from([AN_ASSIGNMENT, A_RUBRIC])}
    ),
)
TIMES = ["2026-12-01T00:00:00Z", "2026-12-01T00:00:00.000001Z", "0999-01-01T23:59:59Z"]


@st.composite
def rules(draw: st.DrawFn, lessons: list[str], modules: list[str]) -> list[dict[str, Any]]:
    """On what stands before, so that nothing waits for itself."""
    found = [
        st.just({"rule": "after_previous"}),
        st.sampled_from(TIMES).map(lambda at: {"rule": "not_before", "at": at}),
    ]
    if lessons:
        found.append(st.sampled_from(lessons).map(lambda place: {"rule": "after_lesson", "lesson": place}))
        found.append(st.sampled_from(lessons).map(lambda at: {"rule": "minimum_score", "lesson": at, "percent": 60}))
    if modules:
        found.append(st.sampled_from(modules).map(lambda place: {"rule": "after_module", "module": place}))
    return draw(st.lists(st.one_of(found), max_size=3, unique_by=lambda rule: tuple(rule.items())))


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    modules: list[dict[str, Any]] = []
    for number, size in enumerate(draw(st.lists(st.integers(0, 4), max_size=4)), start=1):
        before = [f"{m}.{n}" for m, each in enumerate(modules, start=1) for n in range(1, len(each["lessons"]) + 1)]
        earlier = [str(place) for place in range(1, number)]
        lessons = [
            {
                "title": draw(titles),
                "status": draw(st.sampled_from(["draft", "published"])),
                "is_preview": draw(st.booleans()),
                "unlock": draw(rules([*before, *(f"{number}.{n}" for n in range(1, place + 1))], earlier)),
                "content": draw(contents),
            }
            for place in range(size)
        ]
        modules.append({"title": draw(titles), "unlock": draw(rules(before, earlier)), "lessons": lessons})
    course = {
        "title": draw(titles),
        "summary": draw(paragraphs),
        "description": draw(paragraphs),
        "language": draw(st.sampled_from(["id", "en", "zh-Hant-TW", "und"])),
        "level": draw(st.none() | st.sampled_from(["beginner", "intermediate", "advanced"])),
        "tags": draw(st.lists(st.sampled_from(["sql", "basis data", "語", "é"]), unique=True)),
        "cover_url": draw(st.none() | urls),
    }
    return {"format": "tekun.course", "version": 1, "course": course, "modules": modules}

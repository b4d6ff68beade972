"""What the demo's courses hold, from the table of syllabi to drafts as any author would send them."""

import tomllib
from collections.abc import Iterator, Mapping
from importlib.resources import files
from typing import Any

from domain.catalog.lesson_content import LessonDraft, LessonKind

Syllabus = list[tuple[str, list[LessonDraft]]]
"""Modules, each with its title and its lessons."""


def syllabi() -> dict[str, Syllabus]:
    """By the external id of the course."""
    text = files(__package__).joinpath("syllabi.toml").read_text(encoding="utf-8")
    return {
        course["id"]: [(module["title"], list(_drafts(module, course["id"]))) for module in course["module"]]
        for course in tomllib.loads(text)["course"]
    }


def _drafts(module: Mapping[str, Any], course: str) -> Iterator[LessonDraft]:
    for number, (title, what) in enumerate(module.get("lessons", ())):
        if isinstance(what, int):
            url = f"https://video.tekun.example/{course}/{number}.mp4"
            yield LessonDraft(kind=LessonKind.VIDEO, title=title, url=url, duration_seconds=what)
        elif what.startswith("https://"):
            yield LessonDraft(kind=LessonKind.LINK, title=title, url=what)
        else:
            yield LessonDraft(kind=LessonKind.ARTICLE, title=title, markdown=what)
    if "quiz" in module:
        yield _quiz(module["quiz"])
    if "assignment" in module:
        yield _assignment(module["assignment"])


def _quiz(quiz: Mapping[str, Any]) -> LessonDraft:
    minutes = quiz.get("minutes")
    settings = {"time_limit_seconds": None if minutes is None else 60 * minutes, "attempts_allowed": 3}
    questions = [_question(f"q{number}", each) for number, each in enumerate(quiz["questions"], start=1)]
    bank = {"id": "soal", "draw": quiz.get("draw"), "questions": questions}
    return LessonDraft(kind=LessonKind.QUIZ, title=quiz["title"], quiz=settings, banks=[bank])


def _assignment(assignment: Mapping[str, Any]) -> LessonDraft:
    rubric = [{"id": key, "title": title, "points": points} for key, title, points in assignment.get("rubric", ())]
    settings: dict[str, Any] = {"pass_percent": 60, "rubric": rubric}
    if "accepts" in assignment:
        settings["accepts"] = assignment["accepts"]
    title, text = assignment["title"], assignment["text"]
    return LessonDraft(kind=LessonKind.ASSIGNMENT, title=title, markdown=text, assignment=settings)


def _question(key: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """Its kind shows in what is given: several right options make a multiple choice, a number a numeric question."""
    common = {"id": key, "prompt": given["ask"], "explanation": given.get("why", "")}
    if "right" in given:
        several = isinstance(given["right"], list)
        right = given["right"] if several else [given["right"]]
        options = [{"id": f"o{place}", "text": text} for place, text in enumerate([*right, *given["wrong"]])]
        keys = [option["id"] for option in options[: len(right)]]
        kind = {"kind": "multiple", "correct": keys, "points": 2} if several else {"kind": "single", "correct": keys[0]}
        return {**common, **kind, "options": options}
    if "true" in given:
        return {**common, "kind": "true_false", "correct": given["true"]}
    if "number" in given:
        return {**common, "kind": "numeric", "correct": given["number"], "tolerance": given.get("within", 0)}
    if "text" in given:
        return {**common, "kind": "short_text", "accepted": given["text"]}
    if "order" in given:
        items = [{"id": f"i{place}", "text": text} for place, text in enumerate(given["order"])]
        return {**common, "kind": "ordering", "items": items, "points": 2}
    pairs = [{"id": f"p{n}", "left": one, "right": other} for n, (one, other) in enumerate(given["match"].items())]
    return {**common, "kind": "matching", "pairs": pairs, "distractors": given.get("extra", []), "points": 2}

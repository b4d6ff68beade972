"""What a lesson holds as JSON: in rows, in views, in documents."""

from collections.abc import Mapping, Sequence
from typing import Any

from domain.catalog.lesson_content import (
    Article,
    Assignment,
    File,
    LessonContent,
    LessonKind,
    Link,
    Quiz,
    Video,
)
from domain.learning.questions import banks_from_json
from domain.shared.rich_text import RichText


def content_to_json(content: LessonContent) -> dict[str, Any]:
    """Without its kind, which stands beside it."""
    match content:
        case Article(body):
            return {"markdown": body.markdown, "html": body.html}
        case Video(url, duration_seconds, watch_share):
            return {"url": url, "duration_seconds": duration_seconds, "watch_share": watch_share}
        case File(url, name, media_type, size_bytes):
            return {"url": url, "name": name, "media_type": media_type, "size_bytes": size_bytes}
        case Link(url):
            return {"url": url}
        case Quiz(settings, banks, html):
            return {"quiz": settings, "banks": banks, "question_count": _asked(banks), "html": html}
        case Assignment(body, settings):
            return {"markdown": body.markdown, "html": body.html, "assignment": settings}


def content_from_json(kind: str, value: Mapping[str, Any]) -> LessonContent:
    """What `content_to_json` wrote."""
    match LessonKind(kind):
        case LessonKind.ARTICLE:
            return Article(RichText(value["markdown"], value["html"]))
        case LessonKind.VIDEO:
            # JSON has one kind of number: a share of 1.0 comes back as an integer.
            return Video(value["url"], value["duration_seconds"], float(value["watch_share"]))
        case LessonKind.FILE:
            return File(value["url"], value["name"], value["media_type"], value["size_bytes"])
        case LessonKind.LINK:
            return Link(value["url"])
        case LessonKind.QUIZ:
            return Quiz(value["quiz"], value["banks"], value["html"])
        case LessonKind.ASSIGNMENT:
            return Assignment(RichText(value["markdown"], value["html"]), value["assignment"])


def content_to_show(content: LessonContent, *, is_editor: bool) -> dict[str, Any]:
    """With its kind, as a `ContentView` has it: what a quiz asks, and what is right, is for who may change it."""
    fields = {**content_to_json(content), "kind": content.kind.value}
    if isinstance(content, Quiz):
        del fields["html"]
        return fields if is_editor else {**fields, "banks": None}
    return fields


def _asked(banks: Sequence[Mapping[str, Any]]) -> int:
    return sum(bank.asked for bank in banks_from_json(banks))

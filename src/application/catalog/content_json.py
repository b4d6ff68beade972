"""What a lesson holds as JSON: in rows, in views, in documents."""

from collections.abc import Mapping
from typing import Any

from domain.catalog.lesson_content import Article, File, LessonContent, LessonKind, Link, Video
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

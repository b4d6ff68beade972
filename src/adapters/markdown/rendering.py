"""Markdown to HTML that is safe to serve, checked twice: no raw HTML is parsed, and little is let through."""

import nh3
from markdown_it import MarkdownIt

# Nesting is bounded so that a text made to be hostile costs time in proportion to its length.
_markdown = MarkdownIt("commonmark", {"html": False, "maxNesting": 20}).enable(["table", "strikethrough"])
_TAGS = set(
    "a blockquote br code del em h1 h2 h3 h4 h5 h6 hr img li ol p pre s strong table tbody td th thead tr ul".split()  # noqa: SIM905 # reads better than twenty-seven quoted strings
)
_ATTRIBUTES = {
    "a": {"href", "title"},
    "img": {"src", "alt", "title"},
    "code": {"class"},
    "ol": {"start"},
}
_sanitizer = nh3.Cleaner(
    tags=_TAGS,
    attributes=_ATTRIBUTES,
    url_schemes={"https", "http", "mailto"},
    link_rel="nofollow noopener noreferrer",
)


def safe_html(markdown: str) -> str:
    """A `domain.shared.rich_text.Render`: CommonMark with tables and strikethrough."""
    return _sanitizer.clean(_markdown.render(markdown)) if markdown else ""

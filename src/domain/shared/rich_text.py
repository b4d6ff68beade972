from collections.abc import Callable
from dataclasses import dataclass

Render = Callable[[str], str]
"""From Markdown to HTML that is safe to serve: nothing in it runs, and no HTML of the author's own comes through."""


@dataclass(frozen=True, slots=True)
class RichText:
    """Markdown as a person wrote it, and the safe HTML that a `Render` made of it."""

    markdown: str
    html: str

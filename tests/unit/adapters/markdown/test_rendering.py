import re
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.markdown.rendering import safe_html

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt&colon;alert(1))",
    "![x](data:text/html;base64,PHNjcmlwdD4=)",
    "<javascript:alert(1)>",
    "[x](vbscript:x)",
    '[x](https://a.org "onmouseover=alert(1)")',
    "```<script>\nx\n```",
    "<style>*{display:none}</style>",
    "<iframe src=https://a.org></iframe>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
]
# A tag that could run something, or an attribute that could; text that only speaks of one has its `<` escaped.
DANGEROUS = re.compile(
    r"<[^>]*(\s(on\w+|style)\s*=|(href|src)=\"\s*(?!https?:|mailto:|/|#|\.|\w+[^:\w]))", re.IGNORECASE
)
FORBIDDEN = re.compile(
    r"<\s*/?\s*(script|style|iframe|object|embed|form|input|svg|math|base|link|meta)\b", re.IGNORECASE
)


def test_what_authors_need_is_there():
    html = safe_html("# Hai\n\n**tebal** [sini](https://a.org)\n\n|a|b|\n|-|-|\n|1|2|\n\n```py\n1 < 2\n```")

    assert "<h1>Hai</h1>" in html
    assert "<strong>tebal</strong>" in html
    assert '<a href="https://a.org" rel="nofollow noopener noreferrer">sini</a>' in html
    assert "<td>1</td>" in html
    assert '<code class="language-py">1 &lt; 2\n</code>' in html


@pytest.mark.parametrize("markdown", HOSTILE)
def test_nothing_hostile_comes_through(markdown: str):
    html = safe_html(markdown)

    assert not FORBIDDEN.search(html)
    assert not DANGEROUS.search(html)


@given(st.lists(st.sampled_from([*HOSTILE, "\n", "> ", "- ", "`", "|", "*", " "]) | st.text(max_size=5), max_size=12))
def test_nor_in_any_combination(parts: list[str]):
    html = safe_html("".join(parts))

    assert not FORBIDDEN.search(html)
    assert not DANGEROUS.search(html)


def test_the_detector_of_this_test_detects():
    assert FORBIDDEN.search("<p><script>1</script>")
    assert DANGEROUS.search('<a href="javascript:alert(1)">')
    assert DANGEROUS.search('<img src="a.png" onerror="x">')
    assert not DANGEROUS.search('<a href="https://a.org" rel="x">')


@pytest.mark.parametrize("unit", ["[", "> ", "*a ", "![[]()", "|a", "`", "a**b", "1. ", "<", "\n- "])
def test_a_long_text_takes_no_more_than_its_length(unit: str):
    started = time.process_time()
    safe_html((unit * 50_000)[:50_000])

    assert time.process_time() - started < 5

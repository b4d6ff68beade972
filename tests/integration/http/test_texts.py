"""What people write: Markdown comes out as harmless HTML, and text as it went in."""

from html.parser import HTMLParser

import httpx
import pytest

from tests.support.platform import Person, Platform

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "[klik](javascript:alert(1))",
    "[klik](JaVaScRiPt:alert(1))",
    "[klik](java\tscript:alert(1))",
    "[klik](&#106;avascript:alert(1))",
    "[klik](data:text/html;base64,PHNjcmlwdD4=)",
    "[klik](vbscript:msgbox(1))",
    "![gambar](javascript:alert(1))",
    "![gambar](data:image/svg+xml,<svg/onload=alert(1)>)",
    "<javascript:alert(1)>",
    "<iframe src='https://evil.test'></iframe>",
    "<style>*{display:none}</style>",
    "<a href='https://ok.test' onclick='alert(1)' style='position:fixed'>klik</a>",
    "<form action='https://evil.test'><input name=p></form>",
    "<base href='https://evil.test'>",
    "<meta http-equiv=refresh content='0;url=https://evil.test'>",
    '"><script>alert(1)</script>',
    "`</code><script>alert(1)</script>`",
    "```html\n</code></pre><script>alert(1)</script>\n```",
    "<!--><script>alert(1)</script>-->",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "[a]: javascript:alert(1)\n\n[klik][a]",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
]
HARMLESS = {
    "p", "em", "strong", "a", "ul", "ol", "li", "code", "pre", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "hr",
    "br", "table", "thead", "tbody", "tr", "th", "td", "img", "s", "del",
}  # fmt: skip


class Tags(HTMLParser):
    """Every tag with its attributes, as a browser's parser would come upon them."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def dangers(html: str) -> list[str]:
    tags = Tags()
    tags.feed(html)
    found = [tag for tag, _ in tags.found if tag not in HARMLESS]
    for _, attributes in tags.found:
        found += [name for name in attributes if name.startswith("on") or name in {"style", "srcdoc", "action"}]
        addresses = [attributes.get(name) or "" for name in ("href", "src")]
        found += [url for url in addresses if url and not url.startswith(("https://", "http://", "mailto:", "/", "#"))]
    return found


def test_dangers_would_be_found() -> None:
    assert dangers("<p onclick=x>a</p><script></script><a href='javascript:x'>b</a>") == [
        "script",
        "onclick",
        "javascript:x",
    ]


@pytest.mark.parametrize("hostile", HOSTILE)
async def test_markdown_is_made_harmless(
    platform: Platform, client: httpx.AsyncClient, dosen: Person, hostile: str
) -> None:
    course = await platform.make_course(dosen, description=f"Awal\n\n{hostile}\n\nAkhir")
    assert dangers(course["description_html"]) == []
    assert course["description"] == f"Awal\n\n{hostile}\n\nAkhir", "the author's own words are kept as they were"
    read = await client.get(f"/v1/courses/{course['id']}", headers=dosen.headers)
    assert read.json()["description_html"] == course["description_html"]
    patched = await client.patch(
        f"/v1/courses/{course['id']}", json={"description": hostile}, headers={**dosen.headers, "If-Match": "*"}
    )
    assert dangers(patched.json()["description_html"]) == []


async def test_markdown_is_rendered(platform: Platform, dosen: Person) -> None:
    text = "# Judul\n\n*miring* **tebal** `kode` [tautan](https://example.org)\n\n- satu\n- dua"
    html = (await platform.make_course(dosen, description=text))["description_html"]
    for part in (
        "<em>miring</em>",
        "<strong>tebal</strong>",
        "<code>kode</code>",
        'href="https://example.org"',
        "<li>satu</li>",
    ):
        assert part in html


@pytest.mark.parametrize(
    "title", ["<b>Logika</b>", "Логика 论理 منطق", "🧮 Hitung", 'O\'Brien "dan" kawan; --', "é = e\u0301", "% _ \\"]
)
async def test_text_comes_back_as_it_went_in(platform: Platform, dosen: Person, title: str) -> None:
    course = await platform.make_course(dosen, title, summary=title)
    assert (course["title"], course["summary"]) == (title, title)

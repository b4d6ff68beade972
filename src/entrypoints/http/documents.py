"""The API's own pages: the OpenAPI document, Swagger UI from a package we depend on, and the catalog of errors."""

from functools import lru_cache
from html import escape
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from litestar import Controller, Request, get
from litestar.params import FromPath
from litestar.response.base import ASGIResponse

from application.shared.encoded import Encoded
from domain.shared.errors import NotFound
from entrypoints.http.answers import answer
from entrypoints.http.error_catalog import CATALOG
from entrypoints.http.language import language_of

_ASSETS = {
    "swagger-ui.css": "text/css",
    "swagger-ui-bundle.js": "text/javascript",
    "favicon-32x32.png": "image/png",
}
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; frame-ancestors 'none'; base-uri 'none'"
)
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Tekun API</title>
<link rel="icon" href="/docs/assets/favicon-32x32.png">
<link rel="stylesheet" href="/docs/assets/swagger-ui.css">
<style>.swagger-ui .opblock-body { overflow-x: auto; }</style>
</head>
<body>
<div id="swagger-ui"></div>
<script src="/docs/assets/swagger-ui-bundle.js"></script>
<script src="/docs/assets/start.js"></script>
</body>
</html>
"""
_START = """window.ui = SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#swagger-ui",
  deepLinking: true,
  persistAuthorization: true,
  tryItOutEnabled: true,
  validatorUrl: null
});
"""


class AssetNotFound(NotFound):
    code = "route.not_found"


def assets_folder() -> Path:
    """Where flask-swagger-ui keeps Swagger UI's files; the package is never imported, it would want Flask."""
    spec = find_spec("flask_swagger_ui")
    assert spec is not None, "a dependency of ours"
    assert spec.origin is not None, "an ordinary package"
    return Path(spec.origin).parent / "dist"


@lru_cache
def _content(name: str) -> bytes:
    return (assets_folder() / name).read_bytes()


class DocumentsController(Controller):
    include_in_schema = False

    @get("/openapi.json", operation_id="getOpenApi", media_type="application/json")
    async def openapi(self, request: Request[Any, Any, Any]) -> ASGIResponse:
        document: Encoded[Any] = request.app.state["openapi"]
        return answer(request, document)

    @get("/docs", operation_id="getDocs")
    async def docs(self) -> ASGIResponse:
        return ASGIResponse(body=_PAGE, media_type="text/html", headers={"Content-Security-Policy": _POLICY})

    @get("/docs/assets/{name:str}", operation_id="getDocsAsset")
    async def asset(self, name: FromPath[str]) -> ASGIResponse:
        if name == "start.js":
            return ASGIResponse(body=_START, media_type="text/javascript")
        if name not in _ASSETS:
            raise AssetNotFound("No such file.")
        return ASGIResponse(
            body=_content(name), media_type=_ASSETS[name], headers={"Cache-Control": "public, max-age=86400"}
        )

    @get("/docs/errors", operation_id="getErrorCatalog")
    async def errors(self, request: Request[Any, Any, Any]) -> ASGIResponse:
        language = language_of(request.scope)
        rows = "".join(
            f'<tr id="{escape(code)}"><td><code>{escape(code)}</code></td>'
            f'<td lang="id">{escape(indonesian)}</td><td lang="en">{escape(english)}</td></tr>'
            for code, (indonesian, english) in sorted(CATALOG.items())
        )
        page = _ERRORS_PAGE.format(language=language, rows=rows)
        return ASGIResponse(body=page, media_type="text/html", headers={"Content-Security-Policy": _POLICY})


_ERRORS_PAGE = """<!doctype html>
<html lang="{language}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Tekun: error codes</title>
<style>
:root {{ color-scheme: light dark; font-family: system-ui, sans-serif; }}
body {{ max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }}
table {{ border-collapse: collapse; width: 100%; }}
td, th {{ text-align: left; padding: .4rem .6rem; border-bottom: 1px solid #8884; }}
tr:target {{ background: #fc38; }}
@media (max-width: 45rem) {{
  thead {{ display: none; }}
  tr {{ display: block; padding: .6rem 0; border-bottom: 1px solid #8884; }}
  td {{ display: block; border: 0; padding: .1rem .6rem; }}
}}
</style></head>
<body><p><a href="/docs">Tekun API</a></p><h1>Error codes</h1>
<p>Every problem (RFC 9457) carries one of these in <code>code</code>. Codes never change; titles follow
<code>Accept-Language</code>.</p>
<table><thead><tr><th>code</th><th>Indonesia</th><th>English</th></tr></thead><tbody>{rows}</tbody></table></body></html>
"""

"""The API's pages in a real browser without a network: they load nothing from elsewhere, and calls from them work."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest
from playwright.sync_api import Browser, Page, Route, expect, sync_playwright

from entrypoints.http.error_catalog import CATALOG
from tests.support.database import cloned_database
from tests.support.running import Running, running, tekun

NAMES = ("chromium", "chromium-browser", "google-chrome")
# Nothing that a browser does of its own accord may look like something that the page did.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
DESKTOP, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    program = next((found for found in map(shutil.which, NAMES) if found), None)
    if program is None:
        assert not os.environ.get("TEKUN_REQUIRE_BROWSER"), "TEKUN_REQUIRE_BROWSER is set, and there is no browser"
        pytest.skip(f"none of {', '.join(NAMES)} is installed")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def url(server_url: str) -> Iterator[str]:
    with cloned_database(server_url) as url:
        yield url


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("browser")


@pytest.fixture(scope="module")
def server(folder: Path, url: str) -> Iterator[Running]:
    with running(folder, "serve", "--port", "0", DATABASE_URL=url) as server:
        yield server


class Visit:
    """One page, with everything kept that it asked of anybody and that it complained of."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.elsewhere: list[str] = []
        self.complaints: list[str] = []
        page.on("console", lambda message: self.complaints.append(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.route("**/*", self._on_loopback_only)

    def _on_loopback_only(self, route: Route) -> None:
        parts = urlsplit(route.request.url)
        if parts.scheme in {"data", "blob"} or parts.hostname in {"127.0.0.1", "localhost"}:
            route.continue_()
        else:
            self.elsewhere.append(route.request.url)
            route.abort()


@pytest.fixture(params=[DESKTOP, PHONE], ids=["desktop", "phone"])
def visit(browser: Browser, request: pytest.FixtureRequest) -> Iterator[Visit]:
    context = browser.new_context(viewport=request.param, locale="en-US", service_workers="block")
    page = context.new_page()
    page.set_default_timeout(15_000)
    yield Visit(page)
    context.close()


def picture(visit: Visit, name: str) -> None:
    """For a person to look at, where somebody asks for it."""
    folder = os.environ.get("TEKUN_SCREENSHOTS")
    if folder:
        width = (visit.page.viewport_size or DESKTOP)["width"]
        visit.page.screenshot(path=Path(folder) / f"{name}-{width}.png")


def assert_fits(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), "it scrolls sideways"


def test_a_call_from_the_pages(server: Running, folder: Path, url: str, visit: Visit) -> None:
    token = tekun(folder, "token", "--as", "dosen", DATABASE_URL=url).stdout.strip()
    me = httpx.get(f"{server.url}/v1/me", headers={"Authorization": f"Bearer {token}"}).json()
    page = visit.page
    page.goto(f"{server.url}/docs")
    operations = page.locator(".opblock")
    expect(operations.first).to_be_visible()
    document: dict[str, Any] = httpx.get(f"{server.url}/openapi.json").json()
    assert operations.count() == sum(len(item) for item in document["paths"].values())
    picture(visit, "docs")
    assert_fits(page)

    page.locator(".auth-wrapper .authorize").first.click()
    page.locator(".auth-container input").fill(token)
    page.locator(".auth-btn-wrapper .authorize").click()
    page.locator(".auth-btn-wrapper .btn-done").click()
    operation = page.locator("#operations-Me-getMe")
    operation.locator(".opblock-summary-control").click()
    operation.locator(".execute").click()
    answer = operation.locator(".live-responses-table")
    expect(answer.locator("tr.response .response-col_status").first).to_contain_text("200")
    expect(answer.locator("tr.response .response-col_description").first).to_contain_text(me["id"])
    operation.scroll_into_view_if_needed()
    picture(visit, "docs-answer")
    assert_fits(page)
    assert visit.elsewhere == []
    assert visit.complaints == []


def test_the_catalog_of_errors(server: Running, visit: Visit) -> None:
    page = visit.page
    page.goto(f"{server.url}/docs/errors#course.not_found")
    rows = page.locator("tbody tr")
    assert rows.count() == len(CATALOG)
    row = page.locator("tr:target")
    expect(row).to_be_in_viewport()
    expect(row).to_contain_text("Kursus tidak ditemukan")
    expect(row).to_contain_text("Course not found")
    picture(visit, "errors")
    assert_fits(page)
    assert (visit.elsewhere, visit.complaints) == ([], [])


def test_what_is_elsewhere_would_be_noticed(browser: Browser, server: Running) -> None:
    """Without the policy that forbids it to our own pages."""
    context = browser.new_context(bypass_csp=True)
    visit = Visit(context.new_page())
    visit.page.goto(f"{server.url}/health/live")
    visit.page.evaluate("fetch('https://cdn.example.org/a.js').catch(() => null)")
    assert visit.elsewhere == ["https://cdn.example.org/a.js"]
    assert visit.complaints
    context.close()

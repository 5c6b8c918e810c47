"""The report as a browser shows it: nothing missing, nothing fetched, nothing run."""

from __future__ import annotations

import html
import json
import os
import re
import shutil
import subprocess

import pytest

import equity as eq

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
WIDE, NARROW = 1280, 520
SECONDS = 60
DRAWS = 20
HOSTILE = """<img src="x" onerror="document.title='ran'"><script>document.title='ran'</script>"""
# Put at the end of a copy of the page: what the browser made of it.
PROBE = """
<script>
const list = (selector, use) => [...document.querySelectorAll(selector)].map(use);
const found = {
  title: document.title,
  heading: document.querySelector("h1").innerText,
  fetched: performance.getEntriesByType("resource").map(entry => entry.name),
  targets: list("nav a", link => [link.hash, !!document.querySelector(link.hash)]),
  pictures: list("svg", svg => svg.getBoundingClientRect()).map(box => [box.width, box.height]),
  wider: document.documentElement.scrollWidth - document.documentElement.clientWidth,
  empty: list("section", part => [part.id, part.innerText.length]),
};
const said = document.createElement("pre");
said.id = "found";
said.textContent = JSON.stringify(found);
document.body.append(said);
</script>
"""


@pytest.fixture(scope="module")
def browser():
    found = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found is None:
        message = f"no browser is there; looked for {', '.join(BROWSERS)}"
        if os.environ.get("CI") == "true":
            pytest.fail(message)
        pytest.skip(message)
    return found


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    return eq.assess("shrimp-haccp", draws=DRAWS).to_html(
        tmp_path_factory.mktemp("report") / "report.html"
    )


def look(browser, page, folder, width=WIDE):
    """Open a copy of the page that ends with the probe, and return what the probe found."""
    copy = folder / "page.html"
    copy.write_text(page.read_text(encoding="utf-8") + PROBE, encoding="utf-8")
    command = [
        browser, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
        f"--user-data-dir={folder / 'profile'}", f"--window-size={width},900",
        "--dump-dom", copy.as_uri(),
    ]  # fmt: skip
    done = subprocess.run(
        command, capture_output=True, text=True, check=True, timeout=SECONDS, cwd=folder
    )
    text = re.search(r'<pre id="found">(.*?)</pre>', done.stdout, flags=re.DOTALL)
    return json.loads(html.unescape(text[1]))


def test_every_part_shows_and_every_link_leads_somewhere(browser, report, tmp_path):
    found = look(browser, report, tmp_path)
    assert "HACCP" in found["heading"]
    assert found["targets"]
    assert all(there for _, there in found["targets"]), found["targets"]
    assert found["pictures"]
    assert all(width > 100 and height > 50 for width, height in found["pictures"])
    assert all(length > 50 for _, length in found["empty"]), found["empty"]


def test_nothing_is_fetched(browser, report, tmp_path):
    assert look(browser, report, tmp_path)["fetched"] == []


@pytest.mark.parametrize("width", [WIDE, NARROW])
def test_the_page_is_no_wider_than_the_window(browser, report, tmp_path, width):
    assert look(browser, report, tmp_path, width)["wider"] <= 0


def test_text_of_a_standard_is_shown_and_not_run(browser, tmp_path):
    source = eq.load_standard("shrimp-haccp")
    own = source.model_copy(update={"name": HOSTILE, "summary": HOSTILE})
    page = eq.assess(own, draws=DRAWS).to_html(tmp_path / "report.html")
    found = look(browser, page, tmp_path)
    assert found["heading"] == HOSTILE
    assert found["title"].startswith("<img")
    assert found["fetched"] == []

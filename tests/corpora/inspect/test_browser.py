"""The report in a real browser: silent, asking for nothing, sorted by mouse and by keyboard, whole in print."""

import shutil

import pytest

import corpora

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium on the path")


@pytest.fixture
def browser():
    """A page of Chromium, and what it complained of or asked for."""
    playwright = pytest.importorskip("playwright.sync_api", reason="needs playwright")
    with playwright.sync_playwright() as started:
        chromium = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        page, heard = chromium.new_page(viewport={"width": 1280, "height": 900}), []
        page.on("console", lambda message: heard.append(message.text))
        page.on("pageerror", lambda error: heard.append(str(error)))
        page.on("request", lambda request: heard.append(request.url))
        yield page, heard
        chromium.close()


@pytest.fixture
def opened(browser, tokens, tmp_path):
    """The page of a report of three datasets, opened."""
    page, heard = browser
    samples = [corpora.transform(tokens, "sample", rate=rate) for rate in (0.5, 0.1)]
    out = corpora.report([*samples, tokens, corpora.transform(tokens, "shuffle")], tmp_path / "r.html")
    page.goto(out.as_uri())
    assert [line for line in heard if line != out.as_uri() and not line.startswith("data:")] == []
    return page


def column(page, number: int) -> list[str]:
    """A column of the first table."""
    return page.locator(f"table >> nth=0 >> tbody tr > :nth-child({number})").all_inner_texts()


@pytest.mark.slow
def test_tables_sort_by_click_and_by_enter(opened):
    header = opened.locator("table >> nth=0 >> thead th:nth-child(3) button")
    header.click()
    rows = [int(text.replace(",", "")) for text in column(opened, 3)]
    assert rows == sorted(rows, reverse=True)
    header.focus()
    opened.keyboard.press("Enter")
    assert [int(text.replace(",", "")) for text in column(opened, 3)] == sorted(rows)
    assert opened.locator("thead th[aria-sort=ascending]").count() == 1


@pytest.mark.slow
def test_the_first_tab_leads_to_the_content_and_names_sort_as_names(opened):
    opened.keyboard.press("Tab")
    assert opened.evaluate("document.activeElement.textContent") == "Skip to the content"
    opened.locator("table >> nth=0 >> thead th:nth-child(1) button").click()
    names = column(opened, 1)
    assert names == sorted(names, key=str.lower) and "corpus-tokens" in names


@pytest.mark.slow
@pytest.mark.parametrize("width", [1280, 700, 360])
def test_the_page_fits_any_width(opened, width):
    opened.set_viewport_size({"width": width, "height": 900})
    assert opened.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.slow
def test_it_prints(opened):
    assert opened.pdf(format="A4").startswith(b"%PDF")
    opened.emulate_media(media="print")
    opened.set_viewport_size({"width": 688, "height": 1000})  # A4 within its margins
    assert not opened.locator("nav").is_visible()
    assert opened.evaluate("document.documentElement.scrollWidth") <= 688

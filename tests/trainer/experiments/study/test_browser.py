"""The report in a real browser: it fits, follows light and dark, sorts, and its figures download."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from trainer.experiments.study.held_out import HeldOut
from trainer.experiments.study.reports.page import report_content, to_html
from trainer.experiments.study.run_results import RunResults
from trainer.experiments.study.transfer import Noise, Transfer

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
pytestmark = [pytest.mark.slow, pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium on the path")]


def run(name: str, kl: float, noises: tuple[str, ...] = (), kind: str = "distill") -> RunResults:
    """A run with its fidelity on 50 sequences."""
    sums = tuple((10 * kl * np.random.default_rng(1).gamma(2.0, 0.5, 50)).tolist())
    found = HeldOut("apart@1", "t", name, tuple(range(50)), (0,) * 50, (10,) * 50, sums, (5,) * 50)
    transfer = Transfer(name, name, 10, 1000, None, tuple(map(Noise, noises))) if kind == "distill" else None
    held_out = {"kl": [found.mean("kl")]}
    return RunResults(name, Path(name), {"kind": kind}, transfer, {}, held_out=held_out, measured=(found,))


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """The report of four runs in Chromium; nothing is asked for but the file itself."""
    playwright = pytest.importorskip("playwright.sync_api", reason="needs playwright")
    runs = [run("natural-text", 0.2), run("rand", 0.3, ("shuffle",)), run("gen", 0.4, ("generate",))]
    made = report_content([run("start", 0.9, kind="start"), *runs], preset="sanh9", networks=None, title="A report")
    path = tmp_path_factory.mktemp("page") / "r.html"
    path.write_text(to_html(made), encoding="utf-8")
    with playwright.sync_playwright() as started:
        chromium = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        opened, heard = chromium.new_page(), []
        opened.on("console", lambda message: heard.append(message.text))
        opened.on("pageerror", lambda error: heard.append(str(error)))
        opened.on("request", lambda request: heard.append(request.url))
        opened.goto(path.as_uri())
        assert [line for line in heard if line != path.as_uri() and not line.startswith("data:")] == []
        yield opened
        chromium.close()


@pytest.mark.parametrize("width", [1280, 400])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_fits_and_its_figures_follow_the_scheme(page: Any, width: int, scheme: str) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    text = page.locator("figure svg text:visible").first
    channels = text.evaluate("node => getComputedStyle(node).fill.match(/\\d+/g).map(Number)")
    assert (min(channels) > 150) == (scheme == "dark")
    assert page.locator("figure svg:visible").count() == page.locator("figure").count()


def test_the_first_screen_holds_a_picture_and_at_most_three_sentences(page: Any) -> None:
    page.set_viewport_size({"width": 1280, "height": 900})
    page.emulate_media(color_scheme="light")
    box = page.locator("section.answer").first.bounding_box()
    assert box["y"] + box["height"] < 900 and 1 <= page.locator("section.answer >> nth=0 >> p").count() <= 3


def test_tables_sort_by_a_click_with_dashes_last(page: Any) -> None:
    header = page.locator("table >> nth=0 >> thead th:nth-child(4) button")
    header.click()
    cells = page.locator("table >> nth=0 >> tbody tr > :nth-child(4)").all_inner_texts()
    assert [float(cell) for cell in cells] == sorted(map(float, cells), reverse=True)
    page.locator("table >> nth=0 >> thead th:nth-child(3) button").click()
    assert page.locator("table >> nth=0 >> tbody tr:last-child > :nth-child(3)").inner_text() == "–"


@pytest.mark.parametrize(("kind", "beginning"), [("svg", "<?xml"), ("csv", "question,first,second")])
def test_a_figure_downloads(page: Any, kind: str, beginning: str) -> None:
    with page.expect_download() as waiting:
        page.locator(f"figure >> nth=0 >> a[download$='.{kind}']").click()
    assert waiting.value.suggested_filename == f"composition.{kind}"
    assert Path(waiting.value.path()).read_text(encoding="utf-8").startswith(beginning)

"""The page of one version, and how values print."""

import time
from xml.etree import ElementTree

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import corpora
from corpora.store.pages.page import cell
from corpora.store.pages.values import LongText, Share, Size
from corpora.store.pages.version_page import histogram, write_page


def test_the_page_says_what_the_version_is(tokens, tmp_path):
    write_page(tokens.path, tokens.manifest)
    page = (tokens.path / "report.html").read_text(encoding="utf-8")
    assert tokens.reference in page and "tokenize" in page and page.count("number-of") >= 8


def test_the_page_is_written_within_half_a_second(tokens):
    write_page(tokens.path, tokens.manifest)  # imports and the template
    started = time.process_time()
    write_page(tokens.path, tokens.manifest)
    assert time.process_time() - started < 0.5


def test_a_histogram_holds_each_share_once_and_is_an_element():
    element = ElementTree.fromstring(histogram(np.bincount(np.random.default_rng(1).poisson(20, 5_000)), "tokens"))
    bars = [float(bar.get("height")) for bar in element.iter("{http://www.w3.org/2000/svg}rect")]
    assert 20 < len(bars) < 40 and max(bars) == pytest.approx(152, abs=1)


def test_long_rows_share_bars_and_nothing_is_drawn_as_nothing():
    wide = histogram(np.bincount(np.random.default_rng(1).integers(0, 60_000, 100_000)), "tokens")
    assert 90 <= wide.count("<rect") <= 97
    assert histogram(np.zeros(5, int), "words") == ""


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, "–"), (True, "yes"), (1234567, "1,234,567"), (23.0, "23"), (0.0123456, "0.01235"),
        (Size(204_800_000), "204.8 MB"), (Size(999), "999 B"), (Size(999_990_000), "1.0 GB"),
        (Share(0.1), "10 %"), (Share(1.0), "100 %"), ("text", "text"),
    ],
)  # fmt: skip
def test_values_print_as_people_read_them(value, shown):
    assert cell(value) == shown


def test_long_texts_are_cut_at_a_word_and_whole_for_programs():
    long = LongText("A licence that goes on and on, " * 10)
    assert cell(long).endswith("and on …") or cell(long).endswith(" …")
    assert len(cell(long)) <= 82 and len(long.full) == 310


def test_the_page_of_a_row_of_many_megabytes_is_small_and_quick(home, tmp_path):

    pq.write_table(pa.table({"text": ["short row", "many words, " * 500_000]}), tmp_path / "rows.parquet")
    started = time.process_time()
    made = corpora.transform(f"parquet:{tmp_path}", "sample", rate=1.0, name="long")
    assert time.process_time() - started < 10
    page = (made.path / "report.html").read_text(encoding="utf-8")
    assert "many words, many words" in page and " …" in page and page.count("many words") < 100

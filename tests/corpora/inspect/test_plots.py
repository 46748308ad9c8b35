"""Figures: well-formed, the same for the same counts, and readable without colour."""

from xml.etree import ElementTree

import numpy as np
import pytest

from corpora.errors import OptionError
from corpora.inspect.plots import COLOURS, growth_figure, lengths_figure, rank_frequency_figure, save, svg

HISTOGRAM = np.bincount(np.random.default_rng(1).poisson(20, 5_000))
COUNTS = (1e6 / np.arange(1, 30_000)).astype(np.int64)
CURVE = [[10**k, 4 * int(10 ** (0.6 * k))] for k in range(1, 8)]


def figures():
    return {
        "lengths": lengths_figure({"ten": HISTOGRAM, "shuffled": HISTOGRAM[::-1]}),
        "ranks": rank_frequency_figure({"ten": COUNTS, "generated": COUNTS[:9_000]}),
        "growth": growth_figure({"ten": CURVE, "half": CURVE[:4]}),
    }


@pytest.mark.parametrize("name", ["lengths", "ranks", "growth"])
def test_a_figure_is_one_small_element_that_says_what_it_shows(name):
    text = svg(figures()[name], description='Lengths of "ten" & others')
    element = ElementTree.fromstring(text)
    assert (element.get("role"), element.get("aria-label")) == ("img", 'Lengths of "ten" & others')
    assert len(text) < 60_000
    assert "ten" in text


@pytest.mark.parametrize(
    "name", ["lengths", *(pytest.param(name, marks=pytest.mark.slow) for name in ("ranks", "growth"))]
)
def test_the_same_counts_give_the_same_bytes(name):
    assert svg(figures()[name], description="x") == svg(figures()[name], description="x")


def test_lines_differ_in_colour_and_in_style():
    lines = growth_figure({str(i): CURVE for i in range(9)}).axes[0].get_lines()
    assert len({(line.get_color(), line.get_linestyle()) for line in lines}) == 9
    assert len({line.get_linestyle() for line in lines[:4]}) == 4
    assert {line.get_color() for line in lines[:7]} == set(COLOURS)


def test_shares_of_lengths_add_up():
    [line] = lengths_figure({"ten": HISTOGRAM}).axes[0].get_lines()
    assert np.sum(line.get_ydata()) == pytest.approx(100, abs=0.6)


def test_long_rows_are_drawn_in_bins():
    wide = np.bincount(np.random.default_rng(1).integers(0, 60_000, 100_000))
    [line] = lengths_figure({"long": wide}).axes[0].get_lines()
    assert len(line.get_xdata()) <= 240
    assert np.mean(line.get_ydata()) == pytest.approx(100 / 60_000, rel=0.02)


def test_ranks_begin_with_the_most_frequent():
    [line] = rank_frequency_figure({"ten": np.array([1, 0, 6, 3])}).axes[0].get_lines()
    assert line.get_xdata().tolist() == [1, 2, 3]
    assert line.get_ydata().tolist() == [0.6, 0.3, 0.1]


def test_nothing_is_drawn_as_nothing():
    for empty in (lengths_figure({"none": np.zeros(0, int)}), rank_frequency_figure({}), growth_figure({"none": []})):
        assert "nothing to show" in svg(empty, description="x")


@pytest.mark.slow
@pytest.mark.parametrize(("ending", "start"), [("svg", b"<?xml"), ("png", b"\x89PNG"), ("pdf", b"%PDF")])
def test_figures_are_saved_for_papers(tmp_path, ending, start):
    path = tmp_path / f"growth.{ending}"
    save(figures()["growth"], path)
    assert path.read_bytes().startswith(start)


def test_another_ending_is_refused(tmp_path):
    with pytest.raises(OptionError, match=r"figures can be saved as \.svg, \.png, \.pdf"):
        save(figures()["growth"], tmp_path / "growth.gif")

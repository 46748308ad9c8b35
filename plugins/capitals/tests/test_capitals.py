"""The capitals plugin, as users meet it."""

import numpy as np
import pytest

from corpora import Context, Sequences, registry
from corpora.testing import check_statistic

plugin = pytest.importorskip("corpora_capitals", reason="pip install -e plugins/capitals")


def test_it_keeps_the_contract_of_statistics():
    check_statistic(plugin.Capitals)


def test_shares_by_hand():
    block = Sequences.from_rows([b"Ab c", b"NO 1", b"...", b"I"], np.uint8)
    counts = plugin.Capitals().count(block, Context())
    assert plugin.Capitals().summarise(counts) == {"capital_share": round(4 / 6, 6), "shouted_share": round(1 / 3, 6)}


def test_it_is_offered_under_its_name():
    assert registry.find("statistics", "capitals") is plugin.Capitals


def test_show_counts_it(tmp_path, monkeypatch, capsys):
    from corpora.cli import main

    monkeypatch.setenv("CORPORA_HOME", str(tmp_path))
    for line in (["build", "toy", "--books", "1", "--articles", "2"], ["show", "toy", "--statistic", "capitals"]):
        with pytest.raises(SystemExit, match="0"):
            main(line)
    assert "capitals capital share" in capsys.readouterr().out

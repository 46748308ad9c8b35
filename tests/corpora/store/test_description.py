"""What is said of a version: its figures, and statistics counted on demand."""

import json
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pytest

import corpora
from corpora import Statistic
from corpora.store.description import summaries
from corpora.store.store import default_store

PLUGIN = """
from dataclasses import dataclass
from typing import ClassVar
import numpy as np
from corpora import Statistic, hookimpl

@dataclass(frozen=True)
class Ends(Statistic):
    "How many rows end in a full stop."
    name: ClassVar[str] = "ends"
    of: ClassVar[str] = "sentences"
    def count(self, block, context):
        return {"ends": np.array([(block.values[block.offsets[1:] - 1] == ord(".")).sum()])}
    def summarise(self, counts):
        return {"full_stops": int(counts["ends"][0]), "table": [1, 2]}

@hookimpl
def corpora_statistics():
    return [Ends]
"""


@dataclass(frozen=True)
class Rows(Statistic):
    """Rows, and how often they were counted."""

    name: ClassVar[str] = "rows"
    of: ClassVar[str] = "both"
    calls: ClassVar[list[int]] = []

    def count(self, block, context):
        self.calls.append(len(block))
        return {"rows": np.array([len(block)])}

    def summarise(self, counts):
        return {"rows": int(counts["rows"][0])}


@pytest.mark.slow
def test_a_statistic_of_a_plugin_is_shown(run, corpus, tmp_path):
    (tmp_path / "ends.py").write_text(PLUGIN)
    call = ["--plugin", tmp_path / "ends.py", "show", "corpus", "--statistic", "ends", "--statistic", "repeats"]
    lines = run(*call).out.splitlines()
    assert "ends full stops            480" in lines and "ends table                 [1, 2]" in lines
    shown = json.loads(run(*call, "--json").out)["statistics"]
    assert shown["ends"]["full_stops"] == corpus.rows == 480 and {"sizes", "repeats"} <= set(shown)


def test_a_statistic_is_counted_once_and_then_read(corpus, offer):
    offer(statistics=[Rows])
    first = summaries(default_store(), corpus, ["rows"])
    before = len(Rows.calls)
    assert summaries(default_store(), corpus, ["rows"]) == first == {"rows": {"rows": corpus.rows}}
    assert len(Rows.calls) == before


def test_a_statistic_of_the_other_kind_is_refused(corpus):
    with pytest.raises(corpora.OptionError, match="the statistic bigrams reads datasets of tokens; corpus@"):
        summaries(default_store(), corpus, ["bigrams"])


def test_a_misspelt_statistic_gets_near_matches(run, corpus):
    assert (
        "no statistic is named repeat; did you mean repeats"
        in run("show", "corpus", "--statistic", "repeat", code=2).err
    )


def test_show_prints_what_was_counted_of_each_kind_once(run, corpus, tokens):
    said = {
        name: [line[:26].strip() for line in run("show", name).out.splitlines()] for name in ("corpus", tokens.name)
    }
    assert {"words", "mean words per sentence", "longest"} <= set(said["corpus"])
    assert {"types", "unknown rate", "unigram entropy bits", "mean length", "longest"} <= set(said[tokens.name])
    assert all(len(keys) == len(set(keys)) for keys in said.values())

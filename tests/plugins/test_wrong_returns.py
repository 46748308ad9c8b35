"""Plugins whose methods return what their contract does not say: one line that names component, method and type."""

import pytest

import corpora
from corpora import PluginError, registry

WRONG = '''
from dataclasses import dataclass
from typing import ClassVar
import numpy as np
from corpora import (
    Filter, Selection, Shard, Source, Splitter, Statistic, TextTransform, TokenTransform, hookimpl
)

@dataclass(frozen=True)
class Filters(Filter):
    """Says true."""
    name: ClassVar[str] = "wrong-filter"
    def reject(self, document): return True

@dataclass(frozen=True)
class Splits(Splitter):
    """Gives the text back."""
    name: ClassVar[str] = "wrong-splitter"
    def split(self, paragraph): return paragraph

@dataclass(frozen=True)
class Reads(Source):
    """Gives texts without documents."""
    name: ClassVar[str] = "wrong-source"
    def shards(self): return [Shard("a")]
    def read(self, shard): yield "A text."

@dataclass(frozen=True)
class Parts(Source):
    """Gives names for shards."""
    name: ClassVar[str] = "wrong-shards"
    def shards(self): return ["a"]
    def read(self, shard): yield from ()

@dataclass(frozen=True)
class Counts(Statistic):
    """Counts into a list."""
    name: ClassVar[str] = "wrong-counts"
    of: ClassVar[str] = "both"
    def count(self, block, context): return [1]
    def summarise(self, counts): return {}

@dataclass(frozen=True)
class Summary(Statistic):
    """Tells in words."""
    name: ClassVar[str] = "wrong-summary"
    of: ClassVar[str] = "both"
    def count(self, block, context): return {"a": np.zeros(1)}
    def summarise(self, counts): return "many"

@dataclass(frozen=True)
class Rewrites(TextTransform):
    """Gives nothing back."""
    name: ClassVar[str] = "wrong-text"
    def rewrite(self, sentence, rng): pass

@dataclass(frozen=True)
class Applies(TokenTransform):
    """Gives a list back."""
    name: ClassVar[str] = "wrong-tokens"
    def apply(self, block, context, rng): return [[1]]

@dataclass(frozen=True)
class Orders(Selection):
    """Gives keys of another type."""
    name: ClassVar[str] = "wrong-order"
    def order(self, block, context, seed): return np.zeros(len(block))

@hookimpl
def corpora_filters(): return [Filters]
@hookimpl
def corpora_splitters(): return [Splits]
@hookimpl
def corpora_sources(): return [Reads, Parts]
@hookimpl
def corpora_statistics(): return [Counts, Summary]
@hookimpl
def corpora_transforms(): return [Rewrites, Applies, Orders]
'''
ACTIONS = {
    "wrong-filter.reject returned bool; it must return a few words, or None": lambda texts: corpora.build(
        f"texts:folder={texts}", filters=["wrong-filter"]
    ),
    "wrong-splitter.split returned str; it must return a list of sentences": lambda texts: corpora.build(
        f"texts:folder={texts}", splitter="wrong-splitter"
    ),
    "wrong-source.read returned str; it must return documents and rejects": lambda _: corpora.build("wrong-source"),
    "wrong-shards.shards returned str; it must return a sequence of Shard": lambda _: corpora.build("wrong-shards"),
    "wrong-text.rewrite returned NoneType; it must return str": lambda _: corpora.transform("corpus", "wrong-text"),
    "apply returned list; it must return Sequences": lambda _: corpora.transform("corpus-tokens", "wrong-tokens"),
    "wrong-order.order returned float64 .* it must return uint64 .*, one key per row": lambda _: corpora.transform(
        "corpus-tokens", "wrong-order", rate=0.5
    ),
}


@pytest.fixture
def wrong(tmp_path):
    """The components of this file, by a plugin file."""
    file = tmp_path / "wrong.py"
    file.write_text(WRONG, encoding="utf-8")
    registry.use_files([file])
    yield file
    plugin = registry.manager.get_plugin(str(file))
    registry.manager.unregister(plugin)
    registry._files.pop()


@pytest.mark.parametrize("told", ACTIONS)
def test_an_action_names_component_and_method_and_what_it_must_return(wrong, tokens, texts, told):
    with pytest.raises(PluginError, match=told):
        ACTIONS[told](texts)


@pytest.mark.parametrize(
    ("name", "method"), [("wrong-counts", "count"), pytest.param("wrong-summary", "summarise", marks=pytest.mark.slow)]
)
def test_a_statistic_is_told_apart_by_its_method(run, wrong, corpus, name, method):
    told = run("show", "corpus", "--statistic", name, "--plugin", wrong, code=1).err
    assert f"{name}.{method} returned" in told and "it must return a dict of" in told


@pytest.mark.slow
def test_what_an_author_counted_before_a_change_is_not_taken_for_what_the_change_counts(run, corpus, tmp_path):
    file, code = tmp_path / "mine.py", WRONG.replace('return "many"', 'return {"a": float(counts["a"].sum())}')
    for times in (1, 2):
        file.write_text(code.replace("np.zeros(1)", f"np.full(1, {times} * len(block))"), encoding="utf-8")
        assert (
            f'"a": {float(times * corpus.rows)}'
            in run("show", "corpus", "--statistic", "wrong-summary", "--json", "--plugin", file).out
        )


def test_a_warning_is_said_once(run, tmp_path):
    file = tmp_path / "broken.py"
    file.write_text(WRONG.replace('name: ClassVar[str] = "wrong-text"', ""), encoding="utf-8")
    done = run("transform", "shufle", "x", "--plugin", file, code=2)
    assert done.err.count("transforms not offered") == 1

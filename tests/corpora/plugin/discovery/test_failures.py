"""An error in a plugin's own code is reported with its file, its line and what was being read."""

import random
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pytest

import corpora
from corpora import Document, Filter, Splitter, TextTransform

pytestmark = pytest.mark.usefixtures("home")


@dataclass(frozen=True)
class Fails(TextTransform):
    """Fails at one sentence."""

    name: ClassVar[str] = "fails"
    sentence: ClassVar[str] = ""

    def rewrite(self, sentence, rng):
        """The sentence, unless it is the one."""
        return {}[sentence] if sentence == self.sentence else sentence


def test_a_transform_names_file_line_and_row(corpus, offer, monkeypatch):
    offer(transforms=[Fails])
    monkeypatch.setattr(Fails, "sentence", next(corpus.batches())["text"][12].as_py())
    line = Fails.rewrite.__code__.co_firstlineno + 2
    place = f"test_failures.py, line {line}, row 12: KeyError"
    with pytest.raises(corpora.PluginError, match=f"^fails: rewrite failed in {place}"):
        corpora.transform(corpus, "fails")


def test_a_filter_names_the_document(offer):
    @dataclass(frozen=True)
    class Divides(Filter):
        """Divides by nothing."""

        name: ClassVar[str] = "divides"

        def reject(self, document: Document) -> str | None:
            """Never."""
            return str(1 / 0)

    offer(filters=[Divides])
    with pytest.raises(
        corpora.PluginError, match=r"divides: reject failed in test_failures.py, line \d+, document \S+: Z"
    ):
        corpora.build("toy:books=1,articles=1", filters=["divides"])


def test_a_splitter_names_the_paragraph(offer):
    @dataclass(frozen=True)
    class Indexes(Splitter):
        """Looks behind the end."""

        name: ClassVar[str] = "indexes"

        def split(self, paragraph: str) -> list[str]:
            """Never."""
            return [paragraph[10**6]]

    offer(splitters=[Indexes])
    with pytest.raises(
        corpora.PluginError, match=r"indexes: split failed in .*, document \S+, paragraph 1: IndexError"
    ):
        corpora.build("toy:books=1,articles=1", splitter="indexes")


@pytest.mark.parametrize("draw", [random.random, np.random.random])
def test_a_noise_that_draws_from_global_chance_is_caught_when_it_is_built(corpus, offer, draw):
    @dataclass(frozen=True)
    class Dice(TextTransform):
        """Shouts at random."""

        name: ClassVar[str] = "dice"

        def rewrite(self, sentence, rng):
            """In capitals, or not."""
            return sentence.upper() if draw() < 0.5 else sentence

    offer(transforms=[Dice])
    with pytest.raises(
        corpora.PluginError, match=r"dice gave two results for the same rows .*take all randomness from rng"
    ):
        corpora.transform(corpus, "dice")


def test_a_name_that_another_component_has_fails_the_check(offer):
    @dataclass(frozen=True)
    class Mine(TextTransform):
        """Has the name of a built-in transform."""

        name: ClassVar[str] = "shuffle"

        def rewrite(self, sentence, rng):
            """The sentence."""
            return sentence

    from corpora import testing

    with pytest.raises(testing.ContractBroken, match=r"shuffle: a transform already has this name \(built in\)"):
        testing.check_transform(Mine)

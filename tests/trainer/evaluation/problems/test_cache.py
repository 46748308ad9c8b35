"""Features are made once for the same content, and anew for any other."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from trainer.evaluation.finetuning.settings import Settings
from trainer.evaluation.problems.cache import FeatureCache
from trainer.evaluation.problems.encoders import load_encoder
from trainer.evaluation.problems.features import Reader
from trainer.evaluation.problems.lookup import problem_of
from trainer.plugin import Examples, Head

PROBLEM = problem_of(Head("classification", ("accuracy",), ("no", "yes")))
SETTINGS = Settings("test", 1e-4)
EXAMPLES = Examples(["the cat", "a dog ran"], None, [0, 1], ["1", "2"])


@pytest.fixture(scope="module")
def reader(student: Path) -> Reader:
    return load_encoder(student, PROBLEM).reader


def test_the_same_content_is_tokenized_once_for_every_reader_of_it(reader: Reader, student: Path) -> None:
    cache = FeatureCache()
    first = cache.features(PROBLEM, EXAMPLES, reader, SETTINGS, train=True)
    other = load_encoder(student, PROBLEM).reader
    assert cache.features(PROBLEM, EXAMPLES.take([0, 1]), other, SETTINGS, train=True) is first


@pytest.mark.parametrize("change", ["text", "label", "order", "length", "types", "train"])
def test_other_content_is_tokenized_anew(reader: Reader, change: str) -> None:
    cache = FeatureCache()
    first = cache.features(PROBLEM, EXAMPLES, reader, SETTINGS, train=True)
    examples = {
        "text": replace(EXAMPLES, first=["the cat", "a dog sat"]),
        "label": replace(EXAMPLES, gold=[1, 1]),
        "order": EXAMPLES.take([1, 0]),
    }.get(change, EXAMPLES)
    settings = replace(SETTINGS, length=8) if change == "length" else SETTINGS
    other = replace(reader, types=not reader.types) if change == "types" else reader
    assert cache.features(PROBLEM, examples, other, settings, train=change != "train") is not first


def test_the_least_recently_used_features_go_first(reader: Reader) -> None:
    cache = FeatureCache(most_tokens=20)
    kept = [cache.features(PROBLEM, EXAMPLES.take([row] * 2), reader, SETTINGS, train=True) for row in (0, 1)]
    assert cache.features(PROBLEM, EXAMPLES.take([0, 0]), reader, SETTINGS, train=True) is kept[0]
    cache.features(PROBLEM, EXAMPLES, reader, SETTINGS, train=True)
    assert cache.features(PROBLEM, EXAMPLES.take([0, 0]), reader, SETTINGS, train=True) is kept[0]
    assert cache.features(PROBLEM, EXAMPLES.take([1, 1]), reader, SETTINGS, train=True) is not kept[1]

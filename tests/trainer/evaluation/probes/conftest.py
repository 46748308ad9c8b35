"""Tiny models, pairs and held-out rows for probes."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
import torch

from trainer.evaluation.probes import LoadedModel, find_model
from trainer.runtime import precision_for
from trainer.testing import tiny_model_folder

PAIRS = [
    ("morphology", "agreement", "the cats sleep", "the cats sleeps"),
    ("morphology", "agreement", "a dog runs", "a dog run"),
    ("morphology", "plural", "those cats sat", "those cat sat"),
    ("syntax", "island", "who should you see ?", "who should see you it ?"),
]


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny BERT that spells words letter by letter."""
    return tiny_model_folder(tmp_path_factory.mktemp("models") / "small")


@pytest.fixture(scope="session")
def teacher(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Another one."""
    return tiny_model_folder(tmp_path_factory.mktemp("models") / "teacher", layers=3, seed=1)


@pytest.fixture(scope="session")
def subject() -> Callable[..., LoadedModel]:
    """A model folder as probes see it."""

    def make(folder: Path, teacher: LoadedModel | None = None) -> LoadedModel:
        found, device = find_model(folder), torch.device("cpu")
        precision = precision_for("fp32", device)
        return LoadedModel(
            found.name, found.folder, found.load, found.longest, found.vocabulary, device, precision, teacher
        )

    return make


@pytest.fixture
def pairs(tmp_path: Path) -> Path:
    """Four pairs of three paradigms in two fields, under our names."""
    names = ("field", "paradigm", "good", "bad")
    return written(tmp_path / "pairs.jsonl", [dict(zip(names, pair, strict=True)) for pair in PAIRS])


@pytest.fixture
def blimp(tmp_path: Path) -> Path:
    """The same as BLiMP's folder: a gzipped file for each paradigm, under BLiMP's names."""
    folder = tmp_path / "blimp"
    folder.mkdir()
    for paradigm in dict.fromkeys(pair[1] for pair in PAIRS):
        names = ("field", "UID", "sentence_good", "sentence_bad")
        lines = [dict(zip(names, pair, strict=True)) for pair in PAIRS if pair[1] == paradigm]
        written(folder / f"{paradigm}.jsonl.gz", lines)
    return folder


@pytest.fixture
def held_out(model: Path, home: Path, texts: Path) -> str:
    """A token dataset made with the tiny model's tokenizer."""
    import corpora

    corpora.build(f"texts:folder={texts}", name="held", duplicates="keep")
    return corpora.tokenize("held", tokenizer=str(model)).reference


def written(path: Path, lines: Sequence[object]) -> Path:
    """JSONL, gzipped where the name says so."""
    content = "".join(json.dumps(line) + "\n" for line in lines).encode()
    path.write_bytes(gzip.compress(content) if path.suffix == ".gz" else content)
    return path

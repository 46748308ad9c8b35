"""Parameters, sizes and times of models side by side."""

from __future__ import annotations

from pathlib import Path

import pytest

from corpora import StorageError
from trainer.errors import ModelError
from trainer.evaluation.measurement import measure
from trainer.evaluation.results import read_sealed


def test_parameters_and_sizes_are_those_of_the_body(student: Path) -> None:
    from transformers import AutoModel

    made = measure([student], rows=5, passes=1).models[0]
    assert made.parameters == sum(p.numel() for p in AutoModel.from_pretrained(student).parameters())
    assert made.weights_bytes == 4 * made.parameters < made.disk_bytes


def test_ratios_are_to_the_first_model_and_results_are_sealed(student: Path, tmp_path: Path, save_model) -> None:
    small = save_model(tmp_path / "small", vocabulary=10)
    made = measure([student, small], rows=5, passes=1, out=tmp_path / "m.json")
    assert made.ratios(made.models[0])["parameters"] == 1.0 and made.ratios(made.models[1])["parameters"] > 1.0
    assert (
        read_sealed(tmp_path / "m.json")["models"][1]["ratios"]["parameters"]
        == made.ratios(made.models[1])["parameters"]
    )


def test_every_sentence_is_timed_as_often_as_there_are_passes(student: Path) -> None:
    made = measure([student], rows=7, passes=3)
    assert (made.rows, made.passes) == (7, 3)
    assert 0 < made.models[0].median_seconds <= made.models[0].p95_seconds


def test_a_model_with_a_decoder_is_refused_in_one_line(tmp_path: Path) -> None:
    from transformers import T5Config, T5Model

    T5Model(T5Config(vocab_size=40, d_model=8, d_kv=4, d_ff=8, num_layers=1, num_heads=2)).save_pretrained(tmp_path)
    with pytest.raises(ModelError, match="is a t5 with a decoder; only encoders can be timed"):
        measure([tmp_path], rows=2, passes=1)


def test_a_result_that_could_not_be_written_is_refused_before_timing(student: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    turns: list[str] = []
    with pytest.raises(StorageError, match="file is not a folder"):
        measure([student], rows=2, out=tmp_path / "file" / "m.json", progress=lambda what, *_: turns.append(what))
    assert not turns


def test_a_folder_without_a_model_is_one_clear_error(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="is not a model folder"):
        measure([tmp_path])
    with pytest.raises(ModelError, match="no models given"):
        measure([])

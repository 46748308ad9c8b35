"""Minimal pairs: both file formats, sums, macro means, and files that are not pairs."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest

from trainer import Findings, Probe, Stratum
from trainer.errors import ProbeError
from trainer.evaluation.probes import LoadedModel
from trainer.plugin import registry
from trainer.testing import check_probe

Make = Callable[..., LoadedModel]


def probe(pairs: Path, **options: int) -> Probe:
    """The probe, as the command line makes it."""
    cls = registry.find("probes", "minimal-pairs")
    made = cls.from_options({"pairs": pairs, **options})
    assert isinstance(made, Probe)
    return made


def by_name(findings: Findings) -> Mapping[tuple[str, str], Stratum]:
    return {(stratum.split, stratum.name): stratum for stratum in findings.strata}


@pytest.mark.slow
def test_it_keeps_the_contract_of_probes(pairs: Path) -> None:
    check_probe(probe(pairs))


def test_fields_and_the_whole_are_means_over_paradigms(subject: Make, model: Path, pairs: Path) -> None:
    found = by_name(probe(pairs).measure(subject(model)))
    rates = {name: found["paradigm", name].estimates["accuracy"].value for name in ("agreement", "plural", "island")}
    assert found["paradigm", "agreement"].count == 2
    assert found["paradigm", "agreement"].within == "morphology"
    assert found["field", "morphology"].estimates["accuracy"].value == (rates["agreement"] + rates["plural"]) / 2
    assert found["all", "all"].estimates["accuracy"].value == pytest.approx(sum(rates.values()) / 3)


def test_a_pair_is_right_where_the_good_sentence_is_likelier(subject: Make, model: Path, pairs: Path) -> None:
    loaded = subject(model)
    lines = [json.loads(line) for line in pairs.read_text(encoding="utf-8").splitlines()]
    good, bad = (loaded.log_likelihoods([line[side] for line in lines]) for side in ("good", "bad"))
    assert probe(pairs).measure(loaded).units.sums["accuracy"].tolist() == (good > bad).tolist()


def test_equal_sentences_count_as_wrong(subject: Make, model: Path, tmp_path: Path) -> None:
    line = {"field": "f", "paradigm": "p", "good": "the cat", "bad": "the cat"}
    (tmp_path / "same.jsonl").write_text(json.dumps(line), encoding="utf-8")
    assert probe(tmp_path / "same.jsonl").measure(subject(model)).strata[0].estimates["accuracy"].value == 0


@pytest.mark.slow
def test_blimps_folder_of_gzipped_files_is_read(subject: Make, model: Path, pairs: Path, blimp: Path) -> None:
    ours, theirs = (by_name(probe(path).measure(subject(model))) for path in (pairs, blimp))
    assert ours == theirs


def test_blimps_two_spellings_of_a_field_are_one(subject: Make, model: Path, tmp_path: Path) -> None:
    lines = (
        {"sentence_good": "the cat", "sentence_bad": "cat the", "field": field, "UID": paradigm}
        for field, paradigm in (("syntax/semantics", "one"), ("syntax_semantics", "two"))
    )
    (tmp_path / "pairs.jsonl").write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    found = by_name(probe(tmp_path / "pairs.jsonl").measure(subject(model)))
    assert [name for split, name in found if split == "field"] == ["syntax/semantics"]


@pytest.mark.slow
def test_the_first_pairs_of_each_paradigm_are_taken(subject: Make, model: Path, pairs: Path) -> None:
    found = by_name(probe(pairs, **{"pairs-per-paradigm": 1}).measure(subject(model)))
    assert [found["paradigm", name].count for name in ("agreement", "plural", "island")] == [1, 1, 1]
    assert probe(pairs, **{"pairs-per-paradigm": 1}).inputs(subject(model)) != probe(pairs).inputs(subject(model))


def test_pairs_with_unknown_words_are_counted(subject: Make, model: Path, tmp_path: Path) -> None:
    line = {"field": "f", "paradigm": "p", "good": "the \N{SNOWMAN} sat", "bad": "the cat"}
    (tmp_path / "unknown.jsonl").write_text(json.dumps(line), encoding="utf-8")
    assert "1 of 1 pairs contain [UNK]" in probe(tmp_path / "unknown.jsonl").measure(subject(model)).notes[0]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ('{"good": "a", "bad": "b", "field": "f"}', r"line 1: no text under 'paradigm'; each line is a JSON object"),
        ('{"good": "a", "field": "f", "paradigm": "p"}', "no text under 'bad'"),
        ('{"good": 3, "bad": "b", "field": "f", "paradigm": "p"}', "no text under 'good'"),
        ('["a", "b"]', "no text under 'good'"),
        ("good\tbad", "line 1: not JSON"),
        ("\n", "has no pairs"),
    ],
)
def test_what_is_not_a_pair_is_one_clear_line(
    subject: Make, model: Path, tmp_path: Path, content: str, message: str
) -> None:
    (tmp_path / "wrong.jsonl").write_text(content, encoding="utf-8")
    with pytest.raises(ProbeError, match=message):
        probe(tmp_path / "wrong.jsonl").inputs(subject(model))


@pytest.mark.slow
def test_files_that_cannot_be_read_are_named(subject: Make, model: Path, tmp_path: Path) -> None:
    (tmp_path / "cut.jsonl.gz").write_bytes(b"\x1f\x8b\x08\x00cut")
    (tmp_path / "empty").mkdir()
    for name, message in (
        ("cut.jsonl.gz", "cannot be read"),
        ("nowhere", "does not exist"),
        ("empty", "has no file"),
    ):
        with pytest.raises(ProbeError, match=message):
            probe(tmp_path / name).inputs(subject(model))


@pytest.mark.slow
@pytest.mark.real_data
def test_blimp_has_67_paradigms(subject: Make, model: Path, real: Path) -> None:
    findings = probe(real / "blimp", **{"pairs-per-paradigm": 1}).measure(subject(model))
    assert sum(stratum.split == "paradigm" for stratum in findings.strata) == 67
    assert np.sum(findings.units.counts) == 67


@pytest.mark.parametrize("line", ["[" * 9000, "9" * 5000, r'{"good": "\ud800", "bad": "b", "field": "f", "UID": "p"}'])
def test_a_line_that_no_tokenizer_could_read_is_named(tmp_path: Path, line: str) -> None:
    (tmp_path / "pairs.jsonl").write_text("\n" + line + "\n")
    with pytest.raises(ProbeError, match=r"pairs.jsonl, line 2: not JSON"):
        probe(tmp_path / "pairs.jsonl").inputs(None)  # type: ignore[arg-type]


def test_a_small_compressed_file_with_an_endless_line_is_refused_before_it_fills_memory(tmp_path: Path) -> None:
    path = tmp_path / "pairs.jsonl.gz"
    path.write_bytes(gzip.compress(b" " * 20_000_000))
    with pytest.raises(ProbeError, match=r"line 1 has 1,000,000 bytes or more"):
        probe(path).inputs(None)  # type: ignore[arg-type]

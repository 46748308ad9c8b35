"""Probes run: results found again by content, refused when edited, compared; bad input found before any work."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from corpora import OptionError
from trainer import Probe
from trainer.cli.evaluation.probe import show
from trainer.errors import ModelError, NoLanguageModelHead, ProbeError, ResultDamaged, VocabularyMismatch
from trainer.evaluation.probes import (
    ProbeReport,
    chosen_probes,
    probe,
    probe_difference,
    probe_rows,
    read_results,
    write_page,
)
from trainer.testing import tiny_model_folder


@pytest.fixture
def wanted(pairs: Path) -> list[Probe]:
    return chosen_probes(pairs=pairs)


@pytest.fixture
def probed(model: Path, teacher: Path, wanted: list[Probe], tmp_path: Path) -> list[ProbeReport]:
    return probe([model, teacher], wanted, out=tmp_path / "out")


def test_a_result_that_is_there_is_not_measured_again(
    model: Path, wanted: list[Probe], probed: list[ProbeReport], tmp_path: Path
) -> None:
    again = probe([model], wanted, out=tmp_path / "out")
    assert again[0].results == probed[0].results


def test_other_pairs_are_measured_anew(model: Path, pairs: Path, probed: list[ProbeReport], tmp_path: Path) -> None:
    again = probe([model], chosen_probes(pairs=pairs, pairs_per_paradigm=1), out=tmp_path / "out")
    assert again[0].results[0].overall.count == 3
    assert len(list((tmp_path / "out" / "small" / "cells").glob("*.json"))) == 2


def test_readers_find_the_last_result_by_the_name_of_the_probe(probed: list[ProbeReport]) -> None:
    found = read_results(probed[0].folder)
    assert found["minimal-pairs"].strata == probed[0].results[0].strata


def test_an_edited_result_is_refused(
    probed: list[ProbeReport], model: Path, wanted: list[Probe], tmp_path: Path
) -> None:
    (cell,) = (probed[0].folder / "cells").glob("*.json")
    cell.write_text(cell.read_text().replace('"count": 4', '"count": 5'))
    with pytest.raises(ResultDamaged, match="was edited"):
        probe([model], wanted, out=tmp_path / "out")


def test_edited_units_are_refused(probed: list[ProbeReport]) -> None:
    next((probed[0].folder / "cells").glob("*.npz")).write_bytes(b"other")
    with pytest.raises(ResultDamaged, match="missing or was edited"):
        read_results(probed[0].folder)


def test_differences_are_paired_and_signed(probed: list[ProbeReport]) -> None:
    one, other = (made.folder / "minimal-pairs.json" for made in probed)
    apart, back = probe_difference(one, other, "accuracy"), probe_difference(other, one, "accuracy")
    values = [made.results[0].overall.estimates["accuracy"].value for made in probed]
    assert apart is not None and back is not None
    assert apart.difference == pytest.approx(values[0] - values[1]) == pytest.approx(-back.difference)
    assert apart.low <= apart.difference <= apart.high
    same = probe_difference(one, one, "accuracy")
    assert same is not None and (same.low, same.high) == (0, 0)


def test_results_on_other_pairs_have_no_difference(probed: list[ProbeReport], teacher: Path, pairs: Path) -> None:
    (other,) = probe([teacher], chosen_probes(pairs=pairs, pairs_per_paradigm=1), out=pairs.parent / "other")
    here, there = (made.folder / "minimal-pairs.json" for made in (probed[0], other))
    assert probe_difference(here, there, "accuracy") is None


def test_rows_hold_every_figure(probed: list[ProbeReport]) -> None:
    rows = list(probe_rows([made.results[0] for made in probed]))
    assert [row.model for row in rows].count("small") == len(rows) / 2 == 6
    assert {row.split for row in rows} == {"all", "field", "paradigm"}


def test_the_page_holds_every_figure_and_nothing_from_elsewhere(probed: list[ProbeReport], tmp_path: Path) -> None:
    write_page(probed, tmp_path / "page" / "probes.html")
    text = (tmp_path / "page" / "probes.html").read_text(encoding="utf-8")
    assert all(name in text for name in ("small", "teacher", "agreement", "morphology"))
    assert text.count("<title>small, ") == 6 + 1
    assert "http://" not in text and "https://" not in text


def test_a_model_without_a_masked_lm_head_is_refused_before_work(
    model: Path, wanted: list[Probe], tmp_path: Path
) -> None:
    from transformers import BertConfig, BertForSequenceClassification

    folder = tmp_path / "classifier"
    shutil.copytree(model, folder)
    BertForSequenceClassification(BertConfig.from_pretrained(folder)).save_pretrained(folder)
    with pytest.raises(NoLanguageModelHead, match="classifier has no masked-language-model head"):
        probe([model, folder], wanted, out=tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_decoder_is_refused_as_one_not_as_a_model_that_has_lost_its_head(
    model: Path, wanted: list[Probe], tmp_path: Path
) -> None:
    from transformers import GPT2Config, GPT2LMHeadModel

    folder = tmp_path / "gpt2"
    shutil.copytree(model, folder)
    GPT2LMHeadModel(GPT2Config(n_layer=1, n_embd=16, n_head=2, vocab_size=40)).save_pretrained(folder)
    with pytest.raises(ModelError, match="gpt2 cannot be probed: gpt2 is not a known family; known: bert"):
        probe([folder], wanted, out=tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_another_vocabulary_than_the_teachers_is_refused(model: Path, held_out: str, tmp_path: Path) -> None:
    folder = tiny_model_folder(tmp_path / "other")
    path = folder / "tokenizer.json"
    path.write_text(path.read_text().replace('"the"', '"der"'))
    with pytest.raises(VocabularyMismatch, match="2 pieces, such as 'der'"):
        probe([folder], chosen_probes(held_out=held_out), teacher=model, out=tmp_path / "out")


def test_fidelity_needs_a_teacher(model: Path, held_out: str) -> None:
    with pytest.raises(ProbeError, match="compares a model with its teacher; add --teacher DIR"):
        probe([model], chosen_probes(held_out=held_out))


@pytest.mark.slow
def test_the_student_as_it_starts_is_probed_from_its_run(
    model: Path, held_out: str, pairs: Path, tmp_path: Path
) -> None:
    from trainer import distill

    options = {"student": "layers:1", "budget": "updates=1", "sequences": 4}
    outcome = distill(held_out, model, tmp_path / "run", options=options)
    made = probe([f"start:{outcome.folder}", outcome.folder], chosen_probes(held_out=held_out, rows=20), teacher=model)
    assert [one.model for one in made] == ["run (start)", "run"]
    start, end = (one.results[0].overall.estimates["kl"].value for one in made)
    assert start != end
    start_notes, end_notes = (" ".join(one.results[0].notes) for one in made)
    assert (
        "run was trained on" in end_notes and "so it is not held out" in end_notes and "trained on" not in start_notes
    )
    assert made[0].folder == tmp_path / "run" / "probes" / "start"


CARD = {"preset": "study", "recipe": {}, "dataset": {"name": "d", "fingerprint": "f", "rows": 1, "tokens": 1}}


def test_a_start_whose_teacher_moved_asks_for_it(model: Path, wanted: list[Probe], tmp_path: Path) -> None:
    teacher = {"model": "teacher", "folder": "/nowhere/teacher", "weights": "0"}
    card = {**CARD, "kind": "distill", "teacher": teacher}
    (tmp_path / "run.json").write_text(json.dumps(card))
    with pytest.raises(ProbeError, match="no longer in /nowhere/teacher; give it with --teacher DIR"):
        probe([f"start:{tmp_path}"], wanted)
    with pytest.raises(ProbeError, match="are not those of the run's teacher"):
        probe([f"start:{tmp_path}"], wanted, teacher=model)


def test_a_tokenizer_of_another_model_is_refused(wanted: list[Probe], tmp_path: Path) -> None:
    folder = tiny_model_folder(tmp_path / "wide")
    path = folder / "tokenizer.json"
    path.write_text(path.read_text().replace('"the": 89', '"the": 500'))
    with pytest.raises(VocabularyMismatch, match="has ids up to 500"):
        probe([folder], wanted)


def test_only_a_distillation_has_a_start(model: Path, wanted: list[Probe], tmp_path: Path) -> None:
    with pytest.raises(ProbeError, match="it has no run.json"):
        probe([f"start:{model}"], wanted)
    (tmp_path / "run.json").write_text(json.dumps({**CARD, "kind": "pretrain"}))
    with pytest.raises(ProbeError, match="is a pretrain run; start: works only with a distillation"):
        probe([f"start:{tmp_path}"], wanted)


def test_tables_leave_long_splits_to_details(probed: list[ProbeReport], capsys: pytest.CaptureFixture[str]) -> None:
    show(probed, details=False)
    told = capsys.readouterr().out
    assert "good sentence preferred" in told and "agreement" in told and "teacher" in told


def test_the_command_prints_json_and_writes_a_page(
    run: Callable[..., SimpleNamespace], model: Path, pairs: Path, tmp_path: Path
) -> None:
    line = ("probe", model, "--pairs", pairs, "--out", tmp_path / "out", "--page", tmp_path / "probes.html", "--json")
    found = json.loads(run(*line, program="trainer").out)
    assert found[0]["results"][0]["strata"][0]["count"] == 4
    assert (tmp_path / "probes.html").is_file()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "nothing to measure: give --pairs FILE, --held-out NAME, or --probe NAME"),
        ({"pairs_per_paradigm": 3}, "pairs-per-paradigm needs pairs: --pairs FILE"),
        ({"rows": 3}, "rows needs a held-out dataset: --held-out NAME"),
    ],
)
def test_options_that_ask_for_nothing_are_one_clear_line(options: dict[str, int], message: str) -> None:
    with pytest.raises(OptionError, match=message):
        chosen_probes(**options)  # type: ignore[arg-type]


def test_a_student_with_a_part_of_the_vocabulary_is_compared_over_its_pieces(
    model: Path, home: Path, tmp_path: Path
) -> None:
    import corpora
    from trainer import distill

    (tmp_path / "texts").mkdir()
    (tmp_path / "texts" / "one.txt").write_text(
        "The cat sat near the mill.\n\nThe dog ran past the other mill.\n\n" * 20
    )
    corpora.build(f"texts:folder={tmp_path / 'texts'}", name="some", duplicates="keep")
    held_out = corpora.tokenize("some", tokenizer=str(model)).reference
    options = {"student": "layers:2,vocabulary=89", "budget": "updates=1", "sequences": 4, "learning-rate": 1e-3}
    outcome = distill(held_out, model, tmp_path / "run", options=options)
    asked = chosen_probes(held_out=held_out, rows=20)
    made = probe([f"start:{outcome.folder}", outcome.folder], asked, teacher=model)
    start, end = (one.results[0].overall.estimates["kl"].value for one in made)
    assert start == pytest.approx(0, abs=1e-6) and end > 1e-4

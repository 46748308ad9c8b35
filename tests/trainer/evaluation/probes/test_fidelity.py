"""Stratified fidelity: its values by the plain formula, and strata that add up to the whole."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import AutoModelForMaskedLM, AutoTokenizer

from trainer import Findings, Probe, ProbeError
from trainer.builtin.probes.fidelity.measurement import choose, compare
from trainer.builtin.probes.fidelity.tagging import spelled
from trainer.evaluation.probes import LoadedModel
from trainer.plugin import registry
from trainer.testing import check_probe

Make = Callable[..., LoadedModel]


def probe(held_out: str, **options: object) -> Probe:
    """The probe, as the command line makes it."""
    made = registry.find("probes", "fidelity").from_options({"held-out": held_out, "rows": 60, **options})
    assert isinstance(made, Probe)
    return made


@pytest.fixture
def findings(subject: Make, model: Path, teacher: Path, held_out: str) -> Findings:
    return probe(held_out).measure(subject(model, subject(teacher)))


@pytest.mark.slow
def test_it_keeps_the_contract_of_probes(model: Path, teacher: Path, held_out: str) -> None:
    check_probe(probe(held_out), model=model, teacher=teacher)


@pytest.mark.slow
def test_strata_add_up_to_the_whole(findings: Findings) -> None:
    counts: dict[str, int] = defaultdict(int)
    totals: dict[tuple[str, str], float] = defaultdict(float)
    for stratum in findings.strata:
        counts[stratum.split] += stratum.count
        for metric, found in stratum.estimates.items():
            totals[stratum.split, metric] += found.total or 0.0
    assert set(counts) == {"all", "frequency", "position", "length", "piece"}
    assert len(set(counts.values())) == 1
    for metric in ("kl", "agreement"):
        values = [total for (_, of), total in totals.items() if of == metric]
        assert values == pytest.approx([values[0]] * 5, rel=1e-13)


@pytest.mark.slow
def test_values_are_those_of_the_plain_formula(subject: Make, model: Path, teacher: Path) -> None:
    ids = [np.array([7, 9, 12, 8]), np.array([20, 21])]
    masked = choose(ids, {0, 1, 2, 3, 4}, rate=0.6, seed=1)
    student = subject(model, subject(teacher))
    found = compare(student, subject(teacher), ids, masked)
    for n, (row, place) in enumerate(zip(masked.rows, masked.places, strict=True)):
        given = ids[row].copy()
        given[masked.places[masked.rows == row]] = student.tokenizer.mask_token_id
        whole = torch.tensor([[2, *given.tolist(), 3]])
        with torch.no_grad():
            t, s = (
                AutoModelForMaskedLM.from_pretrained(folder).eval()(input_ids=whole).logits[0, place + 1].double()
                for folder in (teacher, model)
            )
        t, s = t.log_softmax(0), s.log_softmax(0)
        assert found["kl"][n] == pytest.approx(float((t.exp() * (t - s)).sum()), abs=1e-5)
        assert found["agreement"][n] == float(t.argmax() == s.argmax())


@pytest.mark.slow
def test_a_model_agrees_with_itself(subject: Make, model: Path, held_out: str) -> None:
    (whole, *_) = probe(held_out).measure(subject(model, subject(model))).strata
    assert whole.estimates["kl"].value == pytest.approx(0, abs=1e-6)
    assert whole.estimates["agreement"].value == 1


def test_the_seed_decides_which_tokens_are_masked() -> None:
    ids = [np.arange(5, 60)]
    same = [choose(ids, set(), rate=0.3, seed=3).places.tolist() for _ in range(2)]
    assert same[0] == same[1] != choose(ids, set(), rate=0.3, seed=4).places.tolist()
    assert 5 not in choose(ids, {5}, rate=0.9, seed=3).ids


@pytest.mark.slow
def test_parts_of_speech_come_from_a_spacy_model(
    subject: Make, model: Path, teacher: Path, held_out: str, tmp_path: Path
) -> None:
    import spacy

    pipeline = spacy.blank("en")
    ruler = pipeline.add_pipe("attribute_ruler")
    ruler.add([[{"LOWER": "hello"}]], {"POS": "INTJ"})  # type: ignore[attr-defined]
    ruler.add([[{"IS_PUNCT": True}]], {"POS": "PUNCT"})  # type: ignore[attr-defined]
    pipeline.to_disk(tmp_path / "tagger")
    made = probe(held_out, tagger=str(tmp_path / "tagger"), **{"mask-rate": 0.5})
    findings = check_probe(made, model=model, teacher=teacher)
    counts = {s.name: s.count for s in findings.strata if s.split == "part of speech"}
    assert set(counts) == {"INTJ", "PUNCT", "untagged"}
    assert made.inputs(subject(model))["tagger"] != probe(held_out).inputs(subject(model))["tagger"]


@pytest.mark.slow
def test_without_a_tagging_model_it_says_how_to_get_one(findings: Findings) -> None:
    assert any("python -m spacy download en_core_web_sm" in note for note in findings.notes)


@pytest.mark.parametrize(
    ("tagger", "message"), [("no_such_model", "not an installed spaCy model"), ("blank", "not tag")]
)
def test_a_tagger_that_cannot_tag_is_refused(
    subject: Make, model: Path, held_out: str, tmp_path: Path, tagger: str, message: str
) -> None:
    if tagger == "blank":
        import spacy

        spacy.blank("en").to_disk(tmp_path / "blank")
        tagger = str(tmp_path / "blank")
    with pytest.raises(ProbeError, match=message):
        probe(held_out, tagger=tagger).inputs(subject(model))


def test_words_are_spelled_from_their_pieces(model: Path) -> None:
    tokenizer = AutoTokenizer.from_pretrained(model)
    pieces = tokenizer.tokenize("the cat sat.")
    starts = [not piece.startswith("##") for piece in pieces]
    assert spelled(pieces, starts) == ["the", "cat", "sat", "."]

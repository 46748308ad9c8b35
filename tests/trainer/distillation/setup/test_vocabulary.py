"""Students with a part of their teacher's vocabulary: trained, resumed, saved, and what is refused."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import torch
from transformers import AutoModelForMaskedLM, AutoTokenizer

import corpora
from corpora import OptionError, Sequences
from trainer import Callback, Run, TransferError, distill
from trainer.data import Rows
from trainer.distillation.objective.gradients import Engine
from trainer.models.families import packed_logits
from trainer.plugin.discovery import registry
from trainer.runtime.precision import precision_for
from trainer.testing import tiny_model_folder

OPTIONS = {
    "sequences": 4, "budget": "updates=4", "student": "layers:1,vocabulary=89", "log-every": 1,
    "micro-batch-tokens": "64", "checkpoint-every": "2",
}  # fmt: skip
KEPT = torch.tensor([0, 1, 2, 3, 4, 7, 8, 11, 20, 21, 33, 40, 49])


@pytest.fixture
def teacher(tmp_path: Path) -> Path:
    """A teacher that knows 90 pieces, among which `the` is the only one that is not a single character."""
    return tiny_model_folder(tmp_path / "teacher", layers=2)


@pytest.fixture
def tokens(home: Path, tmp_path: Path, teacher: Path) -> str:
    texts = tmp_path / "texts"
    texts.mkdir()
    (texts / "one.txt").write_text("The cat sat near the mill.\n\nThe dogs ran past the old other mill.\n\n" * 20)
    corpora.build(f"texts:folder={texts}", name="texts", duplicates="keep")
    return corpora.tokenize("texts", tokenizer=str(teacher)).reference


class Cut(Callback):
    """A power cut after the third update."""

    name = "cut"

    def on_step(self, run: Run, record: Any) -> None:
        """Break."""
        if record["update"] == 3:
            raise RuntimeError("power cut")


def card(run: Path) -> dict[str, Any]:
    content: dict[str, Any] = json.loads((run / "run.json").read_text(encoding="utf-8"))
    return content


def test_the_teacher_reads_its_own_ids_and_its_distribution_is_renormalised(make: ModuleType) -> None:
    teacher, student = make.bert(2).double(), make.bert(1, seed=1, words=len(KEPT)).double()
    exact = precision_for("fp32", torch.device("cpu"))
    loss = registry.make("losses", "soft-target:temperature=2")
    engine = Engine(student, teacher, [loss], precision=exact, kept=KEPT, chunk=7)
    packed = make.packed()
    packed = replace(packed, input_ids=packed.input_ids % len(KEPT), labels=packed.labels)
    engine.backward(packed, make.counts(packed))
    with torch.no_grad():
        theirs = packed_logits(teacher, replace(packed, input_ids=KEPT[packed.input_ids]))
    wanted = theirs.div(2).softmax(1)[:, KEPT]
    wanted = wanted / wanted.sum(1, keepdim=True)
    found = make.gradients(student)
    student.zero_grad()
    ours = packed_logits(student, packed).div(2).log_softmax(1)
    plain = 4 * (wanted * (wanted.log() - ours)).sum(1).mean()
    plain.backward()
    assert torch.allclose(found, make.gradients(student), rtol=0, atol=1e-12)
    assert float(engine.evaluate(packed)[0]) / packed.tokens == pytest.approx(float(plain.detach()), abs=1e-12)


@pytest.mark.parametrize("shape", ["layers:1", "distilbert:1"])
def test_a_student_is_saved_with_its_own_vocabulary(shape: str, teacher: Path, tokens: str, tmp_path: Path) -> None:
    options = {**OPTIONS, "student": f"{shape},vocabulary=89", "loss": ["soft-target", "masked-lm", "cosine"]}
    outcome = distill(tokens, teacher, tmp_path / "run", options=options)
    student, tokenizer = (kind.from_pretrained(outcome.student) for kind in (AutoModelForMaskedLM, AutoTokenizer))
    assert (student.config.vocab_size, len(tokenizer), tokenizer.convert_tokens_to_ids("the")) == (89, 89, 1)
    assert student.get_output_embeddings().weight.shape[0] == len(student.get_output_embeddings().bias) == 89
    kept = card(tmp_path / "run")["vocabulary"]
    assert (kept["pieces"], len(kept["sha256"]), kept["unknown"]) == (89, 64, 0.0)
    assert kept["tokens_before"] < card(tmp_path / "run")["dataset"]["tokens"]


def test_before_its_first_update_a_student_of_all_layers_is_its_teacher(
    teacher: Path, tokens: str, tmp_path: Path
) -> None:
    options = {**OPTIONS, "student": "layers:2,vocabulary=89", "budget": "updates=0"}
    outcome = distill(tokens, teacher, tmp_path / "run", options=options)
    models = [AutoModelForMaskedLM.from_pretrained(place).eval() for place in (teacher, outcome.student)]
    asked = AutoTokenizer.from_pretrained(outcome.student)("the cat", return_tensors="pt")["input_ids"]
    pieces = AutoTokenizer.from_pretrained(outcome.student).convert_ids_to_tokens(range(89))
    kept = torch.tensor(AutoTokenizer.from_pretrained(teacher).convert_tokens_to_ids(pieces))
    with torch.no_grad():
        theirs, ours = models[0](kept[asked]).logits[..., kept], models[1](asked).logits
    assert torch.allclose(ours, theirs, atol=1e-5)


@pytest.mark.slow
def test_a_run_that_breaks_and_is_resumed_ends_with_the_same_bytes(
    teacher: Path, tokens: str, tmp_path: Path, make: ModuleType
) -> None:
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    distill(tokens, teacher, whole, options=OPTIONS)
    with pytest.raises(RuntimeError, match="power cut"):
        distill(tokens, teacher, broken, options=OPTIONS, watch=[Cut()])
    distill(out=broken, resume=True)
    assert make.weights_hash(broken / "student") == make.weights_hash(whole / "student")
    assert card(broken)["vocabulary"] == card(whole)["vocabulary"]
    same = [(place / "student" / "tokenizer.json").read_bytes() for place in (whole, broken)]
    assert same[0] == same[1]


def test_the_whole_vocabulary_gives_the_same_bytes_as_none(
    teacher: Path, tokens: str, tmp_path: Path, make: ModuleType
) -> None:
    for name, shape in (("none", "layers:1"), ("all", "layers:1,vocabulary=90")):
        distill(tokens, teacher, tmp_path / name, options={**OPTIONS, "student": shape})
    assert make.weights_hash(tmp_path / "none" / "student") == make.weights_hash(tmp_path / "all" / "student")
    assert "vocabulary" not in card(tmp_path / "all")


def test_held_out_text_is_measured_in_the_students_pieces(teacher: Path, tokens: str, tmp_path: Path) -> None:
    (tmp_path / "apart").mkdir()
    (tmp_path / "apart" / "other.txt").write_text("The cat saw the other dog near the old mill.\n\n" * 3)
    corpora.build(f"texts:folder={tmp_path / 'apart'}", name="apart", duplicates="keep")
    options = {**OPTIONS, "held-out": "apart", "student": "layers:2,vocabulary=89", "budget": "updates=1"}
    distill(tokens, teacher, tmp_path / "run", options={**options, "learning-rate": 1e-9})
    record = json.loads((tmp_path / "run" / "log.jsonl").read_text(encoding="utf-8").splitlines()[-1])
    assert record["held_out"]["kl"] == pytest.approx(0, abs=1e-6)
    assert record["held_out"]["top1_agreement"] == 1


@pytest.mark.slow
def test_rows_that_become_too_long_are_cut_and_none_of_their_tokens_is_lost(
    teacher: Path, tokens: str, tmp_path: Path
) -> None:
    config = json.loads((teacher / "config.json").read_text())
    whole = corpora.open(tokens)
    longest = max(len(ids) for batch in whole.batches() for ids in batch.column("input_ids").to_pylist())
    small = tiny_model_folder(tmp_path / "small", positions=longest + 2)
    distill(tokens, small, tmp_path / "run", options={**OPTIONS, "budget": "epochs=1"})
    free = distill(tokens, teacher, tmp_path / "free", options={**OPTIONS, "budget": "updates=1"})
    assert config["max_position_embeddings"] > longest + 2
    about, wide = card(tmp_path / "run")["dataset"], card(free.folder)["dataset"]
    assert about["tokens"] == wide["tokens"] and about["rows"] > wide["rows"]


@pytest.mark.parametrize(
    ("size", "said"), [(91, "91, but the teacher's has only 90"), (12, "12; 5 special .* at least 89")]
)
def test_a_vocabulary_that_cannot_be_is_one_line_before_any_work(
    size: int, said: str, teacher: Path, tokens: str, tmp_path: Path
) -> None:
    with pytest.raises(OptionError, match=said) as found:
        distill(tokens, teacher, tmp_path / "run", options={**OPTIONS, "student": f"layers:1,vocabulary={size}"})
    assert "\n" not in str(found.value) and not (tmp_path / "run" / "run.json").exists()


def test_a_vocabulary_that_leaves_too_much_unknown_is_refused_with_the_share(tmp_path: Path, make: ModuleType) -> None:
    teacher = make.teacher_folder(tmp_path / "teacher")
    ids = np.repeat(np.arange(5, 50), 4)
    rows = Rows([Sequences.from_rows(ids.reshape(-1, 9))], name="made", tokenizer_file=teacher / "tokenizer.json")
    with pytest.raises(OptionError, match=r"with these pieces 11.11% of the tokens of made would be \[UNK\], and with"):
        distill(rows, teacher, tmp_path / "run", options={**OPTIONS, "student": "layers:1,vocabulary=45"})


def test_ids_without_a_tokenizer_are_refused(tmp_path: Path, make: ModuleType) -> None:
    teacher = make.teacher_folder(tmp_path / "teacher")
    with pytest.raises(TransferError, match=r"made has ids without a tokenizer.json, so they cannot be converted"):
        distill(make.rows(9), teacher, tmp_path / "run", options={**OPTIONS, "student": "layers:1,vocabulary=45"})

"""Teachers and students of RoBERTa's family, end to end: byte-level pieces, positions counted from the padding id."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from tokenizers import ByteLevelBPETokenizer
from transformers import AutoModelForMaskedLM, AutoTokenizer, RobertaConfig, RobertaForMaskedLM, RobertaTokenizerFast

import corpora
from trainer import IdsBeyondVocabulary, ModelError, VocabularyMismatch, distill, evaluate
from trainer.data.packing import pack
from trainer.models.families import packed_logits, use_packed_attention

OPTIONS = {"sequences": 32, "budget": "updates=4", "log-every": 1, "learning-rate": 5e-3}
SPECIAL = ["<s>", "<pad>", "</s>", "<unk>", "<mask>"]


@pytest.fixture
def teacher(corpus: Any, tmp_path: Path) -> Path:
    """A RoBERTa of three layers that reads 30 tokens, with pieces learnt on the corpus; its padding id is 1."""
    folder = tmp_path / "roberta"
    folder.mkdir()
    texts = [text for batch in corpus.batches() for text in batch.column("text").to_pylist()]
    pieces = ByteLevelBPETokenizer()
    pieces.train_from_iterator(texts, vocab_size=300, special_tokens=SPECIAL)
    pieces.save_model(str(folder))
    tokenizer = RobertaTokenizerFast(str(folder / "vocab.json"), str(folder / "merges.txt"))
    tokenizer.save_pretrained(folder)
    torch.manual_seed(0)
    config = RobertaConfig(
        vocab_size=len(tokenizer), hidden_size=16, num_hidden_layers=3, num_attention_heads=2, intermediate_size=32,
        max_position_embeddings=32, type_vocab_size=1, pad_token_id=1, bos_token_id=0, eos_token_id=2,
    )  # fmt: skip
    RobertaForMaskedLM(config).save_pretrained(folder)
    return folder


@pytest.mark.parametrize(
    "student", ["layers:2", "layers:2,start=uniform,positions=frozen", "layers:3,start=first", "layers:1,start=random"]
)
def test_a_student_of_the_teachers_class_learns_from_sentences_and_opens_in_transformers(
    student: str, teacher: Path, corpus: Any, tmp_path: Path
) -> None:
    outcome = distill(corpus.reference, teacher, tmp_path / "run", options={**OPTIONS, "student": student})
    log = [json.loads(line) for line in (tmp_path / "run" / "log.jsonl").read_text(encoding="utf-8").splitlines()]
    assert log[-1]["loss"] < log[0]["loss"]
    opened, tokenizer = AutoModelForMaskedLM.from_pretrained(outcome.student), AutoTokenizer.from_pretrained(teacher)
    said = "Document 3 says hello"
    assert AutoTokenizer.from_pretrained(outcome.student)(said)["input_ids"] == tokenizer(said)["input_ids"]
    assert isinstance(opened, RobertaForMaskedLM)
    theirs = AutoModelForMaskedLM.from_pretrained(teacher).roberta.embeddings.position_embeddings.weight
    assert torch.equal(opened.roberta.embeddings.position_embeddings.weight, theirs) == ("frozen" in student)


def test_rows_are_as_long_as_the_teacher_reads_and_no_longer(teacher: Path, corpus: Any, tmp_path: Path) -> None:
    distill(corpus.reference, teacher, tmp_path / "run", options={**OPTIONS, "student": "layers:1"})
    card = json.loads((tmp_path / "run" / "run.json").read_text(encoding="utf-8"))
    assert card["dataset"]["lineage"]["made_by"]["settings"]["max_tokens"] == 30
    long = corpora.tokenize(corpus, tokenizer=teacher, unit="packed:64", name="long")
    with pytest.raises(IdsBeyondVocabulary, match=r"a row of \d+ tokens .* maximum is 30; .*--max-tokens 30"):
        distill(long.reference, teacher, tmp_path / "long", options={**OPTIONS, "student": "layers:1"})


@pytest.mark.parametrize("padding", [0, 1, 5])
def test_positions_are_those_of_the_model_alone_whatever_its_padding_id(padding: int) -> None:
    torch.manual_seed(0)
    shape = {"hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 32}
    config = RobertaConfig(vocab_size=50, max_position_embeddings=40, pad_token_id=padding, **shape)
    model = RobertaForMaskedLM(config).double().train(False)
    rows = [np.arange(10, 10 + length) for length in (3, 9, 30)]
    packed = pack(rows, np.arange(3), first_id=7, last_id=8)
    with torch.no_grad():
        alone = [model(packed.input_ids[a:b][None]).logits[0] for a, b in pairwise(packed.offsets.tolist())]
        use_packed_attention(model)
        assert packed_logits(model, packed) == pytest.approx(torch.cat(alone), abs=1e-12)


def test_a_students_scores_need_nothing_more(teacher: Path, corpus: Any, tmp_path: Path) -> None:
    distill(corpus.reference, teacher, tmp_path / "run", options={**OPTIONS, "student": "layers:1"})
    for split in ("train", "dev"):
        lines = [f"x\t{n % 2}\t\tDocument {n} says {'hello' if n % 2 else 'It ends'}." for n in range(20)]
        (tmp_path / "CoLA").mkdir(exist_ok=True)
        (tmp_path / "CoLA" / f"{split}.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    made = evaluate("cola", model=tmp_path / "run", data=tmp_path, changes={"epochs": 1}, device="cpu")
    assert made.columns["CoLA"].dev_rows == 20


def test_what_cannot_follow_or_be_held_out_is_said_before_the_first_update(
    teacher: Path, corpus: Any, tokens: Any, tmp_path: Path
) -> None:
    with pytest.raises(
        ModelError, match="distilbert needs a BERT teacher, and this one is roberta; use --student layers:2"
    ):
        distill(corpus.reference, teacher, tmp_path / "run", options={**OPTIONS, "student": "distilbert:2"})
    options = {**OPTIONS, "student": "layers:1", "held-out": tokens.reference}
    with pytest.raises(VocabularyMismatch, match="the vocabulary of corpus-tokens .* differs"):
        distill(corpus.reference, teacher, tmp_path / "run", options=options)
    assert not (tmp_path / "run").exists()

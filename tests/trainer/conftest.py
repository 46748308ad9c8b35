"""Tiny vocabularies, models, tasks, datasets and runs, made on the spot."""

from __future__ import annotations

import hashlib
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import torch
from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer
from tokenizers.processors import TemplateProcessing
from transformers import BertConfig, BertForMaskedLM, PreTrainedTokenizerFast

import corpora
from corpora import Sequences
from trainer.data.masking import masker
from trainer.data.packing import IGNORED, Packed, pack
from trainer.data.rows import Rows
from trainer.distillation.objective.gradients import Counts, Engine
from trainer.plugin.discovery import registry
from trainer.runtime.precision import precision_for

torch.set_num_threads(1)
os.environ["TRAINER_RESULTS"] = ""  # results of one test are not found by another

SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
VOCABULARY = 50


def tokenizer_file(folder: Path, *, lowercase: bool = True, words: int = VOCABULARY - 5) -> Path:
    """A word-piece tokenizer of a few made-up words, as `tokenizer.json`."""
    pieces = SPECIAL + [f"w{number}" for number in range(words)]
    tokenizer = Tokenizer(WordPiece({piece: i for i, piece in enumerate(pieces)}, unk_token="[UNK]"))
    tokenizer.normalizer = BertNormalizer(lowercase=lowercase)
    tokenizer.pre_tokenizer = BertPreTokenizer()
    tokenizer.post_processor = TemplateProcessing(
        single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    path = folder / "tokenizer.json"
    tokenizer.save(str(path))
    return path


def rows(number: int = 40, *, seed: int = 0, **about: Any) -> Rows:
    """Random rows of 1 to 12 words, some words far more frequent than others."""
    rng = np.random.default_rng(seed)
    lists = [5 + rng.geometric(0.2, size=rng.integers(1, 13)) % (VOCABULARY - 5) for _ in range(number)]
    return Rows([Sequences.from_rows(lists)], **{"name": "made", "fingerprint": f"f{seed}", **about})


def bert(
    layers: int = 2,
    *,
    hidden: int = 16,
    dropout: float = 0.0,
    seed: int = 0,
    spread: float = 0.3,
    words: int = VOCABULARY,
) -> Any:
    """A BERT with random weights, large enough that every part matters."""
    torch.manual_seed(seed)
    config = BertConfig(
        vocab_size=words, hidden_size=hidden, num_hidden_layers=layers, num_attention_heads=2,
        intermediate_size=2 * hidden, max_position_embeddings=32, hidden_dropout_prob=dropout,
        attention_probs_dropout_prob=dropout, pad_token_id=0,
    )  # fmt: skip
    model = BertForMaskedLM(config)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.add_(spread * torch.randn_like(parameter))
    return model


def teacher_folder(folder: Path, *, model: Any = None, lowercase: bool = True) -> Path:
    """A model folder that can teach."""
    folder.mkdir(parents=True, exist_ok=True)
    (model if model is not None else bert(3)).save_pretrained(folder)
    names = dict(zip(("pad_token", "unk_token", "cls_token", "sep_token", "mask_token"), SPECIAL, strict=True))
    made = tokenizer_file(folder, lowercase=lowercase)
    PreTrainedTokenizerFast(tokenizer_file=str(made), **names).save_pretrained(folder)
    return folder


def packed(number: int = 6, *, seed: int = 1, rate: float = 0.3, most: int = 12) -> Packed:
    """A masked update of a few rows of 1 to 12 words."""
    rng = np.random.default_rng(seed)
    ids = [rng.integers(5, VOCABULARY, size=rng.integers(1, most + 1)) for _ in range(number)]
    counts = np.bincount(np.concatenate(ids), minlength=VOCABULARY)
    picks = masker(
        counts,
        vocabulary=VOCABULARY,
        special_ids=frozenset(range(5)),
        sequences=number,
        mask_id=4,
        seed=seed,
        rate=rate,
    )
    return picks.mask(pack(ids, np.arange(number), first_id=2, last_id=3), epoch=0)


def counts(batch: Packed) -> Counts:
    """Tokens of an update, and those to be predicted."""
    return Counts(batch.tokens, int((batch.labels != IGNORED).sum()))


def engine(
    student: Any, teacher: Any, *losses: str, chunk: int = 7, precision: str = "fp32", compiled: bool = False
) -> Engine:
    """An engine on the CPU, with chunks that do not divide anything."""
    made = [registry.make("losses", text) for text in losses]
    chosen = precision_for(precision, torch.device("cpu"))
    return Engine(student, teacher, made, precision=chosen, chunk=chunk, compiled=compiled)


def gradients(model: Any) -> torch.Tensor:
    """All gradients of a model, one after the other."""
    return torch.cat([p.grad.flatten() for p in model.parameters() if p.grad is not None])


def weights_hash(folder: Path) -> str:
    """The sha256 of a model's weights."""
    return hashlib.sha256((folder / "model.safetensors").read_bytes()).hexdigest()


@pytest.fixture(scope="session")
def make() -> Any:
    """The functions of this file."""
    return sys.modules[__name__]


@pytest.fixture
def apart(home: Path, tmp_path: Path) -> str:
    """The reference of a registered dataset of 8 sequences, in the pieces of `teacher_folder`, called `apart`."""
    folder = tmp_path / "apart"
    folder.mkdir()
    draw = np.random.default_rng(5)
    numbers = (draw.geometric(0.2, size=draw.integers(2, 13)) for _ in range(8))
    texts = [" ".join(f"w{number}" for number in row) for row in numbers]
    pq.write_table(pa.table({"text": texts}), folder / "rows.parquet")
    made = corpora.tokenize(corpora.open(f"parquet:{folder}"), tokenizer=str(tokenizer_file(tmp_path)), name="apart")
    assert made.rows == 8
    return made.name


REAL = Path(__file__).resolve().parents[3] / "shared" / "data"
WORDS = ["the", "cat", "dog", "sat", "ran", "big", "red", "mat", "on", "a", "good", "bad", "who", "where", "?", "."]


@pytest.fixture
def real() -> Path:
    if not REAL.is_dir():
        pytest.skip(f"{REAL} is not there")
    return REAL


def _tokenizer(folder: Path, *, lower: bool = True, words: list[str] | None = None) -> int:
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *(words or WORDS)]
    vocab = {piece: number for number, piece in enumerate(pieces)}
    made = Tokenizer(models.WordPiece(vocab, unk_token="[UNK]"))
    made.normalizer = normalizers.BertNormalizer(lowercase=lower)
    made.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    made.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    fast = PreTrainedTokenizerFast(
        tokenizer_object=made, pad_token="[PAD]", unk_token="[UNK]", cls_token="[CLS]", sep_token="[SEP]",
        mask_token="[MASK]",
    )  # fmt: skip
    fast.save_pretrained(folder)
    return len(pieces)


def _model(folder: Path, family: str = "distilbert", *, vocabulary: int, positions: int = 64) -> Path:
    import torch
    import transformers

    torch.manual_seed(0)
    if family == "distilbert":
        config = transformers.DistilBertConfig(
            vocab_size=vocabulary, dim=32, n_layers=2, n_heads=2, hidden_dim=64, max_position_embeddings=positions
        )
        model = transformers.DistilBertForMaskedLM(config)
    else:
        cls, how = {
            "bert": (transformers.BertForMaskedLM, transformers.BertConfig),
            "roberta": (transformers.RobertaForMaskedLM, transformers.RobertaConfig),
        }[family]
        extra = {"pad_token_id": 0, "type_vocab_size": 1} if family == "roberta" else {}
        config = how(
            vocab_size=vocabulary, hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64,
            max_position_embeddings=positions, **extra,
        )  # fmt: skip
        model = cls(config)
    model.save_pretrained(folder)
    return folder


@pytest.fixture(scope="session")
def save_tokenizer() -> Callable[..., int]:
    """Write a tokenizer of a few words into a folder; gives the size of its vocabulary."""
    return _tokenizer


@pytest.fixture(scope="session")
def save_model() -> Callable[..., Path]:
    """Write a tiny masked-language model of a family into a folder."""
    return _model


@pytest.fixture(scope="session")
def student(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("run") / "student"
    return _model(folder, vocabulary=_tokenizer(folder))


@pytest.fixture
def glue(tmp_path: Path) -> Path:
    """CoLA and RTE in GLUE's layout, of a rule that a tiny model can learn: good is 1, bad is 0."""
    return _glue(tmp_path / "glue")


@pytest.fixture
def squad(tmp_path: Path) -> Path:
    """Questions whose answer is the animal of a context longer than a tiny model."""
    return _squad(tmp_path / "squad")


@pytest.fixture(scope="session")
def write_tasks() -> Callable[[Path], None]:
    """Write both into folders `glue` and `squad`."""

    def write(folder: Path) -> None:
        _glue(folder / "glue")
        _squad(folder / "squad")

    return write


def _glue(root: Path) -> Path:
    (root / "CoLA").mkdir(parents=True)
    (root / "RTE").mkdir()
    for split, rows in (("train", 120), ("dev", 30)):
        nouns = ("cat", "dog", "mat")
        lines = [f"x\t{i % 2}\t\tthe {nouns[i % 3]} sat {'good' if i % 2 else 'bad'}" for i in range(rows)]
        (root / "CoLA" / f"{split}.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
        labels = ("entailment", "not_entailment")
        pairs = [f"{i}\tthe {nouns[i % 3]} sat\tthe cat ran\t{labels[i % 2]}" for i in range(rows)]
        text = "index\tsentence1\tsentence2\tlabel\n" + "\n".join(pairs) + "\n"
        (root / "RTE" / f"{split}.tsv").write_text(text, encoding="utf-8")
    return root


def _squad(root: Path) -> Path:
    root.mkdir()
    for split, rows in (("train", 40), ("dev", 10)):
        asked = []
        for i in range(rows):
            animal = ("cat", "dog")[i % 2]
            context = "on a mat . " * (2 + i % 3 * 6) + f"the big {animal} sat . " + "the red mat . " * 3
            answer = {"text": animal, "answer_start": context.index(animal)}
            asked.append(
                {"context": context, "qas": [{"id": f"{split}{i}", "question": "who sat ?", "answers": [answer]}]}
            )
        content = {"version": "1.1", "data": [{"title": "t", "paragraphs": asked}]}
        (root / f"{split}-v1.1.json").write_text(json.dumps(content), encoding="utf-8")
    return root

"""Tiny models and tiny tasks, made on the spot."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

REAL = Path(__file__).resolve().parents[4] / "shared" / "data"
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

"""What the soak test interrupts: each step's command, the inputs that it needs, and what decides its bytes."""

from __future__ import annotations

import hashlib
import json
import random
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

WORDS = 400
TIMES = {
    "manifest.json", "README.md", "report.md", "run.json", "log.jsonl", "student.json", "answers.json",
    "distillations.csv", "distillations.tex",
}  # fmt: skip
"""Files that state times or the machine; the figures that count are compared by `_facts`."""
FACTS = {
    "manifest.json": (
        "name", "fingerprint", "rows", "documents", "tokens", "text_bytes", "parents", "files", "licences",
    ),
    "run.json": ("status", "updates", "tokens", "dataset"),
    "cells": ("metrics", "answers_sha256", "final_loss"),
}  # fmt: skip
STUDY = Path(__file__).parents[1] / "trainer/experiments/study/tiny.toml"


@dataclass(frozen=True)
class Step:
    """One command that is interrupted."""

    name: str
    command: tuple[str, ...]
    """The program's name and its arguments; paths are relative to the step's folder."""
    inputs: tuple[str, ...] = ()
    """What is copied from the prepared folder: files, folders, or the step whose result this one needs."""
    card: str | None = None
    """The file whose presence makes the next attempt one with `--resume`."""
    workers: bool = False
    """Whether `--executor` is among its options."""

    def line(self, folder: Path, *, workers: int = 1) -> list[str]:
        """The command as the next attempt in this folder types it."""
        line = list(self.command)
        if self.card is not None and (folder / self.card).exists():
            line.append("--resume")
        if self.workers and workers > 1:
            line += ["--executor", f"processes:workers={workers}"]
        return line


MODEL = ("--preset", "study", "--epochs", "1", "--length", "32", "--batch-size", "8", "--device", "cpu")
STEPS = (
    Step("build", ("corpora", "build", "texts", "--folder", "texts", "--name", "own"), ("texts",), workers=True),
    Step("tokenize", ("corpora", "tokenize", "own", "--train", "400", "--name", "tokens"), ("build",), workers=True),
    Step(
        "transform", ("corpora", "transform", "shuffle", "tokens", "--then", "replace:0.1", "--name", "noisy"),
        ("tokenize",), workers=True,
    ),
    Step("select", ("corpora", "sample", "tokens", "--rate", "0.4", "--name", "some"), ("tokenize",)),
    Step(
        "distill",
        (
            "trainer", "distill", "--dataset", "tokens", "--teacher", "teacher", "--student", "distilbert:1",
            "--budget", "updates=30", "--sequences", "16", "--checkpoint-every", "5", "--log-every", "5",
            "--threads", "1",
        ),
        ("tokenize", "teacher"), card="run/run.json",
    ),
    Step(
        "evaluate",
        (
            "trainer", "evaluate", "glue", "--model", "teacher", "--data", "tasks", "--tasks", "CoLA,RTE",
            "--seeds", "3", "--train-rows", "64", "--dev-rows", "32", "--out", "evaluation", *MODEL,
        ),
        ("teacher", "tasks"),
    ),
    Step(
        "finetune",
        (
            "trainer", "finetune", "CoLA", "--model", "teacher", "--data", "tasks", "--out", "tuned",
            "--train-rows", "200", *MODEL,
        ),
        ("teacher", "tasks"),
    ),
    Step("study", ("trainer", "study", "run", "study.toml"), ("study.toml", "tasks")),
    Step("side by side", ("trainer", "study", "run", "two.toml"), ("two.toml", "tasks")),
)  # fmt: skip


def prepare(folder: Path) -> None:
    """Write the inputs that no step makes: texts, tasks, a teacher, the study's recipe."""
    from corpora.builtin.sources.toy.book import books
    from corpora.builtin.sources.toy.tasks import write_tasks

    folder.mkdir(parents=True)
    (folder / "texts").mkdir()
    chance = random.Random(0)
    for book in books(1, range(24), WORDS):
        paragraphs = [paragraph for chapter in book.chapters for paragraph in chapter.paragraphs]
        chance.shuffle(paragraphs)
        (folder / f"texts/{book.number:03d}.txt").write_text("\n\n".join(paragraphs), encoding="utf-8")
    shutil.copy(folder / "texts/003.txt", folder / "texts/copy.txt")  # a duplicate, and a document that is rejected
    (folder / "texts/empty.txt").touch()
    write_tasks(folder / "tasks")
    study = STUDY.read_text(encoding="utf-8")
    one = study.replace('["tiny-tokens", "tiny-half"]', '["tiny-half"]')
    (folder / "study.toml").write_text(one, encoding="utf-8")
    (folder / "two.toml").write_text(study.replace("[study]", "[study]\nworkers = 2"), encoding="utf-8")


def make_teacher(folder: Path, tokenizer: Path) -> None:
    """A BERT of random weights with the vocabulary of a token dataset."""
    import torch
    from tokenizers import Tokenizer
    from transformers import BertConfig, BertForMaskedLM, PreTrainedTokenizerFast

    made = Tokenizer.from_file(str(tokenizer))
    special = {f"{name}_token": f"[{name.upper()}]" for name in ("pad", "unk", "cls", "sep", "mask")}
    PreTrainedTokenizerFast(tokenizer_object=made, **special).save_pretrained(folder)
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=made.get_vocab_size(), hidden_size=16, num_hidden_layers=2, num_attention_heads=2,
        intermediate_size=32, max_position_embeddings=512, hidden_dropout_prob=0.1,
    )  # fmt: skip
    BertForMaskedLM(config).save_pretrained(folder)


def digest(folder: Path) -> dict[str, str]:
    """What an interrupted step must end with: every file's sha256, but of those that state times, and their facts.

    Links, locks and the memory of checks are no result; a staged or partial file that stays behind is one, so that
    an undisturbed run differs from it.
    """
    found = {}
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        name = path.relative_to(folder).as_posix()
        if path.name == ".checked.json" or ".locks" in path.parts or path.suffix == ".html":
            continue
        if path.name in TIMES or "cells" in path.parts or ".evaluations" in path.parts:
            found[name] = _facts(path)
        else:
            found[name] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found


def _facts(path: Path) -> str:
    kind = "cells" if path.suffix == ".json" and path.name not in FACTS else path.name
    keys = FACTS.get(kind)
    if keys is None:
        return "present"
    content: dict[str, Any] | list[Any] = json.loads(path.read_text(encoding="utf-8"))
    if isinstance(content, list):  # a cell's answers
        return json.dumps(content)
    facts = {key: content.get(key) for key in keys}
    if kind == "manifest.json":
        facts["files"] = {
            name: entry for name, entry in content["files"].items() if Path(name).suffix not in (".html", ".md")
        }
    return json.dumps(facts, sort_keys=True)

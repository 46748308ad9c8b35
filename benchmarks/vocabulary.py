"""A student with 8,000 of BERT's 30,522 pieces against one with all: parameters, speed, divergence, SST-2.

    OMP_NUM_THREADS=1 python benchmarks/vocabulary.py --model MINILM --books DIR --glue DIR --home DIR

MINILM is a folder with a BERT-like model of that vocabulary, with or without a head; --books holds plain texts, of
which the shortest is held out and the next ones are trained on; --glue holds SST-2. The model continues masked-LM
training for a few updates and teaches two students of equal shape, which are then fine-tuned. Whatever is finished in
--home is found again, so a benchmark that was stopped goes on.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import torch
from torch.nn.functional import kl_div

import corpora
from corpora import option
from trainer import Callback, Run, distill, pretrain
from trainer.data import micro_batches, open_rows
from trainer.distillation import RunFolder, Start, held_out_batch, held_out_numbers, reencoded_rows
from trainer.evaluation import keep_finetuned
from trainer.models import load_teacher, load_tokenizer, packed_logits, shared_vocabulary, use_packed_attention

ROWS = 200
"""Held-out sequences."""
CLOCK = "clock.json"


@dataclass(frozen=True)
class Clock(Callback):
    """Counts tokens and the process's own time, from after its first update to after the run's last but one."""

    name: ClassVar[str] = "clock"
    updates: int = option(0, "Updates of the run.")

    def on_step(self, run: Run, record: Mapping[str, object]) -> None:
        """Take the time."""
        at = int(str(record["update"]))
        if "clock" not in run.kept:
            run.kept["clock"] = (time.process_time(), 0)
        elif at < self.updates:
            began, tokens = run.kept["clock"][0], run.kept["clock"][1] + int(str(record["tokens"]))
            run.kept["clock"] = (began, tokens)
            speed = tokens / (time.process_time() - began)
            (run.folder / CLOCK).write_text(json.dumps(speed), encoding="utf-8")


def prepared(books: Path, model: Path, home: Path, number: int) -> None:
    """Token datasets `train` and `apart`."""
    files = sorted(books.glob("*.txt"), key=lambda file: (file.stat().st_size, file.name))
    for name, chosen in (("apart", files[:1]), ("train", files[1 : 1 + number])):
        folder = home / name
        folder.mkdir(exist_ok=True)
        for file in chosen:
            shutil.copy(file, folder / file.name)
        corpora.build(f"texts:folder={folder}", name=f"{name}-text", duplicates="keep")
        made = corpora.tokenize(f"{name}-text", tokenizer=str(model), max_tokens=64, name=name)
        print(f"{name}: {', '.join(file.stem for file in chosen)}: {made.rows:,} rows, {made.tokens:,} tokens")


def finished(folder: Path) -> bool:
    """Whether a run is done."""
    return (folder / "run.json").is_file() and RunFolder(folder).card().status == "finished"


def students(home: Path, options: Mapping[str, Any], size: int, updates: int) -> None:
    """Distil both, and print what each is."""
    for name, more in (("whole", ""), ("small", f",vocabulary={size}")):
        if not finished(home / name):
            begun = any((home / name / "checkpoints").glob("update-*"))
            outcome = distill(
                "train", home / "teacher", home / name, options={**options, "student": f"layers:3{more}"},
                watch=[Clock(updates=updates)], resume=begun, overwrite=not begun,
            )  # fmt: skip
            if outcome.status != "finished":
                raise SystemExit(f"stopped in {home / name}; the same command continues")
        card, log = RunFolder(home / name).card(), (home / name / "log.jsonl").read_text(encoding="utf-8")
        speed = json.loads((home / name / CLOCK).read_text(encoding="utf-8"))
        held_out = json.loads(log.splitlines()[-1])["held_out"]
        assert card.student is not None
        print(f"layers:3{more}: {card.student['parameters']:,} parameters, {speed:,.0f} tokens/s of processor time")
        print("  held out, in its own pieces: " + ", ".join(f"{key} {value:.4f}" for key, value in held_out.items()))
        if card.vocabulary:
            print(
                f"  {card.vocabulary.pieces:,} pieces: {card.dataset.tokens:,} tokens instead of "
                f"{card.vocabulary.tokens_before:,}, [UNK] {card.vocabulary.unknown:.3%}"
            )


def alike(teacher: Path, small: Path, whole: Path) -> None:
    """Both students on the same text in the kept pieces, all distributions renormalised over them."""
    vocabulary = shared_vocabulary(load_tokenizer(small), load_tokenizer(teacher))
    if vocabulary is None:
        raise SystemExit("the student's vocabulary is not a part of the teacher's")
    apart = reencoded_rows(vocabulary, open_rows("apart"), positions=128)
    batch = held_out_batch(
        apart, held_out_numbers(apart, ROWS), vocabulary.tokenizer, vocabulary=len(vocabulary)
    )  # fmt: skip
    kept, sums, mass = torch.from_numpy(vocabulary.kept), {"small": 0.0, "whole": 0.0}, 0.0
    models = {name: load_teacher(at) for name, at in (("teacher", teacher), ("small", small), ("whole", whole))}
    for model in models.values():
        use_packed_attention(model)
    with torch.inference_mode():
        for part in micro_batches(batch, budget=512):
            up = type(part)(kept[part.input_ids], part.positions, part.rows, part.lengths, part.labels)
            theirs = packed_logits(models["teacher"], up)
            mass += float(theirs.softmax(1)[:, kept].sum())
            target = theirs[:, kept].log_softmax(1)
            found = {
                "whole": packed_logits(models["whole"], up)[:, kept],
                "small": packed_logits(models["small"], part),
            }
            for name, logits in found.items():
                sums[name] += float(kl_div(logits.log_softmax(1), target, reduction="sum", log_target=True))
    print(f"the teacher's mass on the kept pieces: {mass / batch.tokens:.4f}")
    for name, total in sums.items():
        print(f"KL over the kept pieces on the same {batch.tokens:,} tokens, {name}: {total / batch.tokens:.4f}")


def scores(home: Path, glue: Path, rows: int) -> None:
    """SST-2 of both students."""
    changes = {"train_rows": rows, "epochs": 1, "learning_rate": 1e-4}
    for name in ("whole", "small"):
        made = keep_finetuned("SST-2", model=home / name, data=glue, out=home / f"{name}-sst2", changes=changes)
        for metrics in made.metrics.values():
            print(f"SST-2, {rows:,} rows, one epoch, {name}: " + ", ".join(f"{k} {v:.1f}" for k, v in metrics.items()))


def main() -> None:
    """Print all of it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name in ("model", "books", "glue", "home"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    parser.add_argument("--number", type=int, default=1, help="books to train on")
    parser.add_argument("--size", type=int, default=8000)
    parser.add_argument("--sequences", type=int, default=32)
    parser.add_argument("--teacher-updates", type=int, default=20)
    parser.add_argument("--updates", type=int, default=30)
    parser.add_argument("--rows", type=int, default=1000, help="of SST-2 to fine-tune on")
    asked = parser.parse_args()
    home = asked.home
    home.mkdir(parents=True, exist_ok=True)
    os.environ["CORPORA_HOME"] = str(home / "store")
    prepared(asked.books, asked.model, home, asked.number)
    same = {"sequences": asked.sequences, "micro-batch-tokens": "2048", "log-every": 1, "checkpoint-every": "5"}
    if not finished(home / "teacher"):
        options = {**same, "budget": f"updates={asked.teacher_updates}", "learning-rate": 1e-3}
        start = Start(str(asked.model), asked.teacher_updates - 1)
        pretrain("train", home / "teacher", start=start, options=options, overwrite=True)
    students(
        home,
        {
            **same, "budget": f"updates={asked.updates}", "held-out": "apart", "held-out-rows": ROWS,
            "held-out-every": 10_000, "learning-rate": 5e-4,
        },
        asked.size, asked.updates,
    )  # fmt: skip
    alike(home / "teacher", home / "small" / "student", home / "whole" / "student")
    scores(home, asked.glue, asked.rows)
    print(f"{time.process_time():.0f} s of processor time; {' '.join(sys.argv[9:])}")


if __name__ == "__main__":
    main()

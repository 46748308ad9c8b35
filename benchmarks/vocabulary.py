"""A student with 8,000 of BERT's 30,522 pieces against one with all: parameters, speed, divergence from the teacher.

    OMP_NUM_THREADS=1 python benchmarks/vocabulary.py --books DIR --vocabulary VOCAB.TXT

DIR holds plain texts; the first by name is held out, the next ones are trained on. Everything is built in a folder that
is deleted: sentences, a small teacher, and two students of the teacher's shape.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import torch
from torch.nn.functional import kl_div

import corpora
from trainer import Callback, Run, Shape, distill, pretrain
from trainer.data import micro_batches, open_rows
from trainer.distillation import held_out_batch, held_out_numbers, in_pieces_of
from trainer.models import load_teacher, load_tokenizer, packed_logits, shared_vocabulary, use_packed_attention


@dataclass(frozen=True)
class Clock(Callback):
    """Counts tokens and the process's own time, from after the first update to after the last but one."""

    name: ClassVar[str] = "clock"
    updates: int = 0

    def on_step(self, run: Run, record: Mapping[str, object]) -> None:
        """Take the time."""
        at = int(str(record["update"]))
        if at == 1:
            run.kept["clock"] = (time.process_time(), 0)
        elif at < self.updates:
            began, tokens = run.kept["clock"]
            run.kept["clock"] = (began, tokens + int(str(record["tokens"])))
            if at == self.updates - 1:
                print(
                    f"  {(tokens + int(str(record['tokens']))) / (time.process_time() - began):,.0f} tokens/s", end=""
                )


def prepared(books: Path, vocabulary: Path, home: Path, number: int) -> None:
    """Token datasets `train` and `apart`."""
    files = sorted(books.glob("*.txt"))
    for name, chosen in (("apart", files[:1]), ("train", files[1 : 1 + number])):
        folder = home / name
        folder.mkdir()
        for file in chosen:
            shutil.copy(file, folder / file.name)
        corpora.build(f"texts:folder={folder}", name=f"{name}-text", duplicates="keep")
        made = corpora.tokenize(f"{name}-text", tokenizer=str(vocabulary), casing="uncased", max_tokens=64, name=name)
        print(f"{name}: {', '.join(file.stem for file in chosen)}: {made.rows:,} rows")


def alike(teacher: Path, small: Path, whole: Path, rows: int) -> None:
    """Both students on the same text in the kept pieces, all distributions renormalised over them."""
    vocabulary = shared_vocabulary(load_tokenizer(small), load_tokenizer(teacher))
    if vocabulary is None:
        raise SystemExit("the student's vocabulary is not a part of the teacher's")
    apart = in_pieces_of(vocabulary, open_rows("apart"), positions=128)
    batch = held_out_batch(
        apart, held_out_numbers(apart, rows), vocabulary.tokenizer, vocabulary=len(vocabulary)
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


def main() -> None:
    """Print all of it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--books", type=Path, required=True)
    parser.add_argument("--vocabulary", type=Path, required=True)
    parser.add_argument("--number", type=int, default=4, help="books to train on")
    parser.add_argument("--size", type=int, default=8000)
    parser.add_argument("--hidden", type=int, default=64)
    parser.add_argument("--teacher-updates", type=int, default=80)
    parser.add_argument("--updates", type=int, default=30)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        os.environ["CORPORA_HOME"] = str(home / "store")
        prepared(asked.books, asked.vocabulary, home, asked.number)
        same = {"sequences": 64, "micro-batch-tokens": "2048", "precision": "fp32"}
        budget = {"budget": f"updates={asked.teacher_updates}", "learning-rate": 2e-3}
        shape = Shape(layers=2, hidden=asked.hidden, positions=128, dropout=0.0)
        pretrain("train", home / "teacher", shape=shape, options={**same, **budget})
        print(f"teacher after {time.process_time():.0f} s of processor time")
        options = {
            **same, "budget": f"updates={asked.updates}", "log-every": 1, "held-out": "apart", "held-out-rows": 300,
            "held-out-every": 10_000, "learning-rate": 1e-3,
        }  # fmt: skip
        for name, more in (("whole", ""), ("small", f",vocabulary={asked.size}")):
            shape_text = f"layers:1{more}"
            print(f"{shape_text}:", end="")
            outcome = distill(
                "train", home / "teacher", home / name, options={**options, "student": shape_text},
                watch=[Clock(updates=asked.updates)],
            )  # fmt: skip
            model = load_teacher(outcome.folder / "student")
            last = (outcome.folder / "log.jsonl").read_text(encoding="utf-8").splitlines()[-1]
            print(f", {sum(p.numel() for p in model.parameters()):,} parameters")
            print("  " + last[last.index('"held_out"') : last.index("}", last.index('"held_out"')) + 1])
            card = (outcome.folder / "run.json").read_text(encoding="utf-8")
            if more:
                at = card.index('"vocabulary": {')
                print("  " + " ".join(card[at : card.index("}", at) + 1].split()))
        alike(home / "teacher", home / "small" / "student", home / "whole" / "student", 300)
        print(f"{time.process_time():.0f} s of processor time; {' '.join(sys.argv[1:])}")


if __name__ == "__main__":
    main()

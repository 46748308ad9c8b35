"""Three updates in float64 on as many ranks as torchrun started; the first writes what came of it: ranks.py OUT."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path
from typing import Any

import torch

from trainer.distillation.settings import resolve
from trainer.distillation.training.schedule import Plan
from trainer.distillation.training.update import Frame, Training
from trainer.runtime.ranks import Ranks

spec = importlib.util.spec_from_file_location("making", Path(__file__).parents[1] / "conftest.py")
making: Any = importlib.util.module_from_spec(spec)  # type: ignore[arg-type]
spec.loader.exec_module(making)  # type: ignore[union-attr]


def main() -> None:
    """Train, and write what came of it."""
    losses = ["soft-target:weight=5", "masked-lm:weight=2", "cosine"]
    engine = making.engine(making.bert(1).double(), making.bert(2, seed=1).double(), *losses)
    rows, recipe = making.rows(40), resolve("study", {"optimizer": "adam", "clip": 0.5})
    picks = making.masker(
        rows.survey.counts, vocabulary=making.VOCABULARY, special_ids=frozenset(range(5)), sequences=40, mask_id=4,
        seed=0,
    )  # fmt: skip
    ranks = Ranks()
    training = Training(
        engine, rows, picks, plan=Plan(40, 15, 3, 1, 0), recipe=recipe, frame=Frame(2, 3), ranks=ranks,
        micro_batch_tokens=50, shrinks=False,
    )  # fmt: skip
    told = []
    for number in range(3):
        done = training.update(number)
        told.append({"losses": done.losses.tolist(), "tokens": done.tokens, "picked": done.picked})
        told[-1]["rows"] = len(training.batch(number).lengths)
    if ranks.first:
        weights = torch.cat([p.detach().flatten() for p in engine.student.parameters()]).tolist()
        Path(sys.argv[1]).write_text(json.dumps({"updates": told, "weights": weights}), encoding="utf-8")
    training.close()
    ranks.wait()
    ranks.leave()


if __name__ == "__main__":
    main()

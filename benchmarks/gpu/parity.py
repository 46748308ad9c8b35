"""Whether an update on this device has the losses and the gradient that it has on a CPU in float32."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import inputs
import numpy as np
import torch

from trainer import registry
from trainer.data import IGNORED, Packed, masker, micro_batches, pack
from trainer.distillation import Counts, Engine
from trainer.runtime import precision_for

LIMITS = {"fp32": 1e-4, "bf16": 3e-2}
"""The largest relative difference of a loss or of the gradient's norm that counts as equal."""
SEQUENCES = 48


def run(size: inputs.Scale, _: Path, report: Callable[[dict[str, object]], None]) -> None:
    """Compare float32 and bf16, with and without compilation, with the CPU."""
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    batch = _masked(size)
    expected = _measured(size, batch, torch.device("cpu"), "fp32", compiled=False)
    report({"name": "cpu fp32", **expected})
    cases = [("fp32", False), ("bf16", False)] + ([("bf16", True)] if device.type == "cuda" else [])
    for precision, compiled in cases:
        found = _measured(size, batch, device, precision, compiled=compiled)
        apart = max(abs(found[key] / expected[key] - 1) for key in expected)
        name = f"{device.type} {precision}{' compiled' if compiled else ''}"
        report({"name": name, **found, "largest_difference": apart, "passes": apart <= LIMITS[precision]})


def _masked(size: inputs.Scale) -> Packed:
    rows = inputs.ids(SEQUENCES, size.vocabulary, seed=5)
    counts = np.bincount(np.concatenate(rows), minlength=size.vocabulary)
    picks = masker(
        counts, vocabulary=size.vocabulary, special_ids=frozenset(range(len(inputs.SPECIAL))), sequences=len(rows),
        mask_id=inputs.MASK, seed=0,
    )  # fmt: skip
    return picks.mask(pack(rows, np.arange(len(rows)), first_id=inputs.CLS, last_id=inputs.SEP), epoch=0)


def _measured(
    size: inputs.Scale, packed: Packed, device: torch.device, precision: str, *, compiled: bool
) -> dict[str, float]:
    """Each loss and the norm of the student's gradient after one update."""
    teacher = inputs.bert(size, size.layers, dropout=0.0).to(device).eval()
    student = inputs.bert(size, size.student_layers, dropout=0.0, seed=1).to(device).train()
    losses = [registry.make("losses", text) for text in inputs.LOSSES]
    engine = Engine(student, teacher, losses, precision=precision_for(precision, device), compiled=compiled)
    counts = Counts(packed.tokens, int((packed.labels != IGNORED).sum()))
    sums = torch.zeros(len(losses), dtype=torch.float64, device=device)
    for micro_batch in micro_batches(packed.to(device), budget=1024):
        sums += engine.backward(micro_batch, counts)
    found = {type(loss).name: float(sums[n] / counts.of(loss)) for n, loss in enumerate(losses)}
    squares = sum(float(p.grad.double().pow(2).sum()) for p in student.parameters() if p.grad is not None)
    return found | {"gradient_norm": squares**0.5}

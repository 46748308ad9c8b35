"""Tokens per second of the plain transformers loop and of ours, and how ours chooses its micro-batches."""

from __future__ import annotations

import argparse
import gc
import json
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import distill as loops
import inputs
import numpy as np
import torch

from trainer import distill
from trainer.distillation.runs import checkpoint
from trainer.runtime.throughput import mfu_of

Report = Callable[[dict[str, object]], None]
DROPOUTS = (0.1, 0.0)


def plain(size: inputs.Scale, _: Path, report: Report) -> None:
    """The loop of the original scripts, optimizer step included: 5 sequences in float32, and large bf16 batches."""
    for dropout in DROPOUTS:
        for batch, dtype in ((5, None), (size.plain_batch, torch.bfloat16)):
            name = f"plain, {batch} a batch, {'bf16' if dtype else 'fp32'}, dropout {dropout:g}"
            sequences = size.plain_sequences if dtype else max(size.plain_sequences // 8, 8)
            try:
                report({"name": name, **_plain_rate(size, dropout, batch, dtype, sequences)})
            except torch.OutOfMemoryError:
                report({"name": name, "failed": "out of memory"})
            _free()


def _plain_rate(
    size: inputs.Scale, dropout: float, batch: int, dtype: torch.dtype | None, sequences: int
) -> dict[str, object]:
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    asked = argparse.Namespace(
        sequences=sequences, vocabulary=size.vocabulary, layers=size.layers, student_layers=size.student_layers,
        hidden=size.hidden, dropout=dropout,
    )  # fmt: skip
    work = loops.made(asked, device)
    work.teacher.eval()
    work.student.train()
    optimizer = torch.optim.Adam(work.student.parameters(), lr=5e-4, betas=(0.9, 0.98), eps=1e-6)
    _free()
    updates = 4
    for turn in range(updates + 1):
        if turn == 1:
            started = _now()
        optimizer.zero_grad(set_to_none=True)
        float(loops.plain_update(work, work.student, batch=batch, dtype=dtype))
        torch.nn.utils.clip_grad_norm_(work.student.parameters(), 5.0)
        optimizer.step()
    return _speed(size, np.array(work.packed.lengths), updates * work.packed.tokens, _now() - started)


def ours(size: inputs.Scale, scratch: Path, report: Report) -> None:
    """`trainer distill` with the study's losses, with and without dropout and compilation."""
    for compiled in (False, True) if torch.cuda.is_available() else (False,):
        for dropout in DROPOUTS:
            name = f"ours, bf16, dropout {dropout:g}{', compiled' if compiled else ''}"
            report({"name": name, **_our_rate(size, scratch / name, dropout=dropout, compiled=compiled)})
            _free()


def _our_rate(size: inputs.Scale, out: Path, *, dropout: float, compiled: bool) -> dict[str, object]:
    rows = inputs.rows(size.sequences * 2 * size.updates, size.vocabulary)
    teacher = inputs.teacher_folder(out / "teacher", size, dropout=dropout)
    distill(rows, teacher, out / "run", options=options(size, dropout=dropout, compiled=compiled))
    lines = [json.loads(line) for line in (out / "run" / "log.jsonl").read_text(encoding="utf-8").splitlines()]
    first, last = lines[size.updates - 1], lines[-1]
    tokens = sum(line["tokens"] for line in lines[size.updates :])
    card = json.loads((out / "run" / "run.json").read_text(encoding="utf-8"))
    lengths = np.concatenate([block.lengths for block in rows._blocks]) + 2
    return {
        **_speed(size, lengths, tokens, last["elapsed_seconds"] - first["elapsed_seconds"]),
        "mfu_of_the_log": last["mfu"], "micro_batch_tokens": card["micro_batch_tokens"],
        "first_update_seconds": lines[0]["elapsed_seconds"], "losses": last["losses"],
    }  # fmt: skip


def options(size: inputs.Scale, *, dropout: float, compiled: bool = False, updates: int = 0) -> dict[str, object]:
    """The settings of a measured run."""
    return {
        "loss": inputs.LOSSES, "student": f"distilbert:layers={size.student_layers},dropout={dropout:g}",
        "budget": f"updates={updates or 2 * size.updates}", "sequences": size.sequences, "precision": "bf16",
        "log-every": 1, "checkpoint-every": "1d", "compile": compiled,
    }  # fmt: skip


def memory(size: inputs.Scale, scratch: Path, report: Report) -> None:
    """What `auto` chooses as a micro-batch; and, on a GPU, that it halves it until it fits into 12 GiB."""
    caps = [None, 12 * 2**30] if torch.cuda.is_available() else [None]
    for cap in caps:
        if cap is not None:
            torch.cuda.set_per_process_memory_fraction(min(1.0, cap / torch.cuda.mem_get_info()[1]))
        _free()
        out = scratch / str(cap)
        small = replace(size, updates=2)
        rows = inputs.rows(size.sequences * 4, size.vocabulary)
        asked = options(small, dropout=0.1, updates=3) | {"checkpoint-every": "2"}
        distill(rows, inputs.teacher_folder(out / "teacher", size, dropout=0.1), out / "run", options=asked)
        card = json.loads((out / "run" / "run.json").read_text(encoding="utf-8"))
        found = [position.micro_batch_tokens for position in checkpoint.positions(out / "run" / "checkpoints")]
        report({
            "name": f"auto micro-batch{f' in {cap / 2**30:g} GiB' if cap else ''}", **_memory(),
            "chosen_tokens": card["micro_batch_tokens"], "used_tokens": found[-1] if found else None,
        })  # fmt: skip


def _speed(size: inputs.Scale, lengths: np.ndarray, tokens: int, seconds: float) -> dict[str, object]:
    rate = tokens / seconds
    operations = inputs.operations(size, lengths)
    return {
        "tokens_per_second": rate, "mfu": mfu_of(rate * operations), "operations_per_token": operations,
        "tokens": tokens, "seconds": seconds, **_memory(),
    }  # fmt: skip


def _memory() -> dict[str, object]:
    return {"peak_memory_bytes": torch.cuda.max_memory_allocated() if torch.cuda.is_available() else None}


def _now() -> float:
    if torch.cuda.is_available():
        torch.cuda.synchronize()
    return time.perf_counter()


def _free() -> None:
    gc.collect()
    torch._dynamo.reset()
    if torch.cuda.is_available():
        torch.cuda.empty_cache()
        torch.cuda.reset_peak_memory_stats()

"""Distillation speed: the plain transformers loop and ours, with each optimisation added in turn, on the same work.

    python benchmarks/distill.py --layers 4 --hidden 256 --student-layers 2 --updates 2 --sequences 250

Random weights, the lengths of a dataset (`--dataset NAME`) or made-up ones of its shape, the full vocabulary. Prints
real (non-pad) tokens/s, MFU where the device is known, peak memory, and the loss on a fixed batch, which must agree.
"""

from __future__ import annotations

import argparse
import copy
import dataclasses
import json
import platform
import resource
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
import torch.nn.functional as functional
from torch import Tensor
from transformers import BertConfig, BertForMaskedLM

from trainer.data.masking import Masker, masker
from trainer.data.packing import IGNORED, Packed, micro_batches, pack
from trainer.distillation.objective.gradients import Counts, Engine
from trainer.models import attention
from trainer.models import families as bodies
from trainer.plugin.discovery import registry
from trainer.runtime.precision import precision_for
from trainer.runtime.throughput import mfu_of

LOSSES = ("soft-target:weight=0.33,temperature=2", "masked-lm:weight=0.33", "cosine:weight=0.33")
CLS, SEP, MASK = 101, 102, 103


@dataclass
class Work:
    """Models and sequences that every contender is given."""

    teacher: Any
    student: Any
    packed: Packed
    masker: Masker
    device: torch.device

    @property
    def counts(self) -> Counts:
        """Tokens of the whole update, and those to be predicted."""
        return Counts(self.packed.tokens, int((self.packed.labels != IGNORED).sum()))


def made(arguments: argparse.Namespace, device: torch.device) -> Work:
    """Two random BERTs and sequences whose lengths are those of sentences: log-normal, median 20, mean about 26."""
    rng = np.random.default_rng(0)
    lengths = np.clip(rng.lognormal(3.0, 0.7, arguments.sequences).astype(int), 10, 126)
    ids = [1000 + rng.zipf(1.3, size=n) % (arguments.vocabulary - 1000) for n in lengths]
    counts = np.bincount(np.concatenate(ids), minlength=arguments.vocabulary)
    picks = masker(
        counts, vocabulary=arguments.vocabulary, special_ids=frozenset({0, 100, CLS, SEP, MASK}),
        sequences=len(ids), mask_id=MASK, seed=0,
    )  # fmt: skip
    packed = picks.mask(pack(ids, np.arange(len(ids)), first_id=CLS, last_id=SEP), epoch=0)
    torch.manual_seed(0)
    teacher, student = bert(arguments, arguments.layers), bert(arguments, arguments.student_layers)
    return Work(teacher.to(device), student.to(device), packed.to(device), picks.to(device), device)


def bert(arguments: argparse.Namespace, layers: int) -> Any:
    """A BERT with random weights."""
    config = BertConfig(
        vocab_size=arguments.vocabulary, hidden_size=arguments.hidden, num_hidden_layers=layers,
        num_attention_heads=max(1, arguments.hidden // 64), intermediate_size=4 * arguments.hidden,
        hidden_dropout_prob=arguments.dropout, attention_probs_dropout_prob=arguments.dropout,
    )  # fmt: skip
    return BertForMaskedLM(config).float()


def padded(packed: Packed, sequences: list[int]) -> tuple[Tensor, Tensor, Tensor]:
    """Some sequences as the plain loop wants them: ids, attention mask, labels, [batch, length]."""
    offsets = packed.offsets.tolist()
    longest = max(packed.lengths[i] for i in sequences)
    shape = (len(sequences), longest)
    ids, keep, labels = (torch.full(shape, fill, device=packed.input_ids.device) for fill in (0, 0, IGNORED))
    for row, i in enumerate(sequences):
        span = slice(offsets[i], offsets[i + 1])
        ids[row, : packed.lengths[i]] = packed.input_ids[span]
        keep[row, : packed.lengths[i]] = 1
        labels[row, : packed.lengths[i]] = packed.labels[span]
    return ids, keep, labels


def grouped(lengths: tuple[int, ...], batch: int) -> Iterator[list[int]]:
    """Batches of sequences whose lengths fall into bins four tokens wide, as the scripts' sampler makes them."""
    chance = np.random.default_rng(1).random(len(lengths))
    order = sorted(range(len(lengths)), key=lambda i: (lengths[i] // 4, chance[i]))
    for first in range(0, len(order), batch):
        yield order[first : first + batch]


def plain_update(work: Work, student: Any, *, batch: int, dtype: torch.dtype | None) -> Tensor:
    """An update as the original scripts do it: two ...ForMaskedLM forwards, full float32 logits, masked selects.

    The losses are divided by the update's own counts, so that the loss on the fixed batch can be compared.
    """
    attend(work, "sdpa")
    counts, total = work.counts, torch.zeros((), device=work.device)
    for sequences in grouped(work.packed.lengths, batch):
        ids, keep, labels = padded(work.packed, sequences)
        with torch.autocast(work.device.type, dtype=dtype or torch.bfloat16, enabled=dtype is not None):
            with torch.no_grad():
                teacher = work.teacher(input_ids=ids, attention_mask=keep, output_hidden_states=True)
            out = student(input_ids=ids, attention_mask=keep, output_hidden_states=True)
        mask = keep.bool()
        logits, soft = out.logits.float(), teacher.logits.float()
        wide = mask.unsqueeze(-1).expand_as(logits)
        chosen = torch.masked_select(logits, wide).view(-1, logits.size(-1))
        taught = torch.masked_select(soft, wide).view(-1, logits.size(-1))
        kl = functional.kl_div(
            functional.log_softmax(chosen / 2, dim=-1), functional.softmax(taught / 2, dim=-1), reduction="sum"
        )
        hard = functional.cross_entropy(logits.view(-1, logits.size(-1)), labels.view(-1), reduction="sum")
        ours, theirs = out.hidden_states[-1][mask].float(), teacher.hidden_states[-1][mask].float()
        ones = torch.ones(len(ours), device=work.device)
        cosine = functional.cosine_embedding_loss(ours, theirs, ones, reduction="sum")
        loss = 0.33 * (4 * kl / counts.tokens + hard / counts.picked + cosine / counts.tokens)
        loss.backward()
        total += loss.detach()
    return total


def attend(work: Work, implementation: str) -> None:
    """Both models share their weights among the contenders, and change only how they attend."""
    for model in (work.teacher, work.student):
        model.set_attn_implementation(implementation)


def our_update(work: Work, engine: Engine, *, budget: int) -> Tensor:
    """The same update by our engine."""
    attend(work, attention.NAME)
    sums = torch.zeros(len(engine.losses), dtype=torch.float64, device=work.device)
    for micro_batch in micro_batches(work.packed, budget=budget):
        sums += engine.backward(micro_batch, work.counts)
    parts = [loss.weight * sums[n] / work.counts.of(loss) for n, loss in enumerate(engine.losses)]
    return torch.stack(parts).sum()


def plain_head_update(work: Work, engine: Engine, *, budget: int) -> Tensor:
    """Bodies without padding, but all logits at once and their gradient by autograd."""
    attend(work, attention.NAME)
    total = torch.zeros((), dtype=torch.float64, device=work.device)
    for packed in micro_batches(work.packed, budget=budget):
        groups = attention.groups_of(packed.lengths, work.device)
        with engine.precision.autocast(work.device):
            with torch.no_grad():
                taught = bodies.states(work.teacher, packed, groups, ())["last"]
                transform, decoder = bodies.head_of(work.teacher)
                soft = decoder(transform(taught)).float()
            last = bodies.states(engine.student, packed, groups, ())["last"]
            transform, decoder = bodies.head_of(engine.student)
            logits = decoder(transform(last)).float()
        counts = work.counts
        kl = functional.kl_div((logits / 2).log_softmax(-1), (soft / 2).softmax(-1), reduction="sum") * 4
        hard = functional.cross_entropy(logits, packed.labels, reduction="sum")
        cosine = (1 - functional.cosine_similarity(last.float(), taught.float())).sum()
        loss = 0.33 * (kl / counts.tokens + hard / counts.picked + cosine / counts.tokens)
        loss.backward()
        total += loss.detach()
    return total


def contenders(work: Work, arguments: argparse.Namespace) -> Iterator[tuple[str, Callable[[], Tensor]]]:
    """Each contender's name and one update of it, without the optimizer's step, which is the same for all."""
    student = work.student
    half = torch.bfloat16
    yield "(a) plain loop, 5 a batch, float32", lambda: plain_update(work, student, batch=5, dtype=None)
    if arguments.large_batch:
        large = arguments.large_batch
        yield f"(b) plain loop, {large} a batch, bf16", lambda: plain_update(work, student, batch=large, dtype=half)

    def engine(precision: str, chunk: int | None = None) -> Engine:
        chosen = precision_for(precision, work.device)
        losses = [registry.make("losses", text) for text in LOSSES]
        return Engine(student, work.teacher, losses, precision=chosen, chunk=chunk)

    budget, whole = arguments.micro_batch_tokens, 1 << 30
    single = engine("fp32")
    yield "(c1) no padding, full logits, float32", lambda: plain_head_update(work, single, budget=budget)
    one = engine("fp32", chunk=whole)
    one.closed = [None] * len(LOSSES)
    yield "(c2) + only masked tokens for the hard loss", lambda: our_update(work, one, budget=budget)
    chunked = engine("fp32")
    chunked.closed = [None] * len(LOSSES)
    yield "(c3) + heads in chunks", lambda: our_update(work, chunked, budget=budget)
    closed = engine("fp32")
    yield "(c4) + gradient in closed form", lambda: our_update(work, closed, budget=budget)
    mixed = engine("bf16")
    yield "(c5) + bf16 autocast", lambda: our_update(work, mixed, budget=budget)
    if arguments.compile:
        own = dataclasses.replace(work, teacher=copy.deepcopy(work.teacher), student=copy.deepcopy(student))
        losses = [registry.make("losses", text) for text in LOSSES]
        faster = Engine(own.student, own.teacher, losses, precision=mixed.precision, compiled=True)
        yield "(c6) + compiled", lambda: our_update(own, faster, budget=budget)


def measured(all_of: dict[str, Callable[[], Tensor]], work: Work, rounds: int) -> dict[str, tuple[float, float, float]]:
    """Of each contender: the median seconds of an update by the clock and by the processor, and the loss.

    The contenders take turns, so that what else the machine does falls on all of them.
    """
    clock: dict[str, list[float]] = {name: [] for name in all_of}
    processor: dict[str, list[float]] = {name: [] for name in all_of}
    losses: dict[str, float] = {}
    for turn in range(rounds + 1):
        for name, update in all_of.items():
            work.student.zero_grad(set_to_none=True)  # the gradients' room is made again, for all alike
            started, used = time.perf_counter(), time.process_time()
            losses[name] = float(update())
            if turn:
                clock[name].append(time.perf_counter() - started)
                processor[name].append(time.process_time() - used)
    return {n: (statistics.median(clock[n]), statistics.median(processor[n]), losses[n]) for n in all_of}


def operations(work: Work) -> float:
    """Floating-point operations of a real token: two a weight forward, six forward and backward."""
    return 2.0 * sum(p.numel() for p in work.teacher.parameters()) + 6.0 * sum(
        p.numel() for p in work.student.parameters()
    )


def main() -> None:
    """Measure, print a table, write JSON."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    for name, default in (
        ("layers", 4), ("student-layers", 2), ("hidden", 256), ("vocabulary", 30_522), ("sequences", 250),
        ("updates", 2), ("micro-batch-tokens", 4096), ("large-batch", 64),
    ):  # fmt: skip
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--dropout", type=float, default=0.0, help="0, so that the loss on the fixed batch can agree")
    parser.add_argument("--compile", action="store_true")
    parser.add_argument("--only", default="", help="letters, such as a,c4")
    parser.add_argument("--out", default="")
    arguments = parser.parse_args()
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    work = made(arguments, device)
    wanted = tuple(f"({part})" for part in arguments.only.split(",") if part)
    chosen = {name: update for name, update in contenders(work, arguments) if not wanted or name.startswith(wanted)}
    rows: list[dict[str, Any]] = []
    for name, (seconds, used, loss) in measured(chosen, work, arguments.updates).items():
        rate, a_processor = work.packed.tokens / seconds, work.packed.tokens / used
        row = {"name": name, "tokens_per_second": rate, "tokens_per_processor_second": a_processor, "loss": loss}
        rows.append({**row, "mfu": mfu_of(rate * operations(work))})
        ratio = a_processor / rows[0]["tokens_per_processor_second"]
        print(f"{name:46} {rate:>9,.0f} tokens/s {a_processor:>9,.0f} by processor {ratio:>6.2f}x  loss {loss:.6f}")
    memory = torch.cuda.max_memory_allocated() if device.type == "cuda" else peak_bytes()
    print(f"peak memory of the process {memory / 2**30:.2f} GiB")
    told = {"arguments": vars(arguments), "tokens": work.packed.tokens, "machine": platform.platform(),
            "threads": torch.get_num_threads(), "torch": torch.__version__, "rows": rows,
            "peak_memory_bytes": memory}  # fmt: skip
    if arguments.out:
        with open(arguments.out, "w", encoding="utf-8") as file:  # noqa: PTH123
            json.dump(told, file, indent=1)


def peak_bytes() -> int:
    """The most memory that this process has held so far: contenders only ever raise it."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


if __name__ == "__main__":
    main()

"""One update of fine-tuning in parts: forward and backward in fp32 (MKL, oneDNN) and bf16, AdamW by lists and fused.

    OMP_NUM_THREADS=1 python benchmarks/finetuning_step.py [--layers 6] [--hidden 384] [--rows 16] [--length 16]

A BERT of random weights with 30,522 words, on one thread. The ways take turns, and each is given as the median of its
processor time, so that other work on the machine weighs on all of them alike.
"""

from __future__ import annotations

import argparse
import statistics
import time

import torch
import transformers
from torch import Tensor

from trainer.models import use_onednn

WAYS = {
    "fp32, lists of tensors": (False, False, False), "fp32, fused": (True, False, False),
    "fp32, fused, oneDNN": (True, False, True), "bf16, fused": (True, True, False),
}  # fmt: skip


def main() -> None:
    """Print the milliseconds of each way, and the ratio to the first."""
    reader = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, value in {"layers": 6, "hidden": 384, "rows": 16, "length": 16, "updates": 25}.items():
        reader.add_argument(f"--{name}", type=int, default=value)
    asked = reader.parse_args()
    torch.set_num_threads(1)
    ids = torch.randint(1000, 30_000, (asked.rows, asked.length), generator=torch.Generator().manual_seed(0))
    ways = {name: Way(asked, fused=fused, bf16=bf16, onednn=onednn) for name, (fused, bf16, onednn) in WAYS.items()}
    for _ in range(asked.updates):
        for way in ways.values():
            way.update(ids)
    first = statistics.median(next(iter(ways.values())).whole)
    print(vars(asked), "torch", torch.__version__)
    for name, way in ways.items():
        whole, gradients = statistics.median(way.whole), statistics.median(way.gradients)
        print(
            f"{name:24}{whole * 1000:7.1f} ms an update, of which forward and backward {gradients * 1000:6.1f} ms: "
            f"{first / whole:.2f}x"
        )


class Way:
    """A model with its optimizer, and the seconds of its updates."""

    def __init__(self, asked: argparse.Namespace, *, fused: bool, bf16: bool, onednn: bool) -> None:
        config = transformers.BertConfig(
            num_hidden_layers=asked.layers, hidden_size=asked.hidden, num_attention_heads=asked.hidden // 32,
            intermediate_size=4 * asked.hidden,
        )  # fmt: skip
        self.model = transformers.BertModel(config, add_pooling_layer=False).train()
        if onednn:
            use_onednn(self.model)
        self.optimizer = torch.optim.AdamW(self.model.parameters(), lr=1e-5, fused=fused, foreach=not fused)
        self.bf16 = bf16
        self.whole: list[float] = []
        self.gradients: list[float] = []

    def update(self, ids: Tensor) -> None:
        """One update on a batch of token ids, [rows, length]."""
        start = time.process_time()
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=self.bf16):
            loss = self.model(input_ids=ids).last_hidden_state.float().pow(2).mean()
        self.optimizer.zero_grad(set_to_none=True)
        loss.backward()  # type: ignore[no-untyped-call]
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        ready = time.process_time()
        self.optimizer.step()
        self.whole.append(time.process_time() - start)
        self.gradients.append(ready - start)


if __name__ == "__main__":
    main()

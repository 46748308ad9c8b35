"""One update, on one rank or several: from rows to micro-batches, gradients and new weights."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from corpora import seed_of
from trainer.data import IGNORED, Masker, Packed, Rows, micro_batches, pack
from trainer.distillation.objective.gradients import Counts, Engine
from trainer.distillation.settings import RunSettings
from trainer.distillation.training.schedule import Plan
from trainer.errors import Diverged, OutOfMemory
from trainer.runtime import LossScale, Ranks


@dataclass(frozen=True)
class Frame:
    """The special tokens around each row, and the limit above which rows are left out."""

    first_id: int
    """[CLS] or <s>."""
    last_id: int
    """[SEP] or </s>."""
    unknown_id: int | None = None
    max_unknown: float = 1.0
    """Rows with at least this share of unknown tokens are left out; 1 keeps all."""

    def keeps(self, ids: NDArray[np.integer]) -> bool:
        """Whether a row is used.

        Args:
            ids: [tokens], without special tokens.
        """
        if self.max_unknown >= 1 or self.unknown_id is None or not len(ids):
            return True
        return bool(np.mean(ids == self.unknown_id) < self.max_unknown)


@dataclass(frozen=True)
class UpdateResult:
    """The results of an update, over all ranks."""

    losses: Tensor
    """[losses], each term's mean over its tokens, unweighted."""
    gradient_norm: float
    tokens: int
    picked: int
    stop: bool
    """Whether a rank was asked to stop."""


class _Loaded(NamedTuple):
    """The rows of an update."""

    packed: Packed
    """On this rank."""
    tokens: int
    """On all ranks."""
    sequences: int
    """On all ranks."""


class Training:
    """A student in training: weights, optimizer, and data.

    Args:
        engine: the models and the terms of the loss.
        rows: the transfer dataset.
        masker: selects tokens for prediction.
        plan: the rows and the learning rate of each update.
        recipe: the settings of the optimizer, and the seed.
        frame: special tokens, and which rows are left out.
        ranks: the ranks that share each update.
        micro_batch_tokens: tokens per forward pass.
        shrinks: whether to halve `micro_batch_tokens` when the device runs out of memory.
    """

    def __init__(
        self,
        engine: Engine,
        rows: Rows,
        masker: Masker,
        *,
        plan: Plan,
        recipe: RunSettings,
        frame: Frame,
        ranks: Ranks,
        micro_batch_tokens: int,
        shrinks: bool,
    ) -> None:
        self.engine, self.rows, self.plan, self.recipe = engine, rows, plan, recipe
        self.frame, self.ranks, self.shrinks, self.micro_batch_tokens = frame, ranks, shrinks, micro_batch_tokens
        self.masker = masker.to(engine.device)
        self.scale = LossScale(active=engine.precision.dtype == torch.float16)
        self.names, self.weights = zip(*engine.parameters(), strict=True)
        self.gradient = _flat_gradient(self.weights)
        self.optimizer = _optimizer(recipe, self.weights)
        self._frozen_updates, self._frozen = 0, list[nn.Parameter]()
        self._reader = ThreadPoolExecutor(max_workers=1, thread_name_prefix="rows")
        self._next: tuple[int, Future[_Loaded]] | None = None

    def update(self, number: int, *, stop: bool = False) -> UpdateResult:
        """Do one update.

        Args:
            number: from 0; it alone determines rows, masks, dropout and learning rate, so that resuming is exact.
            stop: whether this rank was asked to stop.

        Raises:
            Diverged: a loss or the gradient is not finite; the weights are left unchanged.
            OutOfMemory: a single micro-batch does not fit.
            RankLost: another rank died.
        """
        packed, tokens, sequences = self._loaded(number)
        packed = self.masker.mask(packed.to(self.engine.device), epoch=self.plan.span(number).epoch)
        picked = self.ranks.sum((packed.labels != IGNORED).sum().double())
        counts = Counts(tokens, float(picked), sequences)
        sums = self._gradients(packed, counts, number)
        shared = self.ranks.sum(torch.cat([sums.double(), sums.new_tensor([stop], dtype=torch.float64)]))
        self.ranks.sum(self.gradient)
        means = shared[:-1].cpu() / torch.tensor([counts.of(loss) for loss in self.engine.losses], dtype=torch.float64)
        norm = self._step(number, means)
        return UpdateResult(means, norm, tokens, int(picked), bool(shared[-1] > 0))

    def freeze_body(self, names: Collection[str], *, updates: int) -> None:
        """Keep the body unchanged during the first updates while the rest is trained.

        Args:
            names: the body's weights, as named by `engine.parameters()`.
            updates: how many; 0 freezes nothing.
        """
        if not updates:
            return
        body = [weight for name, weight in zip(self.names, self.weights, strict=True) if name in names]
        rest = [weight for name, weight in zip(self.names, self.weights, strict=True) if name not in names]
        self._frozen_updates, self._frozen = updates, body
        self.optimizer = _optimizer(self.recipe, body, rest)

    def batch(self, number: int) -> Packed:
        """The masked tokens of an update on this rank, for diagnosis.

        Args:
            number: of the update, from 0.
        """
        packed = self._load(number).packed
        return self.masker.mask(packed.to(self.engine.device), epoch=self.plan.span(number).epoch)

    def _loaded(self, number: int) -> _Loaded:
        waiting = self._next
        packed = waiting[1].result() if waiting and waiting[0] == number else self._load(number)
        if number + 1 < self.plan.updates:
            self._next = (number + 1, self._reader.submit(self._load, number + 1))
        return packed

    def _load(self, number: int) -> _Loaded:
        rows = self.plan.rows_of(number)
        ids = self.rows.take(rows)
        kept = [place for place in np.argsort([len(i) for i in ids], kind="stable") if self.frame.keeps(ids[place])]
        mine = kept[self.ranks.rank :: self.ranks.size]
        packed = pack(
            [ids[place] for place in mine], rows[mine], first_id=self.frame.first_id, last_id=self.frame.last_id
        )
        return _Loaded(packed, sum(len(ids[place]) + 2 for place in kept), len(kept))

    def _gradients(self, packed: Packed, counts: Counts, number: int) -> Tensor:
        """[losses], the sums of the losses on this rank; the gradient is left in `self.gradient`."""
        while True:
            try:
                return self._try_gradients(packed, counts, number)
            except (torch.OutOfMemoryError, RuntimeError) as error:
                if not _is_memory(error):
                    raise
                self._check_room(error)
            self.shrink()  # outside the handler, whose traceback keeps the activations alive

    def _try_gradients(self, packed: Packed, counts: Counts, number: int) -> Tensor:
        torch.manual_seed(seed_of("dropout", self.recipe.seed, number, self.ranks.rank))
        self.engine.body_frozen = number < self._frozen_updates
        self.engine.student.train()
        self.gradient.zero_()
        sums = torch.zeros(len(self.engine.losses), dtype=torch.float64, device=self.engine.device)
        for micro_batch in micro_batches(packed, budget=self.micro_batch_tokens):
            sums += self.engine.backward(micro_batch, counts, scale=self.scale.value)
        return sums

    def _check_room(self, error: BaseException) -> None:
        if not self.shrinks or self.micro_batch_tokens < 256:
            raise OutOfMemory(
                f"a micro-batch of {self.micro_batch_tokens:,} tokens does not fit in memory; "
                f"try --micro-batch-tokens {max(self.micro_batch_tokens // 2, 1)}, or auto"
            ) from error

    def shrink(self) -> None:
        """Halve the tokens of a micro-batch, and give unused memory back to the device."""
        self.micro_batch_tokens //= 2
        if self.engine.device.type == "cuda":
            torch.cuda.empty_cache()

    def _step(self, number: int, means: Tensor) -> float:
        frozen = {id(weight) for weight in self._frozen} if number < self._frozen_updates else set()
        if frozen:  # a tied embedding gets a gradient from the decoder
            for weight in self._frozen:
                weight.grad.zero_()  # type: ignore[union-attr]
        norm = float(self.gradient.norm()) / self.scale.value
        finite = bool(np.isfinite(norm))
        if not torch.isfinite(means).all():
            raise Diverged(f"a loss is not a finite number ({', '.join(map(str, means.tolist()))})")
        if self.scale.took(finite=finite):
            shrink = min(1.0, (self.recipe.clip or np.inf) / (norm + 1e-6)) / self.scale.value
            if shrink != 1.0:
                self.gradient.mul_(shrink)
            for group in self.optimizer.param_groups:
                still = id(group["params"][0]) in frozen  # otherwise weight decay would shrink them
                group["lr"] = 0.0 if still else self.recipe.learning_rate * self.plan.rate(number)
            self.optimizer.step()
        return norm

    def tensors(self) -> dict[str, Tensor]:
        """The tensors of a checkpoint by name: the weights, and the optimizer's two moving averages and step count.

        Returns:
            Weights and averages in the shapes of the parameters; the step counts are scalars.
        """
        saved = {f"weights.{name}": weight.detach() for name, weight in zip(self.names, self.weights, strict=True)}
        for name, weight in zip(self.names, self.weights, strict=True):
            saved.update({f"{key}.{name}": value for key, value in self.optimizer.state.get(weight, {}).items()})
        return saved

    def student_tensors(self) -> dict[str, Tensor]:
        """The student's trained weights, by name.

        Returns:
            In the shapes of the parameters, on the training device, without a copy.
        """
        named = zip(self.names, self.weights, strict=True)
        return {name: weight.detach() for name, weight in named if name.startswith("student.")}

    @torch.no_grad()
    def restore_student(self, tensors: Mapping[str, Tensor]) -> None:
        """Set the student's weights; the optimizer is not changed.

        Args:
            tensors: as returned by `student_tensors`.
        """
        for name, weight in zip(self.names, self.weights, strict=True):
            if name.startswith("student."):
                weight.copy_(tensors[name])

    @torch.no_grad()
    def restore(self, tensors: Mapping[str, Tensor]) -> None:
        """Load the weights and the optimizer's state from a checkpoint.

        Args:
            tensors: as returned by `tensors`.
        """
        for name, weight in zip(self.names, self.weights, strict=True):
            weight.copy_(tensors[f"weights.{name}"])
            self.optimizer.state[weight] = {
                key: tensors[f"{key}.{name}"].to(weight.device)
                for key in ("step", "exp_avg", "exp_avg_sq")
                if f"{key}.{name}" in tensors
            }

    def close(self) -> None:
        """Stop the thread that reads rows ahead."""
        self._reader.shutdown(wait=False, cancel_futures=True)


def _flat_gradient(weights: tuple[nn.Parameter, ...]) -> Tensor:
    """One buffer for all gradients; each weight's gradient is a view of it, so that one all-reduce is enough."""
    flat = torch.zeros(sum(weight.numel() for weight in weights), dtype=weights[0].dtype, device=weights[0].device)
    start = 0
    for weight in weights:
        weight.grad = flat[start : start + weight.numel()].view_as(weight)
        start += weight.numel()
    return flat


def _optimizer(recipe: RunSettings, *parts: Sequence[nn.Parameter]) -> torch.optim.Optimizer:
    """Adam or AdamW, with separate groups for the matrices and the vectors of each part; vectors are not decayed."""
    groups = [
        {"params": [weight for weight in weights if (weight.ndim > 1) is matrices], "weight_decay": decay}
        for weights in parts
        for matrices, decay in ((True, recipe.weight_decay), (False, 0.0))
    ]
    kind = torch.optim.AdamW if recipe.optimizer == "adamw" else torch.optim.Adam
    betas = (recipe.beta1, recipe.beta2)
    present = [group for group in groups if group["params"]]
    return kind(present, lr=recipe.learning_rate, betas=betas, eps=recipe.epsilon, fused=True)


def _is_memory(error: BaseException) -> bool:
    return isinstance(error, torch.OutOfMemoryError) or "can't allocate memory" in str(error)

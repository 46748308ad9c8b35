"""The processes (ranks) of a run, as started by `torchrun`, and sums over them."""

from __future__ import annotations

import os
from datetime import timedelta

import torch
import torch.distributed as dist
from torch import Tensor

from trainer.errors import RankLost, RunError
from trainer.runtime.devices import without_cudnn_attention

PATIENCE = timedelta(minutes=10)
"""How long a rank waits for the others before giving up."""


def is_first() -> bool:
    """Whether this process is the rank that writes; works before the ranks have connected."""
    return os.environ.get("RANK", "0") == "0"


class Ranks:
    """The ranks of this run, and the number of this process; without torchrun, there is only one."""

    def __init__(self, *, patience: timedelta = PATIENCE) -> None:
        self.rank, self.size = int(os.environ.get("RANK", "0")), int(os.environ.get("WORLD_SIZE", "1"))
        self._joined = False
        if self.size > 1 and not dist.is_initialized():
            backend = "nccl" if torch.cuda.is_available() else "gloo"
            try:
                dist.init_process_group(backend, timeout=patience)
            except (RuntimeError, ValueError) as error:
                raise RankLost(f"rank {self.rank} could not connect to the other {self.size - 1}: {error}") from error
            self._joined = True

    @property
    def first(self) -> bool:
        """Whether this is the rank that writes."""
        return self.rank == 0

    def device(self) -> torch.device:
        """The device of this rank: its own GPU if there is one."""
        if not torch.cuda.is_available():
            return torch.device("cpu")
        local = int(os.environ.get("LOCAL_RANK", "0"))
        if local >= (there := torch.cuda.device_count()):
            raise RunError(f"rank {self.rank} has no GPU {local}; this machine has {there}")
        torch.cuda.set_device(local)
        without_cudnn_attention()
        return torch.device("cuda", local)

    def sum(self, tensor: Tensor) -> Tensor:
        """Sum a tensor over all ranks, in place.

        Args:
            tensor: of the same shape on each rank.

        Raises:
            RankLost: another rank died or did not answer in time.
        """
        if self.size > 1:
            try:
                dist.all_reduce(tensor)
            except (RuntimeError, dist.DistError) as error:
                why = str(error).splitlines()[0]
                raise RankLost(
                    f"rank {self.rank} of {self.size} lost contact with another ({why}); use --resume"
                ) from error
        return tensor

    def wait(self) -> None:
        """Wait until all ranks get here."""
        self.sum(torch.zeros(1, device=self.device()))

    def leave(self) -> None:
        """Leave the other ranks."""
        if self._joined and dist.is_initialized():
            dist.destroy_process_group()

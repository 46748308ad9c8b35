"""A run in TensorBoard."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar

from corpora import option
from trainer import Callback, Run, hookimpl


@dataclass(frozen=True)
class TensorBoard(Callback):
    """Writes every figure of the log where `tensorboard --logdir RUN` finds it."""

    name: ClassVar[str] = "tensorboard"
    folder: str = option("tensorboard", "Where in the run folder.", decides=False)

    def on_start(self, run: Run) -> None:
        """Open the writer; a resumed run's later events stand behind its earlier ones."""
        from torch.utils.tensorboard import SummaryWriter

        run.kept[self.name] = SummaryWriter(str(run.folder / self.folder))

    def on_step(self, run: Run, record: Mapping[str, object]) -> None:
        """Write one line of the log."""
        for name, value in figures(record):
            run.kept[self.name].add_scalar(name, value, record["update"])

    def on_end(self, run: Run, outcome: Mapping[str, object]) -> None:
        """Close the writer."""
        run.kept[self.name].close()


def figures(record: Mapping[str, object], under: str = "") -> Iterator[tuple[str, float]]:
    """The numbers of a log line, those inside others as `outer/inner`."""
    for name, value in record.items():
        if isinstance(value, Mapping):
            yield from figures(value, f"{under}{name}/")
        elif isinstance(value, int | float):
            yield under + name, float(value)


@hookimpl
def trainer_callbacks() -> list[type[Callback]]:
    """Offer it."""
    return [TensorBoard]

"""Log a run to TensorBoard."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import ClassVar

from corpora import option
from trainer import Callback, Run, hookimpl


@dataclass(frozen=True)
class TensorBoard(Callback):
    """Writes every logged figure for TensorBoard; view them with `tensorboard --logdir RUN`."""

    name: ClassVar[str] = "tensorboard"
    folder: str = option("tensorboard", "Folder for the event files, inside the run folder.", decides=False)

    def on_start(self, run: Run) -> None:
        """Open the writer; a resumed run appends its events to the earlier ones."""
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
    """The numbers in a log record, with nested ones named `outer/inner`.

    Args:
        record: one line of `log.jsonl`; values that are not numbers are left out.
        under: the prefix of every name, ending in a slash.
    """
    for name, value in record.items():
        if isinstance(value, Mapping):
            yield from figures(value, f"{under}{name}/")
        elif isinstance(value, int | float):
            yield under + name, float(value)


@hookimpl
def trainer_callbacks() -> list[type[Callback]]:
    """Offer it."""
    return [TensorBoard]

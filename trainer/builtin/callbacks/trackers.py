"""A run in Weights & Biases, or in Trackio: the log and the run card, nothing else."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from corpora import option
from corpora.errors import first_line
from trainer import Callback, Run, check_extra, hookimpl
from trainer.builtin.callbacks.tensorboard import figures
from trainer.errors import RunError

IDENTITY = "tracker-id"
"""The file of the run folder with the name of the run in trackers, so that a resumed run goes on in the same place."""


@dataclass(frozen=True)
class WeightsAndBiases(Callback):
    """Sends the log to Weights & Biases; with WANDB_MODE=offline, `wandb sync` sends it later."""

    name: ClassVar[str] = "wandb"
    project: str = option("transferset", "The project there.", decides=False)

    def check(self) -> None:
        """Check that `wandb` is installed."""
        check_extra("wandb", self.name)

    def on_start(self, run: Run) -> None:
        """Start the run there, or continue it."""
        import wandb

        quiet = wandb.Settings(console="off", disable_code=True, disable_git=True, silent=True)
        try:
            run.kept[self.name] = wandb.init(
                project=self.project, id=identity(run), name=run.folder.resolve().name, dir=str(run.folder),
                config=dict(run.card), resume="allow", settings=quiet,
            )  # fmt: skip
        except wandb.Error as error:
            raise RunError(
                f"wandb did not start: {first_line(error)}; log in with `wandb login`, or set WANDB_MODE=offline"
            ) from error

    def on_step(self, run: Run, record: Mapping[str, Any]) -> None:
        """Send one line of the log."""
        run.kept[self.name].log(dict(figures(record)), step=record["update"])

    def on_end(self, run: Run, outcome: Mapping[str, Any]) -> None:
        """Finish the run there."""
        run.kept[self.name].summary["status"] = outcome["status"]
        run.kept[self.name].finish()


@dataclass(frozen=True)
class Trackio(Callback):
    """Writes the log where `trackio show` finds it, on this machine or in a Space."""

    name: ClassVar[str] = "trackio"
    project: str = option("transferset", "The project.", decides=False)
    space: str | None = option(None, "A Space of the hub, OWNER/NAME; this machine by default.", decides=False)

    def check(self) -> None:
        """Check that `trackio` is installed."""
        check_extra("trackio", self.name)

    def on_start(self, run: Run) -> None:
        """Start the run there, or continue it."""
        import trackio

        run.kept[self.name] = trackio.init(
            project=self.project, name=identity(run), space_id=self.space, config=dict(run.card), resume="allow",
            embed=False, auto_log_cpu=False, auto_log_gpu=False,
        )  # fmt: skip

    def on_step(self, run: Run, record: Mapping[str, Any]) -> None:
        """Write one line of the log."""
        run.kept[self.name].log(dict(figures(record)), step=record["update"])

    def on_end(self, run: Run, outcome: Mapping[str, Any]) -> None:
        """Write what is left."""
        run.kept[self.name].finish()


def identity(run: Run) -> str:
    """The run's name in trackers: its folder's name with a random end, the same after a resume."""
    path = run.folder / IDENTITY
    if not path.exists():
        path.write_text(f"{run.folder.resolve().name}-{secrets.token_hex(4)}", encoding="utf-8")
    return path.read_text(encoding="utf-8").strip()


@hookimpl
def trainer_callbacks() -> list[type[Callback]]:
    """Offer them."""
    return [Trackio, WeightsAndBiases]

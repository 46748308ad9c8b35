"""Send a run's log and run card, and nothing else, to Weights & Biases or Trackio."""

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
"""File in the run folder that stores the run's name in trackers, so that a resumed run continues the same entry."""


@dataclass(frozen=True)
class WeightsAndBiases(Callback):
    """Sends the log to Weights & Biases; with WANDB_MODE=offline, `wandb sync` sends it later."""

    name: ClassVar[str] = "wandb"
    project: str = option("transferset", "The Weights & Biases project.", decides=False)

    def check(self) -> None:
        """Check that `wandb` is installed."""
        check_extra("wandb", self.name)

    def on_start(self, run: Run) -> None:
        """Start the run in Weights & Biases, or continue it.

        Raises:
            RunError: wandb did not start, for example because nobody is logged in.
        """
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
        """Record the status and finish the run in Weights & Biases."""
        run.kept[self.name].summary["status"] = outcome["status"]
        run.kept[self.name].finish()


@dataclass(frozen=True)
class Trackio(Callback):
    """Writes the log for `trackio show`, on this machine or in a Space."""

    name: ClassVar[str] = "trackio"
    project: str = option("transferset", "The Trackio project.", decides=False)
    space: str | None = option(None, "A Space on the hub, OWNER/NAME; the default is this machine.", decides=False)

    def check(self) -> None:
        """Check that `trackio` is installed."""
        check_extra("trackio", self.name)

    def on_start(self, run: Run) -> None:
        """Start the run in Trackio, or continue it."""
        import trackio

        run.kept[self.name] = trackio.init(
            project=self.project, name=identity(run), space_id=self.space, config=dict(run.card), resume="allow",
            embed=False, auto_log_cpu=False, auto_log_gpu=False,
        )  # fmt: skip

    def on_step(self, run: Run, record: Mapping[str, Any]) -> None:
        """Write one line of the log."""
        run.kept[self.name].log(dict(figures(record)), step=record["update"])

    def on_end(self, run: Run, outcome: Mapping[str, Any]) -> None:
        """Write the remaining log lines and finish the run."""
        run.kept[self.name].finish()


def identity(run: Run) -> str:
    """The run's name in trackers: the folder's name with a random suffix, kept when the run is resumed."""
    path = run.folder / IDENTITY
    if not path.exists():
        path.write_text(f"{run.folder.resolve().name}-{secrets.token_hex(4)}", encoding="utf-8")
    return path.read_text(encoding="utf-8").strip()


@hookimpl
def trainer_callbacks() -> list[type[Callback]]:
    """Offer them."""
    return [Trackio, WeightsAndBiases]

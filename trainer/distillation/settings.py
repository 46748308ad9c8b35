"""A distillation recipe: the settings of a run, its presets, and what makes two runs the same."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import ClassVar, Literal

from corpora import Component, Json, OptionError, RecipeError, option, sha256_of
from corpora.errors import PluginError, first_line, unknown_name
from trainer.plugin import registry

PRESETS = files("trainer.distillation") / "presets"
UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
DURATION = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)([smhd])", re.ASCII)
AMOUNT = re.compile(r"\d{1,18}(\.\d{1,18})?([eE]\d{1,2})?", re.ASCII)
MOST_UPDATES = 10**9
MOST_TOKENS = 10**18
SELECTING = ("early-stop", "keep-best", "held-out", "held-out-every", "held-out-rows")
"""Settings that affect the student only if it is selected on held-out text."""


@dataclass(frozen=True)
class RunSettings(Component):
    """How a student is trained. A preset gives the values; each can be set individually."""

    name: ClassVar[str] = "distill"
    loss: tuple[str, ...] = option(
        ("soft-target", "masked-lm"),
        "A term of the loss, NAME:key=value,…; repeatable. Names: trainer plugins losses.",
    )
    student: str = option(
        "distilbert:6", "The student's shape and initial weights, NAME:key=value,…. Names: trainer plugins students."
    )
    budget: str = option("epochs=3", "How long to train: epochs=N, updates=N, or tokens=N.")
    sequences: int = option(1000, "Sequences per update, over all micro-batches and ranks.", min=1, max=10**6)
    optimizer: Literal["adam", "adamw"] = option("adam", "Adam, or AdamW with decoupled weight decay.")
    learning_rate: float = option(5e-4, "Peak learning rate.", min=0.0)
    beta1: float = option(0.9, "Adam's decay rate for the mean of gradients.", min=0.0, max=0.9999)
    beta2: float = option(0.98, "Adam's decay rate for the mean of squared gradients.", min=0.0, max=0.99999)
    epsilon: float = option(1e-6, "Keeps Adam from dividing by zero.", min=0.0)
    weight_decay: float = option(0.0, "Weight decay; biases and norms are not decayed.", min=0.0)
    warmup: float = option(0.05, "Share of updates that warm the learning rate up; then it decays.", min=0.0, max=1.0)
    clip: float = option(5.0, "Clip the gradient to this norm; 0 does not clip.", min=0.0)
    max_rise: float = option(
        3.0,
        "Stop if the loss exceeds its median this many times for 20 updates in a row; 0 never stops.",
        min=0.0,
        decides=False,
    )
    masking: Literal["smoothed", "uniform"] = option("smoothed", "Mask rare words more often, or all words equally.")
    mask_rate: float = option(0.15, "Expected share of tokens to mask.", min=0.0, max=0.9)
    max_unknown: float = option(1.0, "Leave out rows with at least this share of [UNK]; 1 keeps all.", min=0.0)
    seed: int = option(42, "Decides the order, masks, dropout and random weights.", min=0)
    precision: Literal["auto", "bf16", "fp16", "fp32"] = option("auto", "Precision of matrix products.")
    micro_batch_tokens: str = option("auto", "Tokens per forward pass; auto fits the device, and shrinks if necessary.")
    compile: bool = option(False, "Compile the models' layers with torch.compile: slow to start, faster on GPUs.")
    deterministic: bool = option(False, "Use only deterministic algorithms; slower on GPUs.")
    held_out: str | None = option(
        None, "A dataset on which to measure fidelity to the teacher; in pre-training, the loss.", decides=False
    )
    held_out_every: int = option(500, "Updates between measurements on --held-out.", min=1, decides=False)
    held_out_rows: int = option(1000, "How many rows of --held-out to use.", min=1, decides=False)
    early_stop: int | None = option(
        None, "Stop after this many measurements in a row without a lower held-out divergence.", min=1
    )
    keep_best: bool = option(False, "Keep the student of the update with the lowest held-out divergence.")
    teacher_weight: tuple[float, ...] = option(
        (), "Weight of each --teacher, in order, in the mean of their distributions; equal by default.", min=0.0
    )
    threads: int | None = option(
        None, "CPU threads of each rank; by default torch decides. A different number gives different weights.",
        min=1, max=4096, decides=False,
    )  # fmt: skip
    checkpoint_every: str = option("10m", "How often to save: a time (10m, 2h) or updates (500).", decides=False)
    keep: int = option(2, "Checkpoints to keep.", min=1, decides=False)
    log_every: int = option(10, "Updates between lines of log.jsonl.", min=1, decides=False)
    callback: tuple[str, ...] = option(
        (),
        "A callback that watches the run, NAME:key=value,…; repeatable. Names: trainer plugins callbacks.",
        decides=False,
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.loss:
            raise OptionError("distill: loss is empty; name at least one, such as --loss masked-lm")
        self.budget_parts  # noqa: B018  (so that a wrong budget fails before the dataset is read)
        if self.micro_batch_tokens != "auto":
            whole_number(self.micro_batch_tokens, "micro-batch-tokens", other="auto or ")
        if self.checkpoint_every.isdecimal():
            whole_number(self.checkpoint_every, "checkpoint-every")
        elif not seconds(self.checkpoint_every):
            raise OptionError(f"distill: checkpoint-every is {self.checkpoint_every}; it must be above 0")
        for name, wanted in (("early-stop", self.early_stop), ("keep-best", self.keep_best)):
            if wanted and self.held_out is None:
                raise OptionError(f"distill: {name} needs held-out text; give --held-out NAME")

    @property
    def selects(self) -> bool:
        """Whether measurements on held-out text decide which weights the student gets."""
        return self.keep_best or self.early_stop is not None

    def options(self, *, deciding: bool = False) -> dict[str, Json]:
        """The settings as JSON values, by name on the command line.

        Args:
            deciding: only settings that affect the student; the held-out ones are among them only if they select it.
        """
        chosen = super().options(deciding=deciding)
        if not deciding:
            return chosen
        everything = super().options()
        for name in SELECTING:
            chosen.pop(name, None)
            if self.selects:
                chosen[name] = everything[name]
        if not self.teacher_weight:
            del chosen["teacher-weight"]
        return chosen

    @property
    def budget_parts(self) -> tuple[str, float]:
        """The budget's unit (`epochs`, `updates` or `tokens`) and amount.

        Raises:
            OptionError: the budget is malformed or too large.
        """
        unit, _, text = self.budget.partition("=")
        if unit not in ("epochs", "updates", "tokens") or not AMOUNT.fullmatch(text):
            raise OptionError(f"distill: budget is {self.budget!r}; it must be epochs=N, updates=N or tokens=N")
        amount, most = float(text), MOST_TOKENS if unit == "tokens" else MOST_UPDATES
        if amount > most:
            raise OptionError(f"distill: budget is {self.budget!r}; the maximum is {unit}={most:.0e}")
        return unit, amount

    @property
    def hash(self) -> str:
        """The hash of the settings that two runs must share for one to resume from the other's checkpoints."""
        return sha256_of(self.options(deciding=True))


def seconds(duration: str) -> float:
    """A duration such as 30s, 10m, 2h or 1d, in seconds.

    Args:
        duration: a decimal number followed by s, m, h or d.

    Raises:
        OptionError: the text is not a duration.
    """
    match = DURATION.fullmatch(duration)
    if match is None:
        raise OptionError(f"invalid duration {duration!r}; use for example 30s, 10m, 2h or 1d")
    return float(match[1]) * UNITS[match[2]]


def whole_number(text: str, name: str, *, other: str = "") -> int:
    """Parse a whole number from 1.

    Args:
        text: as typed.
        name: the setting's name, for the message.
        other: the other allowed values, for the message, such as "auto or ".

    Raises:
        OptionError: the text is not a whole number from 1.
    """
    if not re.fullmatch(r"[1-9][0-9]{0,17}", text):
        raise OptionError(f"distill: {name} is {text[:40]!r}; it must be {other}a whole number from 1")
    return int(text)


def presets() -> tuple[str, ...]:
    """The names of the presets that come with trainer."""
    found = (file.name.removesuffix(".toml") for file in PRESETS.iterdir())
    return tuple(sorted(name for name in found if "." not in name))


def resolve(preset: str, options: Mapping[str, object]) -> RunSettings:
    """The recipe of a preset with some settings changed.

    Args:
        preset: a name, or a TOML file with settings. The file may have `preset`, on which it is based, and `plugins`,
            a list of files with components; both are relative to the file's folder.
        options: settings by name on the command line; None keeps the preset's value.

    Raises:
        UnknownName: no such preset, or no such setting.
        RecipeError: the file cannot be read, or one of its plugins does not load.
        OptionError: a value has the wrong type or is out of range.
    """
    given = {key: value for key, value in options.items() if value is not None}
    return RunSettings.from_options({**_settings(preset), **given})


def _settings(preset: str, *, above: tuple[str, ...] = ()) -> dict[str, object]:
    if preset.endswith(".toml"):
        if str(Path(preset).resolve()) in (str(Path(other).resolve()) for other in above):
            raise RecipeError(f"{preset} names itself as its preset ({' -> '.join([*above, preset])})")
        settings, place = _read(Path(preset)), Path(preset).parent
        under = settings.pop("preset", None)
        if under is not None and not isinstance(under, str):
            raise RecipeError(f"{preset}: preset is {under!r}; it must be the name of a preset or of a TOML file")
        _load_plugins(preset, settings.pop("plugins", []))
        if under and under.endswith(".toml"):
            under = str(place / under)
        return {**(_settings(under, above=(*above, preset)) if under else {}), **settings}
    if preset not in presets():
        raise unknown_name("preset", preset, presets())
    return tomllib.loads(PRESETS.joinpath(f"{preset}.toml").read_text(encoding="utf-8"))


def _load_plugins(preset: str, named: object) -> None:
    if not isinstance(named, list) or not all(isinstance(name, str) and name for name in named):
        raise RecipeError(f'{preset}: plugins is {named!r}; it must be a list of files, such as ["my_loss.py"]')
    try:
        registry.require_files(Path(preset).parent / name for name in named)
    except PluginError as error:
        raise RecipeError(f"{preset}: {error}") from error


def _read(path: Path) -> dict[str, object]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise RecipeError(f"{path} cannot be read as a recipe: {first_line(error)}") from error

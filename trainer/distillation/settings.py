"""A distillation recipe: every setting of a run, its presets, and what makes two runs the same."""

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
"""Settings that decide the student only if held-out text selects it."""


@dataclass(frozen=True)
class RunSettings(Component):
    """How a student is trained. A preset gives the values; each can be set by itself."""

    name: ClassVar[str] = "distill"
    loss: tuple[str, ...] = option(("soft-target", "masked-lm"), "A term of the loss, NAME:key=value,…; repeatable.")
    student: str = option("distilbert:6", "The student's shape and start, NAME:key=value,….")
    budget: str = option("epochs=3", "How long: epochs=N, updates=N, or tokens=N.")
    sequences: int = option(1000, "Sequences per update, over all micro-batches and ranks.", min=1, max=10**6)
    optimizer: Literal["adam", "adamw"] = option("adam", "Adam, or AdamW with decoupled weight decay.")
    learning_rate: float = option(5e-4, "Peak learning rate.", min=0.0)
    beta1: float = option(0.9, "Adam's memory of the gradient.", min=0.0, max=0.9999)
    beta2: float = option(0.98, "Adam's memory of the squared gradient.", min=0.0, max=0.99999)
    epsilon: float = option(1e-6, "What keeps Adam from dividing by zero.", min=0.0)
    weight_decay: float = option(0.0, "Decay of weights, not of biases and norms.", min=0.0)
    warmup: float = option(0.05, "Share of updates in which the learning rate rises; then it falls.", min=0.0, max=1.0)
    clip: float = option(5.0, "Largest norm of the gradient, longer ones are shortened; 0 takes any.", min=0.0)
    max_rise: float = option(
        3.0, "How many times its median the loss may be, 20 updates in a row; 0 takes any.", min=0.0, decides=False
    )
    masking: Literal["smoothed", "uniform"] = option("smoothed", "Pick rare words more often, or all alike.")
    mask_rate: float = option(0.15, "Share of all tokens that is expected to be picked.", min=0.0, max=0.9)
    max_unknown: float = option(1.0, "Rows with this share of [UNK] or more are left out; 1 keeps all.", min=0.0)
    seed: int = option(42, "Decides order, masks, dropout and random weights.", min=0)
    precision: Literal["auto", "bf16", "fp16", "fp32"] = option("auto", "What matrices are multiplied in.")
    micro_batch_tokens: str = option("auto", "Tokens a forward pass; auto fits the device, and shrinks if it must.")
    compile: bool = option(False, "Compile the models' layers with torch.compile: slow to start, faster on GPUs.")
    deterministic: bool = option(False, "Only algorithms that give the same bits each time; slower on GPUs.")
    held_out: str | None = option(None, "A dataset that fidelity to the teacher is measured on.", decides=False)
    held_out_every: int = option(500, "Updates between two measurements on it.", min=1, decides=False)
    held_out_rows: int = option(1000, "Rows of it to use.", min=1, decides=False)
    early_stop: int | None = option(
        None, "Stop after this many measurements in a row without a lower held-out divergence.", min=1
    )
    keep_best: bool = option(False, "Keep the student of the update with the lowest held-out divergence.")
    teacher_weight: tuple[float, ...] = option(
        (), "Weight of each --teacher in the mean of their distributions, in their order; equal by default.", min=0.0
    )
    threads: int | None = option(
        None, "CPU threads of each rank; torch's own choice by default. Another number gives other weights.",
        min=1, max=4096, decides=False,
    )  # fmt: skip
    checkpoint_every: str = option("10m", "Between checkpoints: a time (10m, 2h) or updates (500).", decides=False)
    keep: int = option(2, "Checkpoints to keep.", min=1, decides=False)
    log_every: int = option(10, "Updates between two lines of log.jsonl.", min=1, decides=False)
    callback: tuple[str, ...] = option((), "What else watches the run, NAME:key=value,…; repeatable.", decides=False)

    def __post_init__(self) -> None:
        super().__post_init__()
        if not self.loss:
            raise OptionError("distill: loss is empty; name at least one, such as --loss masked-lm")
        self.budget_parts  # noqa: B018  (a wrong budget is an error now, not after the dataset is read)
        if self.micro_batch_tokens != "auto":
            whole_number(self.micro_batch_tokens, "micro-batch-tokens", other="auto or ")
        if self.checkpoint_every.isdecimal():
            whole_number(self.checkpoint_every, "checkpoint-every")
        elif not seconds(self.checkpoint_every):
            raise OptionError(f"distill: checkpoint-every is {self.checkpoint_every}; it must be above 0")
        for name, wanted in (("early-stop", self.early_stop), ("keep-best", self.keep_best)):
            if wanted and self.held_out is None:
                raise OptionError(f"distill: {name} measures on held-out text; give --held-out NAME")

    @property
    def selects(self) -> bool:
        """Whether measurements on held-out text decide which student comes out."""
        return self.keep_best or self.early_stop is not None

    def options(self, *, deciding: bool = False) -> dict[str, Json]:
        """Its settings as JSON values, by their names on the command line.

        Args:
            deciding: leave out those that do not decide the student. Measurements decide it only if they select.
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
        """The budget's unit (`epochs`, `updates`, `tokens`) and amount."""
        unit, _, text = self.budget.partition("=")
        if unit not in ("epochs", "updates", "tokens") or not AMOUNT.fullmatch(text):
            raise OptionError(f"distill: budget is {self.budget!r}; it must be epochs=N, updates=N or tokens=N")
        amount, most = float(text), MOST_TOKENS if unit == "tokens" else MOST_UPDATES
        if amount > most:
            raise OptionError(f"distill: budget is {self.budget!r}; at most {unit}={most:.0e} can be asked for")
        return unit, amount

    @property
    def hash(self) -> str:
        """What two runs must share so that one can resume from the other's checkpoints."""
        return sha256_of(self.options(deciding=True))


def seconds(duration: str) -> float:
    """A time such as 30s, 10m, 2h or 1d, in seconds.

    Raises:
        OptionError: the text is not a duration.
    """
    match = DURATION.fullmatch(duration)
    if match is None:
        raise OptionError(f"invalid duration {duration!r}; use for example 30s, 10m, 2h or 1d")
    return float(match[1]) * UNITS[match[2]]


def whole_number(text: str, name: str, *, other: str = "") -> int:
    """A whole number from 1, as typed.

    Args:
        name: of the setting.
        other: what else it may be, for the message.

    Raises:
        OptionError: the text is another number, or none.
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
        preset: a name, or a TOML file with settings, `preset`, the one that they change, and `plugins`, files with
            components that it names; both are relative to the file's folder.
        options: settings by their names on the command line; None keeps the value of the preset.

    Raises:
        UnknownName: no such preset, or no such setting.
        RecipeError: the file cannot be read, or one of its plugins does not load.
        OptionError: a value of the wrong type or out of range.
    """
    given = {key: value for key, value in options.items() if value is not None}
    return RunSettings.from_options({**_settings(preset), **given})


def _settings(preset: str, *, above: tuple[str, ...] = ()) -> dict[str, object]:
    if preset in above:
        raise RecipeError(f"{preset} names itself as its preset ({' -> '.join([*above, preset])})")
    if preset.endswith(".toml"):
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

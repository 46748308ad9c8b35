"""Settings for fine-tuning: the presets `study` and `robust`, and changes to them by name."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from corpora import OptionError
from corpora.errors import unknown_name

SettingValue = float | str | None
"""The new value of a setting; None keeps the preset's."""

PRECISIONS = ("bf16", "fp32")


@dataclass(frozen=True)
class Settings:
    """Everything that affects a fine-tuned model, apart from the initial model, the data and the seed."""

    preset: str
    learning_rate: float
    epochs: float = 3.0
    batch_size: int = 32
    length: int = 128
    """Maximum tokens per sequence, special ones included."""
    warmup: float = 0.05
    """Share of updates that warm up the learning rate."""
    beta2: float = 0.999
    epsilon: float = 1e-8
    weight_decay: float = 0.0
    """Decoupled (AdamW); not applied to biases and norms; 0 is Adam."""
    clip: float = 1.0
    min_updates: int = 0
    """Epochs are added until there are this many updates, which helps small tasks (Mosbach et al. 2021,
    arXiv 2006.04884)."""
    stride: int = 128
    """Tokens shared by neighbouring windows of a long context."""
    question_length: int = 64
    answer_length: int = 30
    n_best: int = 20
    train_rows: int | None = None
    """Train on this many examples, drawn with a fixed seed; None for all."""
    dev_rows: int | None = None
    """Score on this many dev examples, the first ones; None for all."""
    precision: Literal["bf16", "fp32"] | None = None
    """Of the matrix products in training; None for bf16 on a GPU and fp32 on a CPU. Scoring is always in fp32."""

    def changed(self, changes: Mapping[str, SettingValue]) -> Settings:
        """The settings with some values replaced; the preset's name then lists the changes.

        Args:
            changes: new values, by name with hyphens or underscores; None keeps the preset's.

        Raises:
            UnknownName: no setting has this name.
            OptionError: a value is out of range.
        """
        known = {field.name for field in dataclasses.fields(self)} - {"preset"}
        given = {name.replace("-", "_"): value for name, value in changes.items() if value is not None}
        for name in given:
            if name not in known:
                shown = {known_name.replace("_", "-") for known_name in known}
                raise unknown_name("fine-tuning setting", name.replace("_", "-"), shown)
        real: dict[str, Any] = {name: value for name, value in given.items() if value != getattr(self, name)}
        if not real:
            return self
        for name, value in real.items():
            if isinstance(value, bool) or not isinstance(value, str if name == "precision" else int | float):
                raise OptionError(f"{name.replace('_', '-')} is {value!r}; it must be {_kind(name)}")
        words = ", ".join(
            f"{name.replace('_', '-')}={value if isinstance(value, str) else format(value, 'g')}"
            for name, value in sorted(real.items())
        )
        return _checked(dataclasses.replace(self, **real, preset=f"{self.preset} with {words}"))


def _kind(name: str) -> str:
    return " or ".join(PRECISIONS) if name == "precision" else "a number"


COUNTS = (
    "batch_size", "length", "min_updates", "stride", "question_length", "answer_length", "n_best", "train_rows",
    "dev_rows",
)  # fmt: skip
ABOVE_ZERO = ("learning_rate", "epochs", "batch_size", "dev_rows", "question_length", "answer_length", "n_best")
SHARES = ("warmup", "beta2")


def _checked(settings: Settings) -> Settings:
    for field in dataclasses.fields(settings):
        name, value = field.name, getattr(settings, field.name)
        if not isinstance(value, int | float):
            continue
        shown = f"{name.replace('_', '-')} is {value}; it must be"
        if not (0 < value < math.inf or (value == 0 and name not in ABOVE_ZERO)):
            raise OptionError(f"{shown} {'above' if name in ABOVE_ZERO else 'at least'} 0")
        if name in COUNTS and isinstance(value, float):
            raise OptionError(f"{shown} a whole number")
        if name in SHARES and value >= 1:
            raise OptionError(f"{shown} below 1")
    if settings.precision not in (None, *PRECISIONS):
        raise OptionError(f"precision is {settings.precision!r}; it must be {_kind('precision')}")
    if settings.length < 8:
        raise OptionError(f"length is {settings.length}; it must be at least 8 tokens")
    return settings


PRESETS: dict[str, dict[str, Settings]] = {
    # The study's script used a batch of 8 per GPU on 4 GPUs.
    "study": {
        "sentences": Settings("study", 2e-5, beta2=0.98),
        "spans": Settings("study", 3e-5, length=384, warmup=0.0, weight_decay=0.0),
    },
    "robust": {
        "sentences": Settings("robust", 2e-5, warmup=0.1, epsilon=1e-6, weight_decay=0.01, min_updates=1000),
        "spans": Settings("robust", 3e-5, length=384, warmup=0.1, epsilon=1e-6, weight_decay=0.01, batch_size=24),
    },
}
"""The settings of each preset, for tasks on sentences and on spans."""

GRID = (2e-5, 3e-5, 5e-5)
"""Learning rates for `--grid` (Devlin et al. 2019, appendix A.3)."""

SEEDS = {"study": {"sentences": 1, "spans": 1}, "robust": {"sentences": 5, "spans": 3}}
"""The default number of seeds of each preset."""


def settings_for(preset: str, problem: str, changes: Mapping[str, SettingValue] | None = None) -> Settings:
    """The settings of a preset for one kind of problem.

    Args:
        preset: `study` or `robust`.
        problem: the kind of problem, such as `classification`.
        changes: values by name, such as `learning-rate`; None keeps the preset's.

    Raises:
        UnknownName: no preset, or no setting, has this name.
        OptionError: a value is out of range.
    """
    if preset not in PRESETS:
        raise unknown_name("fine-tuning preset", preset, PRESETS)
    settings = PRESETS[preset][shape_of(problem)].changed(changes or {})
    if shape_of(problem) == "spans" and settings.stride >= settings.length:
        raise OptionError(
            f"stride is {settings.stride} and length {settings.length}: windows cannot share all their tokens; "
            f"use a stride below the length, such as --stride {settings.length // 3}"
        )
    return settings


def shape_of(problem: str) -> str:
    """The group of settings that a kind of problem uses: `sentences` or `spans`."""
    return "spans" if problem == "spans" else "sentences"

"""A run's transfer dataset: its size, and the noises on its way from the sources."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from corpora import Dataset, DatasetError, Score, Selection, UnknownName, options_of, registry


@dataclass(frozen=True)
class Noise:
    """A transform that corrupts text, with its options."""

    name: str
    options: Mapping[str, object] = field(default_factory=dict, hash=False)
    """Every option, as the manifest keeps it; empty if the version is no longer in the store."""

    @property
    def text(self) -> str:
        """Its name, and the options that are not the default: `shuffle`, `shuffle unit=ngram n=4`."""
        try:
            defaults = {each.name: each.default for each in options_of(registry.find("transforms", self.name))}
        except UnknownName:
            defaults = {}
        changed = [f"{key}={value}" for key, value in self.options.items() if value != defaults.get(key)]
        return " ".join([self.name, *changed])


@dataclass(frozen=True)
class Transfer:
    """A transfer dataset, as its manifest describes it."""

    name: str
    fingerprint: str
    rows: int
    tokens: int
    size_bytes: int | None = None
    noises: tuple[Noise, ...] = ()
    """The transforms on its way that corrupt text, in order; selections are left out."""

    @property
    def natural(self) -> bool:
        """Whether its text is unchanged."""
        return not self.noises

    @property
    def composition(self) -> str:
        """What it is made of, in a few words: `natural`, `shuffle`, `replace rate=0.3` …"""
        return " + ".join(noise.text for noise in self.noises) or "natural"


def transfer_of(told: Mapping[str, object]) -> Transfer:
    """A transfer dataset as a run card describes it, completed from the store if the version is still there."""
    import corpora

    name, fingerprint = str(told.get("name", "")), str(told.get("fingerprint", ""))
    rows, tokens = (_count(told.get(key)) for key in ("rows", "tokens"))
    try:
        dataset = corpora.open(f"{name}@{fingerprint[:12]}")
    except DatasetError:
        return Transfer(name, fingerprint, rows, tokens, None, _noises_in_name(name))
    return Transfer(name, fingerprint, rows, tokens, dataset.manifest.size_bytes, noises_of(dataset))


def noises_of(dataset: Dataset) -> tuple[Noise, ...]:
    """The noises on the way from the sources to a version, first to last, by following its parents."""
    import corpora

    applied = [entry for entry in dataset.manifest.plan["components"] if entry["kind"] == "transforms"]
    noises = tuple(Noise(entry["name"], entry["options"]) for entry in applied if not _selects(entry["name"]))
    for parent in dataset.manifest.parents[:1]:
        try:
            return noises_of(corpora.open(parent)) + noises
        except DatasetError:
            return noises
    return noises


def _selects(name: str) -> bool:
    """Whether a transform only selects rows and changes none."""
    try:
        return issubclass(registry.find("transforms", name), (Selection, Score))
    except UnknownName:
        return False


def _noises_in_name(name: str) -> tuple[Noise, ...]:
    """The noises that a default name such as NAME-10pct-shuffle contains."""
    known = (noise for noise in registry.offered("transforms") if not _selects(noise))
    return tuple(Noise(noise) for noise in known if f"-{noise}" in f"-{name}")


def _count(value: object) -> int:
    return value if isinstance(value, int) else 0

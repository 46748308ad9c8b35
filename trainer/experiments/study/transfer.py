"""A run's transfer dataset: its size, and the noises applied between the sources and it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from corpora import Dataset, DatasetError, Score, Selection, UnknownName, options_of, registry


@dataclass(frozen=True)
class Noise:
    """A transform that corrupts text, with its options."""

    name: str
    options: Mapping[str, object] = field(default_factory=dict, hash=False)
    """All options, as recorded in the manifest; empty if the version is no longer in the store."""

    @property
    def text(self) -> str:
        """The name, with the options that differ from their defaults: `shuffle`, `shuffle unit=ngram n=4`."""
        try:
            defaults = {each.name: each.default for each in options_of(registry.find("transforms", self.name))}
        except UnknownName:
            defaults = {}
        changed = [f"{key}={value}" for key, value in self.options.items() if value != defaults.get(key)]
        return " ".join([self.name, *changed])


@dataclass(frozen=True)
class Transfer:
    """A transfer dataset, as described in its manifest."""

    name: str
    fingerprint: str
    rows: int
    tokens: int
    size_bytes: int | None = None
    noises: tuple[Noise, ...] = ()
    """The transforms that corrupt text, in the order in which they were applied; without selections."""

    @property
    def natural(self) -> bool:
        """Whether the text is unchanged."""
        return not self.noises

    @property
    def composition(self) -> str:
        """The composition in a few words: `natural`, `shuffle`, `replace rate=0.3` …"""
        return " + ".join(noise.text for noise in self.noises) or "natural"


def transfer_of(told: Mapping[str, object]) -> Transfer:
    """The transfer dataset of a run card, with details from the store if the version still exists.

    Args:
        told: the card's entry: `name`, `fingerprint`, `rows`, `tokens`.
    """
    import corpora

    name, fingerprint = str(told.get("name", "")), str(told.get("fingerprint", ""))
    rows, tokens = (_count(told.get(key)) for key in ("rows", "tokens"))
    try:
        dataset = corpora.open(f"{name}@{fingerprint[:12]}")
    except DatasetError:
        return Transfer(name, fingerprint, rows, tokens, None, _noises_in_name(name))
    return Transfer(name, fingerprint, rows, tokens, dataset.manifest.size_bytes, noises_of(dataset))


def noises_of(dataset: Dataset) -> tuple[Noise, ...]:
    """The noises applied between the sources and a version, first to last, found by following its parents.

    Args:
        dataset: for versions with several parents, the first one is followed.
    """
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
    """Whether a transform only selects rows, without changing any."""
    try:
        return issubclass(registry.find("transforms", name), (Selection, Score))
    except UnknownName:
        return False


def _noises_in_name(name: str) -> tuple[Noise, ...]:
    """The noises in a default name such as NAME-10pct-shuffle."""
    known = (noise for noise in registry.offered("transforms") if not _selects(noise))
    return tuple(Noise(noise) for noise in known if f"-{noise}" in f"-{name}")


def _count(value: object) -> int:
    return value if isinstance(value, int) else 0

"""Compare two datasets: figures, shared documents and rows, vocabulary, and how they were made."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow.compute as pc

from corpora.errors import DatasetNotFound, OptionError
from corpora.execution import Progress, make_executor, silent
from corpora.inspect.vocabularies import Types, lengths_divergence, types_of
from corpora.operations import open_dataset
from corpora.plugin import Sequences, sha256_of
from corpora.store import Counting, Dataset, Store, default_store, sequences_of, vocabulary_in
from corpora.store.pages import LongText, Share, Size, Table, summary

NGRAM = 13
"""The length in tokens or words of an n-gram that counts as contamination (Brown et al. 2020, arXiv 2005.14165,
appendix C)."""
FIGURES = (
    "words", "mean_words_per_sentence", "median_words_per_sentence", "types", "unknown_rate",
    "unigram_entropy_bits", "zipf_slope", "mean_length", "median_length", "longest",
)  # fmt: skip
"""The manifest figures that are compared."""


def diff(
    one: Dataset | str,
    other: Dataset | str,
    *,
    ngram: int = NGRAM,
    store: Store | None = None,
    progress: Progress = silent,
) -> list[Table]:
    """How two datasets of one kind differ, as tables: figures, what they share, and the settings that differ.

    Rows, documents and types (tokens, or words for sentences) are compared in both directions, so that nesting is
    visible: a sample shares all of its rows with the dataset it was taken from. The share of n-grams shows how much of
    an evaluation set is in a training set. If the words of a version have not been counted yet, they are counted now
    and kept in the store, outside the version.

    Args:
        one: a dataset, open or given by reference.
        other: the dataset to compare it with.
        ngram: the length of an n-gram in tokens or words, at least 1.
        store: where references are looked up and counts are kept; by default the store at `$CORPORA_HOME`.

    Raises:
        DatasetNotFound: a dataset is not in the store.
        OptionError: the datasets are of different kinds, or `ngram` is below 1.
    """
    found = store or default_store()
    a, b = (d if isinstance(d, Dataset) else open_dataset(d, store=found) for d in (one, other))
    if ngram < 1:
        raise OptionError(f"--ngram is {ngram}; it must be at least 1")
    b.need(a.kind, f"diff (with {a.reference})")
    c = Comparison(a, b, _names(a, b), ngram, Counting(found, make_executor("serial"), progress))
    tables = [c.figures(), c.shared(), c.apart(), c.gained_and_lost(), c.telling()]
    settings = settings_that_differ(a, b, found)
    return [table for table in [*tables, settings] if table.rows or table is settings]


def _names(a: Dataset, b: Dataset) -> tuple[str, str]:
    return (a.name, b.name) if a.name != b.name else (a.reference, b.reference)


TELLING = 12
"""The number of distinguishing tokens or words that are shown."""


@dataclass(frozen=True)
class Blocks:
    """A dataset's blocks, which can be read more than once; reading reports progress."""

    dataset: Dataset
    stage: str
    progress: Progress

    def __iter__(self) -> Iterator[Sequences]:
        done = 0
        for batch in self.dataset.batches():
            yield sequences_of(batch)
            done += batch.num_rows
            self.progress(self.stage, done, self.dataset.rows, self.dataset.name)


@dataclass(frozen=True)
class Comparison:
    """Two datasets of one kind."""

    a: Dataset
    b: Dataset
    names: tuple[str, str]
    ngram: int
    counting: Counting

    def figures(self) -> Table:
        """Counts and statistics side by side, with the difference."""
        a, b = self.a, self.b
        pairs: list[tuple[str, Any, Any]] = [("rows", a.rows, b.rows), ("documents", a.documents, b.documents)]
        pairs += [("tokens", a.tokens, b.tokens), ("text", _size(a.manifest.text_bytes), _size(b.manifest.text_bytes))]
        pairs += [(key.replace("_", " "), summary(a, key), summary(b, key)) for key in FIGURES]
        rows = [[label, x, y, _difference(x, y)] for label, x, y in pairs if x is not None and y is not None]
        return Table("Figures", ["figure", *self.names, "difference"], rows)

    def shared(self) -> Table:
        """How much of each occurs in the other."""
        ours, theirs = self._shares(self.a, self.b), self._shares(self.b, self.a)
        if self.types:
            ours["types"], theirs["types"] = self.types.shared()
        headers = ["what", f"of {self.names[0]} in {self.names[1]}", f"of {self.names[1]} in {self.names[0]}"]
        note = (
            "Rows are compared by their values, whatever document they are from; copies are counted individually. "
            f"N-grams consist of {self.unit}s and never cross rows; shares of rows with a shared n-gram refer to the "
            "rows that are long enough to contain one."
        )
        rows = [[label, *(None if s is None else Share(s) for s in (ours[label], theirs[label]))] for label in ours]
        return Table("Shared", headers, rows, note=note)

    def _shares(self, part: Dataset, whole: Dataset) -> dict[str, float | None]:
        from corpora.inspect.overlap import contamination, rows_shared

        blocks = self._blocks(part), self._blocks(whole)
        shares: dict[str, float | None] = {"documents": _documents(part, whole)}
        shares["rows"] = rows_shared(*blocks).rate
        if self.types:
            seen = contamination(*blocks, n=self.ngram)
            shares |= {f"{self.ngram}-grams": seen.ngrams_seen_rate}
            shares |= {f"rows with a shared {self.ngram}-gram": seen.rows_seen_rate}
        return shares

    @property
    def unit(self) -> str:
        """What a type is: `token` or `word`."""
        return "token" if self.a.kind == "tokens" else "word"

    @cached_property
    def types(self) -> Types | None:
        """The tokens or words of both; None if the datasets have different tokenizers, whose ids do not correspond."""
        ours, theirs = vocabulary_in(self.a.path), vocabulary_in(self.b.path)
        return types_of(self.a, self.b, ours, self.counting) if ours == theirs else None

    def apart(self) -> Table:
        """The distances between the distributions of types and of lengths."""
        rows: list[list[object]] = []
        if self.types and self.a.rows and self.b.rows:
            rows.append([f"{self.unit} frequencies", float(f"{self.types.divergence().sum():.3g}")])
        lengths = lengths_divergence(*(d.statistics("lengths") for d in (self.a, self.b)))
        rows += [] if lengths is None else [[f"lengths in {self.unit}s", float(f"{lengths:.3g}")]]
        note = "Jensen-Shannon divergences, in bits: 0 for identical distributions, 1 if they have nothing in common."
        return Table("How far apart", ["of", "bits"], rows, note=note)

    def gained_and_lost(self) -> Table:
        """The types that only one dataset has: their number, their share of its text, and the most frequent ones."""
        headers = [f"{self.unit}s", "types", "share of the text", "the most frequent"]
        rows: list[list[object]] = []
        for first, (here, there) in ((True, self.names), (False, self.names[::-1])):
            if self.types and len(places := self.types.only(first=first)):
                counts = self.types.one if first else self.types.other
                most = LongText(", ".join(self.types.text_of(place) for place in places[:TELLING].tolist()))
                share = Share(counts[places].sum() / counts.sum())
                rows.append([f"in {here}, not in {there}", len(places), share, most])
        return Table(f"{self.unit.capitalize()}s that only one has", headers, rows, note=self._bounded())

    def telling(self) -> Table:
        """The types that contribute most to the difference between the two frequency distributions."""
        headers = [self.unit, *(f"in {name}, per million" for name in self.names)]
        rows: list[list[object]] = []
        if self.types and self.types.one.any() and self.types.other.any():
            apart = self.types.divergence()
            most = np.argsort(-apart, kind="stable")[:TELLING]
            sides = [counts * 1e6 / counts.sum() for counts in (self.types.one, self.types.other)]
            rows = [[self.types.text_of(i), *(side[i] for side in sides)] for i in most.tolist() if apart[i] > 0]
        return Table(f"{self.unit.capitalize()}s that tell them apart", headers, rows, note=self._bounded())

    def _bounded(self) -> str:
        return "" if self.types is None or self.types.exact else "For the half million most frequent words of each."

    def _blocks(self, dataset: Dataset) -> Blocks:
        return Blocks(dataset, "compare", self.counting.progress)


def settings_that_differ(a: Dataset, b: Dataset, store: Store) -> Table:
    """The settings that differ between two versions, including those of all their ancestors.

    Args:
        a: one version.
        b: the other.
        store: where their ancestors are looked up; missing ones are skipped.
    """
    ours, theirs = _settings(a, store), _settings(b, store)
    rows: list[list[object]] = []
    for key in dict.fromkeys([*ours, *theirs]):
        mine, other = ours.get(key, []), theirs.get(key, [])
        if mine != other:
            rows.append([key, *(LongText(", ".join(values)) if values else None for values in (mine, other))])
    names = _names(a, b)
    note = "Only their names." if a.fingerprint == b.fingerprint else ""
    return Table("Settings that differ, along the lineage", ["setting", *names], rows, note=note)


def _settings(dataset: Dataset, store: Store) -> dict[str, list[str]]:
    """Each setting with its values in the version and its ancestors, sources first."""
    settings: dict[str, list[str]] = {}
    for version in _ancestors(dataset, store):
        plan = version.manifest.plan
        verb = plan["components"][0]["name"] if plan["action"] in ("transform", "build") else plan["action"]
        for key, value in plan["settings"].items():
            if value is not None:
                settings.setdefault(f"{verb}: {key}", []).append(str(value))
        for component in plan["components"]:
            settings.setdefault(f"{component['name']}: version", []).append(str(component.get("version", "")))
            for key, value in component.get("options", {}).items():
                if value is not None:
                    settings.setdefault(f"{component['name']}: {key}", []).append(str(value))
        if plan["inputs"]:
            inputs = f"{len(plan['inputs']):,} files, {sha256_of([digest for _, digest in plan['inputs']])[:8]}"
            settings.setdefault(f"{verb}: inputs", []).append(inputs)
    return settings


def _ancestors(dataset: Dataset, store: Store) -> Iterator[Dataset]:
    for parent in dataset.manifest.parents:
        try:
            yield from _ancestors(store.find(parent), store)
        except DatasetNotFound:
            continue  # removed with --force; its fingerprint is still in the manifest
    yield dataset


def _documents(part: Dataset, whole: Dataset) -> float | None:
    ours, theirs = _document_ids(part), _document_ids(whole)
    return len(ours & theirs) / len(ours) if ours else None


def _document_ids(dataset: Dataset) -> set[str]:
    found: set[str] = set()
    for batch in dataset.batches():
        found.update(pc.run_end_encode(batch.column("document")).values.to_pylist())
    return found


def _size(value: int | None) -> Size | None:
    return None if value is None else Size(value)


def _difference(x: Any, y: Any) -> object:
    if isinstance(x, Size):
        return f"{y / x - 1:+.1%}" if x else None
    return float(f"{y - x:.4g}") if isinstance(x, float) or isinstance(y, float) else y - x

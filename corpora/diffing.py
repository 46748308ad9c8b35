"""What two datasets have in common and what not: figures, documents, vocabulary, how they were made, shared rows."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pyarrow.compute as pc
from numpy.typing import NDArray

from corpora.assemble import open_dataset
from corpora.blocks import sequences_of
from corpora.counting import vocabulary_in
from corpora.dataset import Dataset
from corpora.errors import DatasetNotFound, OptionError
from corpora.hashing import sha256_of
from corpora.pages.tables import summary
from corpora.pages.values import Long, Share, Size, Table
from corpora.progress import Progress, silent
from corpora.records import Sequences
from corpora.store import Store, default_store

NGRAM = 13
"""Tokens of an n-gram that counts as contamination (Brown et al. 2020, arXiv 2005.14165, appendix C)."""
FIGURES = (
    "words", "mean_words_per_sentence", "median_words_per_sentence", "types", "unknown_rate",
    "unigram_entropy_bits", "zipf_slope", "mean_length", "median_length", "longest",
)  # fmt: skip
"""Figures of manifests that are compared."""


def diff(
    one: Dataset | str,
    other: Dataset | str,
    *,
    ngram: int = NGRAM,
    store: Store | None = None,
    progress: Progress = silent,
) -> list[Table]:
    """How two datasets of one kind differ, as tables: figures, what is shared, and the settings that differ.

    Rows, documents and vocabulary are compared both ways, so that nestedness shows: a sample shares all of its
    rows with what it was taken from. For token datasets the share of n-grams says how much of an evaluation
    set a training set holds.

    Args:
        ngram: tokens of an n-gram, at least 1.

    Raises:
        DatasetNotFound: one of them is not in the store.
        OptionError: they are of different kinds, or n-grams of less than one token are asked for.
    """
    found = store or default_store()
    a, b = (d if isinstance(d, Dataset) else open_dataset(d, store=found) for d in (one, other))
    if ngram < 1:
        raise OptionError(f"--ngram is {ngram}; it must be at least 1")
    b.need(a.kind, f"diff (with {a.reference})")
    comparison = Comparison(a, b, _names(a, b), ngram, progress)
    tables = [comparison.figures(), comparison.shared(), comparison.telling_tokens()]
    return [table for table in [*tables, settings_that_differ(a, b, found)] if table.rows or table.note]


def _names(a: Dataset, b: Dataset) -> tuple[str, str]:
    return (a.name, b.name) if a.name != b.name else (a.reference, b.reference)


TELLING = 12
"""Tokens that are shown of those that tell two datasets apart."""


@dataclass(frozen=True)
class Blocks:
    """A dataset's blocks, which can be read more than once, telling how far the reading is."""

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
    progress: Progress

    def figures(self) -> Table:
        """Counts and statistics side by side, with the difference."""
        a, b = self.a, self.b
        pairs: list[tuple[str, Any, Any]] = [("rows", a.rows, b.rows), ("documents", a.documents, b.documents)]
        pairs += [("tokens", a.tokens, b.tokens), ("text", _size(a.manifest.text_bytes), _size(b.manifest.text_bytes))]
        pairs += [(key.replace("_", " "), summary(a, key), summary(b, key)) for key in FIGURES]
        rows = [[label, x, y, _difference(x, y)] for label, x, y in pairs if x is not None and y is not None]
        return Table("Figures", ["figure", *self.names, "difference"], rows)

    def shared(self) -> Table:
        """How much of each stands in the other."""
        ours, theirs = self._shares(self.a, self.b), self._shares(self.b, self.a)
        headers = ["what", f"of {self.names[0]} in {self.names[1]}", f"of {self.names[1]} in {self.names[0]}"]
        note = (
            "Rows are told apart by all of their values, whatever document they are from; copies count as often as "
            "they are there. N-grams lie within rows; shares of rows with one are of those long enough to hold one."
        )
        return Table("Shared", headers, [[label, ours[label], theirs[label]] for label in ours], note=note)

    def _shares(self, part: Dataset, whole: Dataset) -> dict[str, Share | None]:
        from corpora.overlap import contamination, rows_shared

        blocks = self._blocks(part), self._blocks(whole)
        shares = {"documents": _documents(part, whole), "rows": rows_shared(*blocks)["rows_shared_rate"]}
        if self.same_vocabulary:
            seen = contamination(*blocks, n=self.ngram)
            shares |= {"types": _types(part, whole), f"{self.ngram}-grams": seen["ngrams_seen_rate"]}
            shares |= {f"rows with a shared {self.ngram}-gram": seen["rows_seen_rate"]}
        return {label: None if share is None else Share(share) for label, share in shares.items()}

    @cached_property
    def same_vocabulary(self) -> bool:
        """Whether ids mean the same in both; False for sentences."""
        return self.a.kind == "tokens" and vocabulary_in(self.a.path) == vocabulary_in(self.b.path)

    def telling_tokens(self) -> Table:
        """The tokens that add most to the difference of the two frequency distributions."""
        vocabulary = vocabulary_in(self.a.path)
        headers = ["token", *(f"in {name}, a million" for name in self.names)]
        if not self.same_vocabulary or vocabulary is None or not (self.a.tokens and self.b.tokens):
            return Table("Tokens that tell them apart", headers)
        p, q = (counts / counts.sum() for counts in (d.statistics("tokens")["counts"] for d in (self.a, self.b)))
        apart = divergence(p, q)
        most = np.argsort(-apart, kind="stable")[:TELLING]
        rows = [[vocabulary.pieces[i], p[i] * 1e6, q[i] * 1e6] for i in most.tolist() if apart[i] > 0]
        note = f"Jensen-Shannon divergence of the token frequencies: {float(apart.sum()):.3g} bits, from 0 to 1."
        return Table("Tokens that tell them apart", headers, rows, note=note)

    def _blocks(self, dataset: Dataset) -> Blocks:
        return Blocks(dataset, "compare", self.progress)


def settings_that_differ(a: Dataset, b: Dataset, store: Store) -> Table:
    """What decided one version and not the other, over all that each was made from."""
    ours, theirs = _settings(a, store), _settings(b, store)
    rows: list[list[Any]] = []
    for key in dict.fromkeys([*ours, *theirs]):
        mine, other = ours.get(key, []), theirs.get(key, [])
        if mine != other:
            rows.append([key, *(Long(", ".join(values)) if values else None for values in (mine, other))])
    names = _names(a, b)
    note = "Nothing but their names." if a.fingerprint == b.fingerprint else ""
    return Table("Settings that differ, along the lineage", ["setting", *names], rows, note=note)


def _settings(dataset: Dataset, store: Store) -> dict[str, list[str]]:
    """Each setting with its values in the version and its ancestors, sources first."""
    settings: dict[str, list[str]] = {}
    for version in _ancestors(dataset, store):
        plan = version.manifest.plan
        verb = plan["components"][0]["name"] if plan["action"] in ("transform", "build") else plan["action"]
        for key, value in plan["settings"].items():
            settings.setdefault(f"{verb}: {key}", []).append(str(value))
        for component in plan["components"]:
            settings.setdefault(f"{component['name']}: version", []).append(str(component.get("version", "")))
            for key, value in component.get("options", {}).items():
                settings.setdefault(f"{component['name']}: {key}", []).append(str(value))
        if plan["inputs"]:
            inputs = f"{len(plan['inputs']):,} files, {sha256_of(plan['inputs'])[:8]}"
            settings.setdefault(f"{verb}: inputs", []).append(inputs)
    return settings


def _ancestors(dataset: Dataset, store: Store) -> Iterator[Dataset]:
    for parent in dataset.manifest.parents:
        try:
            yield from _ancestors(store.find(parent), store)
        except DatasetNotFound:
            continue  # removed with --force; its fingerprint still stands in the manifest
    yield dataset


def _documents(part: Dataset, whole: Dataset) -> float | None:
    ours, theirs = _document_ids(part), _document_ids(whole)
    return len(ours & theirs) / len(ours) if ours else None


def _document_ids(dataset: Dataset) -> set[str]:
    found: set[str] = set()
    for batch in dataset.batches():
        found.update(pc.run_end_encode(batch.column("document")).values.to_pylist())
    return found


def _types(part: Dataset, whole: Dataset) -> float | None:
    ours, theirs = (d.statistics("tokens")["counts"] > 0 for d in (part, whole))
    return float(np.count_nonzero(ours & theirs) / ours.sum()) if ours.any() else None


def divergence(p: NDArray[Any], q: NDArray[Any]) -> NDArray[np.float64]:
    """What each token adds to the Jensen-Shannon divergence of two distributions, in bits: [vocabulary]."""
    middle = (p + q) / 2
    parts: list[NDArray[np.float64]] = []
    for side in (p, q):
        seen = side > 0
        part = np.zeros(len(side))
        part[seen] = side[seen] * np.log2(side[seen] / middle[seen]) / 2
        parts.append(part)
    return parts[0] + parts[1]


def _size(value: int | None) -> Size | None:
    return None if value is None else Size(value)


def _difference(x: Any, y: Any) -> Any:
    if isinstance(x, Size):
        return f"{y / x - 1:+.1%}" if x else None
    return float(f"{y - x:.4g}") if isinstance(x, float) or isinstance(y, float) else y - x

"""A version described as plain values, for `corpora show`, reports and programs."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from corpora.plugin import Json
from corpora.store.dataset import Dataset

if TYPE_CHECKING:
    from corpora.execution import Executor
    from corpora.store.store import Store

STATISTICS = ("sentences", "words", "mean_words_per_sentence", "median_words_per_sentence")


def show(dataset: Dataset) -> dict[str, Any]:
    """A version's figures as JSON values; None for those that do not apply.

    Args:
        dataset: of any kind; token counts are None for sentences.
    """
    manifest = dataset.manifest
    summary = {key: value for figures in manifest.statistics.values() for key, value in figures.items()}
    return {
        "name": dataset.name,
        "fingerprint": dataset.fingerprint,
        "reference": dataset.reference,
        "path": str(dataset.path),
        "kind": dataset.kind,
        "rows": dataset.rows,
        "documents": dataset.documents,
        "tokens": dataset.tokens,
        "text_bytes": manifest.text_bytes,
        "size_bytes": manifest.size_bytes,
        "columns": dataset.schema.names,
        "statistics": {key: summary.get(key) for key in STATISTICS} | manifest.statistics,
        "accounting": manifest.accounting,
        "licences": manifest.licences,
        "notes": list(manifest.notes),
        "parents": list(manifest.parents),
        "plan": manifest.plan,
        "created": manifest.created,
        "elapsed_seconds": manifest.elapsed_seconds,
        "versions": manifest.versions,
        "command": manifest.command,
    }


def summaries(
    store: Store, dataset: Dataset, statistics: Iterable[str], executor: Executor | str = "serial"
) -> dict[str, Json]:
    """Summaries of chosen statistics of a version, by name.

    Args:
        store: keeps counts that are not part of the version, so that each statistic is counted only once.
        dataset: the version.
        statistics: names or short forms, such as `repeats`.
        executor: an executor or its short form, such as `processes:workers=2`.

    Raises:
        UnknownName: no plugin offers one of the statistics.
        OptionError: one does not read datasets of this kind.
    """
    from corpora.execution import make_executor
    from corpora.plugin import must_return
    from corpora.store.statistics import counts_of

    counted = {name: counts_of(store, dataset, name, make_executor(executor)) for name in statistics}
    told = {name: (statistic, statistic.summarise(counts)) for name, (statistic, counts) in counted.items()}
    for statistic, summary in told.values():
        must_return(isinstance(summary, dict), statistic, "summarise", summary, "a dict of figures")
    return {name: summary for name, (_, summary) in told.items()}


def texts(dataset: Dataset) -> Iterator[dict[str, Any]]:
    """A version's rows as dicts for people to read: its columns, and for token datasets also the decoded `text`.

    A score that is NaN becomes None, because JSON has no NaN.

    Args:
        dataset: of any kind; ids are decoded with the version's own tokenizer.
    """
    from corpora.store.blocks import scores_in
    from corpora.store.vocabulary import vocabulary_in

    vocabulary, scores = vocabulary_in(dataset.path), scores_in(dataset.schema)
    for batch in dataset.batches():
        rows: list[dict[str, Any]] = batch.to_pylist()
        for row, name in itertools.product(rows, scores):
            row[name] = None if math.isnan(row[name]) else row[name]
        if vocabulary is not None:
            decoded = vocabulary.tokenizer.decode_batch([row["input_ids"] for row in rows], skip_special_tokens=False)
            rows = [{"text": text, **row} for text, row in zip(decoded, rows, strict=True)]
        yield from rows

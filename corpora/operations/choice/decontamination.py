"""Remove text that shares n-grams with evaluation data, so that a model trained on the rest has not seen it."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Literal, get_args

import numpy as np

from corpora.errors import InputError, OptionError
from corpora.execution import Executor, Progress, reported, silent
from corpora.operations.choice.digests import ignored_differences
from corpora.operations.choice.documents import documents_with
from corpora.operations.choice.evaluation import absolute, is_of_files
from corpora.operations.choice.ngram_index import Evaluation, evaluations_of, longest_row, write_index
from corpora.operations.choice.removals import REMOVED
from corpora.operations.choice.shared_ngrams import ROW, FindTask, RemoveTask, read_spans, removals_file
from corpora.operations.document_selection import BY_ID
from corpora.operations.thresholds import check_by
from corpora.operations.version_writer import Rows, Work, write_version, written_parts
from corpora.plugin import Json
from corpora.store import Dataset, Manifest, Plan, Store, vocabulary_in

NGRAM = 13
"""Tokens or words (Brown et al. 2020, arXiv 2005.14165, appendix C)."""
VERSION = 1
"""Increased whenever the same options remove something different."""
Removed = Literal["row", "document", "span"]


def without(
    dataset: Dataset | str,
    *,
    of: Sequence[str | Dataset],
    ngram: int = NGRAM,
    by: Removed = "row",
    normalise: str | Iterable[str] = (),
    name: str | None = None,
    executor: Executor | str = "serial",
    store: Store | None = None,
    progress: Progress = silent,
) -> Dataset:
    """Remove from a dataset what shares an n-gram with evaluation data.

    N-grams consist of words in sentence datasets and of ids in token datasets, and never cross rows. `corpora.diff`
    counts the same n-grams, and finds none of them afterwards. For a token dataset, evaluation texts are tokenized with
    its tokenizer. `removed.jsonl` has one line per removal, with its n-gram.

    Args:
        dataset: open, or given by reference.
        of: datasets, `squad:DIR` or `glue:DIR` (their dev and test files), or files (.txt, .jsonl, .json, .csv, .tsv).
        ngram: the length of an n-gram in words or tokens, at least 1.
        by: what to remove: rows that share an n-gram, their whole documents, or only the shared words. The text on
            either side of removed words becomes a separate row.
        normalise: differences between words to ignore, any of `case`, `punctuation` and `space`, as for `distinct`;
            for sentence datasets only. Words of nothing but punctuation do not count then. What stays is unchanged.
        name: of the new dataset.

    Raises:
        OptionError: there is no evaluation data, it has another tokenizer, the n-gram is longer than any row, a
            normalisation is unknown or given for a token dataset, or nothing would be left.
        InputError: a file is missing or cannot be read.
    """
    work = Work.here(store, executor, progress)
    parent = work.open(dataset)
    check_by(by, get_args(Removed))
    if ngram < 1:
        raise OptionError(f"--ngram is {ngram}; it must be at least 1")
    if not of:
        raise OptionError("without needs evaluation data; give --of at least once")
    ignored = ignored_differences(normalise, parent)
    evaluations = evaluations_of(of, parent, work)
    words = [each.name for each in evaluations if each.is_dataset]
    words += [absolute(word) for word in of if isinstance(word, str) and is_of_files(word)]
    options: dict[str, Json] = {"ngram": ngram, "by": by} | ({"normalise": list(ignored)} if ignored else {})
    plan = _plan(parent, evaluations, words, options)
    name = name or f"{parent.name}-clean"

    def write(staging: Path) -> Manifest:
        """Write the version; if its arguments turn out to be wrong, the staged parts are of no use and are deleted."""
        try:
            return _write(staging, name, plan, parent, evaluations, work)
        except InputError:
            shutil.rmtree(staging)
            raise

    return work.add(name, plan, write)


def _plan(parent: Dataset, evaluations: list[Evaluation], words: list[str], options: dict[str, Json]) -> Plan:
    """The plan of the version; `words` are the evaluation data as a recipe names them."""
    return Plan(
        action="without",
        components=({"kind": "operations", "name": "without", "version": VERSION},),
        settings=options
        | {"of": [each.digest for each in evaluations if each.is_dataset]}
        | (BY_ID if options["by"] == "document" else {}),
        parents=(parent.fingerprint,),
        inputs=tuple(sorted((each.name, each.digest) for each in evaluations if not each.is_dataset)),
        recipe={"without": parent.name, "of": words} | options,
    )


def _write(
    staging: Path, name: str, plan: Plan, parent: Dataset, evaluations: list[Evaluation], work: Work
) -> Manifest:
    folder, by, ngram = staging / "parts", plan.settings["by"], plan.settings["ngram"]
    folder.mkdir(exist_ok=True)
    normalise = tuple(plan.settings.get("normalise", ()))
    index, coverage = write_index(folder, evaluations, ngram, normalise)
    pieces = parent.pieces()
    found = list(reported(work.executor.map(FindTask(folder, index), pieces), work.progress, "find", len(pieces)))
    if not sum(total for _, total in found):
        longest = longest_row(parent.batches(), normalise)
        raise OptionError(
            f"--ngram is {ngram}, but the longest row of {parent.reference} has {longest}; give at most {longest}"
        )
    documents = None
    if by == "document":
        documents = documents_with(parent, np.concatenate([read_spans(path)[:, ROW] for path, _ in found]))
    accounting: dict[str, object] = {"rows": parent.rows, "ngram": ngram, "evaluation": coverage.ngrams}
    accounting |= {"texts": coverage.texts, "short": coverage.short}
    task = RemoveTask(folder, parent.schema, index, by, vocabulary_in(parent.path), documents)
    batches = written_parts(work, task, pieces, "remove", accounting)
    manifest = write_version(staging, name, plan, Rows(parent.schema, batches, (parent,), accounting), work)
    if not manifest.rows:
        raise OptionError(
            f"every row of {parent.reference} shares a {ngram}-gram with {', '.join(coverage.ngrams)}, so nothing "
            "would be left; give a larger --ngram or other data"
        )
    with (staging / REMOVED).open("wb") as file:
        for piece in pieces:
            file.write(removals_file(folder, piece).read_bytes())
    return manifest

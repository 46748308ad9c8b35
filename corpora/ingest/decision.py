"""The middle stage of a build: one pass over everything that was found, which decides what to keep."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice, pairwise
from typing import Any

import pyarrow as pa

from corpora.arrays import column_of
from corpora.ingest.duplicates import Method, find
from corpora.ingest.repeated_paragraphs import shared_edges

DOCUMENT_COLUMNS = ["id", "title", "author", "url", "licence", "language", "encoding", "words", "sha256", "metadata"]


@dataclass(frozen=True)
class Outcomes:
    """The decisions about everything that a build found."""

    documents: pa.Table
    """One row per item found: the columns of `documents.parquet`, with the decision in `fate`."""
    rejects: list[dict[str, str]]
    survivors: dict[int, frozenset[int]]
    """For each part, the numbers of the rows to write."""
    found: dict[int, int] = field(default_factory=dict)
    """For each part, how many of its rows were decided on; `--limit` can fall within a part."""
    accounting: dict[str, Any] = field(default_factory=dict)
    shared: dict[int, int] = field(default_factory=dict)
    """The hash of each paragraph near the ends of many documents, with the number of documents that contain it."""
    tables: dict[str, Counter[str]] = field(default_factory=dict)
    """Tables of counts from the documents' metadata, summed over the corpus."""

    def examples(self, among: Collection[str] | None = None, most: int = 3) -> str:
        """The first documents that were not kept, with their reasons, for messages.

        Args:
            among: only those with one of these reasons, as `stage: reason`; None for all.
            most: how many.
        """
        lines = (line for line in self.rejects if among is None or f"{line['stage']}: {line['reason']}" in among)
        return "; ".join(
            f"{line['id']}: {line['reason']}" + (f" ({line['detail']})" if line["detail"] else "")
            for line in islice(lines, most)
        )


def decide(table: pa.Table, bounds: Sequence[int], duplicates: Method) -> Outcomes:
    """Decide which documents to keep, in one pass over the whole corpus.

    Args:
        table: the extract rows of all parts in order, without their paragraphs and side records.
        bounds: [parts + 1], the row at which each part begins, and the number of rows.
        duplicates: which duplicates to drop, as in `build`.
    """
    reasons: list[str | None] = table["reason"].to_pylist()
    open_rows = [row for row, reason in enumerate(reasons) if reason is None]
    columns = ["id", "title", "author", "words", "signature"]
    copies = {
        open_rows[i]: why
        for i, why in find(table.select(columns).take(column_of(open_rows, pa.int64())), duplicates).items()
    }
    rejects = list(_reject_lines(table, reasons, copies))
    gone = {line["row"] for line in rejects}
    fate = [f"rejected: {reasons[r] or copies[r][0]}" if r in gone else "written" for r in range(len(reasons))]
    counts = _sums(table["counts"].to_pylist())
    documents = table.select(DOCUMENT_COLUMNS)
    survivors = {n: frozenset(r - a for r in range(a, b) if r not in gone) for n, (a, b) in enumerate(pairwise(bounds))}
    found = {n: b - a for n, (a, b) in enumerate(pairwise(bounds))}
    accounting = {
        "found": len(reasons),
        "written": len(reasons) - len(gone),
        "rejected": _tally(line for line in rejects if not line["failed"]),
        "failed": sum(line["failed"] for line in rejects),
        "failures": _tally(line for line in rejects if line["failed"]),
        "counts": {key: dict(counter.most_common(200)) for key, counter in counts.items()},
    }
    lines = [{key: line[key] for key in ("id", "stage", "reason", "detail")} for line in rejects]
    kept = column_of([row for row in range(len(reasons)) if row not in gone], pa.int64())
    shared = shared_edges(table["edges"].take(kept))
    return Outcomes(
        documents.append_column("fate", column_of(fate, pa.large_string())),
        lines,
        survivors,
        found,
        accounting,
        shared,
        counts,
    )


def _reject_lines(
    table: pa.Table, reasons: Sequence[str | None], copies: dict[int, tuple[str, str]]
) -> Iterator[dict[str, Any]]:
    stages, details = table["stage"].to_pylist(), table["detail"].to_pylist()
    failed, ids = table["failed"].to_pylist(), table["id"].to_pylist()
    for row, reason in enumerate(reasons):
        line = {"row": row, "id": ids[row], "failed": bool(failed[row])}
        if reason is not None:
            yield line | {"stage": stages[row], "reason": reason, "detail": details[row] or ""}
        elif row in copies:
            yield line | {"stage": "deduplicate", "reason": copies[row][0], "detail": copies[row][1]}


def _sums(texts: Iterable[str | None]) -> dict[str, Counter[str]]:
    """Tables of counts from the documents' metadata, summed over the corpus."""
    totals: dict[str, Counter[str]] = {}
    for text in filter(None, texts):
        for key, counts in json.loads(text).items():
            totals.setdefault(key, Counter()).update(counts)
    return totals


def _tally(lines: Iterator[dict[str, Any]]) -> dict[str, int]:
    counter = Counter(f"{line['stage']}: {line['reason']}" for line in lines)
    return dict(sorted(counter.items(), key=lambda item: (-item[1], item[0])))


def reasons_text(accounting: dict[str, Any]) -> str:
    """Why documents were not kept, in short: `2 filter: too short, 1 read: encrypted`.

    Args:
        accounting: the counts of documents by stage and reason, as in the manifest.
    """
    both = accounting["rejected"] | accounting["failures"]
    return ", ".join(f"{number:,} {reason}" for reason, number in both.items()) or "none rejected"

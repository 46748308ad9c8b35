"""The first and the last stage of a build, shard by shard: documents in, and sentences out."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa

from corpora.errors import InputChanged
from corpora.ingest.duplicates import Method, signature
from corpora.ingest.holes import whole_sentences
from corpora.ingest.repeated_paragraphs import edge_hashes, without_shared
from corpora.plugin import Document, Filter, Reject, Shard, Source, Splitter, must_return
from corpora.store import SENTENCES, read_stream, write_stream, write_text

EXTRACT = pa.schema(
    [
        ("id", pa.large_string()),
        ("title", pa.large_string()),
        ("author", pa.large_string()),
        ("url", pa.large_string()),
        ("licence", pa.large_string()),
        ("language", pa.large_string()),
        ("words", pa.int64()),
        ("sha256", pa.large_string()),
        ("metadata", pa.large_string()),
        ("stage", pa.large_string()),
        ("reason", pa.large_string()),
        ("detail", pa.large_string()),
        ("failed", pa.bool_()),
        ("signature", pa.large_binary()),
        ("edges", pa.large_list(pa.uint64())),
        ("paragraphs", pa.large_list(pa.large_string())),
    ]
)
"""One row for everything found: a document with its paragraphs, or a reject with its stage and reason."""
BATCH_BYTES = 8 << 20


@dataclass(frozen=True)
class Part:
    """A few shards that one worker reads together."""

    number: int
    shards: tuple[Shard, ...]
    stamps: tuple[tuple[int, int] | None, ...]
    """Each shard's file size and modification time when it was fingerprinted."""


@dataclass(frozen=True)
class ExtractTask:
    """Reads one part: documents, filters, signatures."""

    folder: Path
    source: Source
    filters: tuple[Filter, ...]
    duplicates: Method
    limit: int | None
    shared_edges: bool = False
    """Whether to keep the hashes of the paragraphs near both ends, to find what many documents share there."""

    def path(self, number: int) -> Path:
        """Where a part's rows are, once they are whole."""
        return self.folder / f"extract-{number:05d}.arrow"

    def __call__(self, part: Part) -> int:
        """Write the part's rows, unless an earlier attempt did; how many it found."""
        path = self.path(part.number)
        if not path.exists():
            write_stream(path, EXTRACT, self._batches(part))
        return sum(batch.num_rows for batch in read_stream(path))

    def _batches(self, part: Part) -> Iterator[pa.RecordBatch]:
        rows: list[dict[str, Any]] = []
        size = found = 0
        for shard, stamp in zip(part.shards, part.stamps, strict=True):
            for outcome in self.source.read(shard):
                rows.append(self._row(outcome))
                size += sum(map(len, rows[-1]["paragraphs"]))
                found += 1
                if size >= BATCH_BYTES or len(rows) >= 10_000:
                    yield pa.RecordBatch.from_pylist(rows, EXTRACT)
                    rows, size = [], 0
                if found == self.limit:
                    break
            check_unchanged(shard, stamp)
            if found == self.limit:
                break
        yield pa.RecordBatch.from_pylist(rows, EXTRACT)

    def _row(self, outcome: Document | Reject) -> dict[str, Any]:
        if isinstance(outcome, Reject):
            return reject_row(outcome)
        must_return(isinstance(outcome, Document), self.source, "read", outcome, "documents and rejects")
        for chosen in self.filters:
            if reason := chosen.reject(outcome):
                must_return(isinstance(reason, str), chosen, "reject", reason, "a few words, or None")
                detail = f"{outcome.words:,} words" if outcome.words else ""
                return document_row(outcome, self.source) | {
                    "stage": "filter", "reason": reason, "detail": detail, "paragraphs": [],
                }  # fmt: skip
        row = document_row(outcome, self.source) | {"signature": signature(outcome, self.duplicates)}
        if self.shared_edges:
            row["edges"] = sorted({*edge_hashes(outcome.paragraphs).values()})
        return row


@dataclass(frozen=True)
class WriteTask:
    """Cuts the surviving documents of one part into sentences."""

    folder: Path
    splitter: Splitter
    survivors: dict[int, frozenset[int]]
    """For each part, the numbers of the rows that stay."""
    shared: frozenset[int] = frozenset()
    """The hashes of the paragraphs that are left out near the ends of documents."""

    def path(self, number: int) -> Path:
        """Where a part's sentences are, once they are whole."""
        return self.folder / f"sentences-{number:05d}.arrow"

    def __call__(self, number: int) -> Path:
        """Write the part's sentences, unless an earlier attempt did, and next to them how many had a hole."""
        path = self.path(number)
        if not path.exists():
            holes: list[int] = []
            write_stream(path, SENTENCES, self._batches(number, holes))
            write_text(self.holes_path(number), str(sum(holes)))
        return path

    def holes(self, number: int) -> int:
        """How many sentences of a written part were dropped for their holes."""
        path = self.holes_path(number)
        return int(path.read_text(encoding="utf-8")) if path.exists() else 0

    def holes_path(self, number: int) -> Path:
        """Where the number of a part's dropped sentences is."""
        return self.folder / f"holes-{number:05d}.txt"

    def _batches(self, number: int, holes: list[int]) -> Iterator[pa.RecordBatch]:
        row, keep = 0, self.survivors[number]
        for batch in read_stream(self.folder / f"extract-{number:05d}.arrow"):
            for inside in range(batch.num_rows):
                if row in keep:
                    yield self._document(batch["id"][inside].as_py(), batch["paragraphs"][inside].as_py(), holes)
                row += 1

    def _document(self, document: str, paragraphs: Sequence[str], holes: list[int]) -> pa.RecordBatch:
        texts: list[str] = []
        numbers: list[int] = []
        for number, paragraph in enumerate(without_shared(paragraphs, self.shared)):
            sentences, dropped = whole_sentences(paragraph, self.splitter)
            holes.append(dropped)
            texts += sentences
            numbers += [number] * len(sentences)
        columns = [
            pa.array(texts, pa.large_string()),
            pa.array(numbers, pa.int32()),
            pa.repeat(pa.scalar(document, pa.large_string()), len(texts)),
        ]
        return pa.RecordBatch.from_arrays(columns, schema=SENTENCES)


def document_row(document: Document, source: Source) -> dict[str, Any]:
    """A document as a row of the extract table."""
    metadata = dict(document.metadata)
    if document.headings:
        metadata["headings"] = len(document.headings)
    return {
        "id": document.id,
        "title": document.title,
        "author": document.author,
        "url": document.url,
        "licence": document.licence or source.licence,
        "language": document.language,
        "words": document.words,
        "sha256": _digest(document.text),
        "metadata": json.dumps(metadata, ensure_ascii=False, sort_keys=True),
        "paragraphs": list(document.paragraphs),
    }


def _digest(text: bytes) -> str:
    """The digest of a document as a file that ends in a newline, without copying it."""
    digest = hashlib.sha256(text)
    digest.update(b"\n")
    return digest.hexdigest()


def reject_row(reject: Reject) -> dict[str, Any]:
    """A reject as a row of the extract table."""
    return {
        "id": reject.id,
        "stage": reject.stage,
        "reason": reject.reason,
        "detail": reject.detail,
        "failed": reject.failed,
        "paragraphs": [],
    }


def stamp_of(shard: Shard) -> tuple[int, int] | None:
    """What tells that a shard's file is still the one that was fingerprinted: its size and modification time."""
    if shard.path is None:
        return None
    status = shard.path.stat()
    return status.st_size, status.st_mtime_ns


def check_unchanged(shard: Shard, stamp: tuple[int, int] | None) -> None:
    """See that a shard's file did not change since it was fingerprinted.

    Raises:
        InputChanged: it did, or is gone.
    """
    try:
        same = stamp_of(shard) == stamp
    except FileNotFoundError:
        same = False
    if not same:
        raise InputChanged(f"{shard.path} changed while it was read; run the build again when nobody writes there")

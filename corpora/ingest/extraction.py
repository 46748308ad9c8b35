"""The first and the last stage of a build, shard by shard: read documents, and write sentences."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import pyarrow as pa

from corpora.arrays import column_of
from corpora.errors import InputChanged
from corpora.ingest.duplicates import Method, signature
from corpora.ingest.holes import whole_sentences, whole_spans, with_stand_ins
from corpora.ingest.repeated_paragraphs import edge_hashes, shared_in
from corpora.ingest.side_records import HAS_HOLE, SideRecordWriter, metadata_json, side_json
from corpora.ingest.texts import Paragraphs, are_spans, joined, named, paragraphs_in, sentence_rows, span_rows, together
from corpora.plugin import Document, Filter, Reject, Shard, Source, Splitter, must_return, plugin_code
from corpora.store import SENTENCES, read_stream, write_stream

EXTRACT = pa.schema(
    [
        ("id", pa.large_string()),
        ("title", pa.large_string()),
        ("author", pa.large_string()),
        ("url", pa.large_string()),
        ("licence", pa.large_string()),
        ("language", pa.large_string()),
        ("encoding", pa.large_string()),
        ("words", pa.int64()),
        ("sha256", pa.large_string()),
        ("metadata", pa.large_string()),
        ("counts", pa.large_string()),
        ("stage", pa.large_string()),
        ("reason", pa.large_string()),
        ("detail", pa.large_string()),
        ("failed", pa.bool_()),
        ("signature", pa.large_binary()),
        ("edges", pa.large_list(pa.uint64())),
        ("side_records", pa.large_string()),
        ("text", pa.large_binary()),
    ]
)
"""One row per item found: a document with the text of its paragraphs, or a reject with its stage and reason."""
PART_BYTES = 4 << 20
"""Small enough that a build of tens of megabytes is shared out evenly, and a killed one loses little."""
BATCH_BYTES = 8 << 20
NO_LETTERS = "no letter or digit"
"""The reason in the accounting for dropping a sentence."""


@dataclass(frozen=True)
class Part:
    """A few shards that one worker reads together."""

    number: int
    shards: tuple[Shard, ...]
    stamps: tuple[tuple[int, int] | None, ...]
    """The size and modification time of each shard's file when it was fingerprinted."""


def join_shards(shards: Sequence[Shard]) -> Iterator[Part]:
    """Group shards into parts of at least 4 MB, independent of the number of workers.

    Args:
        shards: in the source's order, which the parts keep; a part ends with the shard that fills it.
    """
    waiting: list[Shard] = []
    number = size = 0
    for shard in shards:
        waiting.append(shard)
        size += shard.size_bytes
        if size >= PART_BYTES:
            yield Part(number, tuple(waiting), tuple(map(stamp_of, waiting)))
            waiting, number, size = [], number + 1, 0
    if waiting:
        yield Part(number, tuple(waiting), tuple(map(stamp_of, waiting)))


@dataclass(frozen=True)
class ExtractTask:
    """Reads one part: reads its documents, filters them, and computes their signatures."""

    folder: Path
    source: Source
    filters: tuple[Filter, ...]
    duplicates: Method
    limit: int | None
    shared_edges: bool = False
    """Whether to store hashes of the paragraphs near both ends, to find those that many documents share."""

    def path(self, number: int) -> Path:
        """The file with a part's rows; it exists only once they are complete."""
        return self.folder / f"documents-{number:05d}.arrow"

    def __call__(self, part: Part) -> int:
        """Write the part's rows unless an earlier attempt did, and return their number."""
        path = self.path(part.number)
        if not path.exists():
            write_stream(path, EXTRACT, self._batches(part))
        return sum(batch.num_rows for batch in read_stream(path))

    def _batches(self, part: Part) -> Iterator[pa.RecordBatch]:
        rows: list[dict[str, Any]] = []
        size = found = 0
        for shard, stamp in zip(part.shards, part.stamps, strict=True):
            for outcome in self._read(shard):
                rows.append(self._row(outcome))
                size += len(rows[-1]["text"])
                found += 1
                if size >= BATCH_BYTES or len(rows) >= 10_000:
                    yield _extracted(rows)
                    rows, size = [], 0
                if found == self.limit:
                    break
            check_unchanged(shard, stamp)
            if found == self.limit:
                break
        yield _extracted(rows)

    def _read(self, shard: Shard) -> Iterator[Document | Reject]:
        with plugin_code(self.source, "read", lambda: f"shard {shard.key}"):
            yield from self.source.read(shard)

    def _row(self, outcome: Document | Reject) -> dict[str, Any]:
        if isinstance(outcome, Reject):
            return reject_row(outcome)
        must_return(isinstance(outcome, Document), self.source, "read", outcome, "documents and rejects")
        for chosen in self.filters:
            with plugin_code(chosen, "reject", lambda: f"document {outcome.id}"):
                reason = chosen.reject(outcome)
            if reason:
                must_return(isinstance(reason, str), chosen, "reject", reason, "a few words, or None")
                detail = f"{outcome.words:,} words" if outcome.words else ""
                return document_row(outcome, self.source) | {
                    "stage": "filter", "reason": reason, "detail": detail, "text": b"",
                }  # fmt: skip
        row = document_row(outcome, self.source) | {"signature": signature(outcome, self.duplicates)}
        if self.shared_edges:
            row["edges"] = sorted({*edge_hashes(outcome.paragraphs).values()})
        return row


@dataclass(frozen=True)
class WriteTask:
    """Splits the remaining documents of one part into sentences, and collects the part's side records."""

    folder: Path
    splitter: Splitter
    survivors: dict[int, frozenset[int]]
    """For each part, the numbers of the rows to write."""
    found: dict[int, int]
    """For each part, how many of its rows count; `--limit` can fall within a part."""
    shared: frozenset[int] = frozenset()
    """The hashes of paragraphs to remove near the ends of documents."""
    keep_symbols: bool = False
    """Whether to write sentences without a letter or digit too."""

    def path(self, number: int) -> Path:
        """The file with a part's sentences; it exists only once they are complete."""
        return self.folder / f"sentences-{number:05d}.arrow"

    def side_path(self, number: int) -> Path:
        """The file with a part's side records; it exists only once its sentences are complete."""
        return self.folder / f"side-{number:05d}.json"

    def __call__(self, number: int) -> int:
        """Write a part's sentences and side records unless an earlier attempt did, and return the part's number."""
        if not (self.path(number).exists() and self.side_path(number).exists()):
            side = SideRecordWriter()
            write_stream(self.path(number), SENTENCES, self._batches(number, side))
            side.save(self.side_path(number))
        return number

    def _batches(self, number: int, side: SideRecordWriter) -> Iterator[pa.RecordBatch]:
        for splitter, documents in together(self._documents(number, side)):
            for rows, symbols in self._rows(documents, splitter, side):
                side.drop(NO_LETTERS, symbols)
                yield rows

    def _documents(self, number: int, side: SideRecordWriter) -> Iterator[tuple[Splitter, str, Sequence[str]]]:
        """The documents to write, each with its splitter, its id, and the paragraphs that stay."""
        row, keep, found = 0, self.survivors[number], self.found[number]
        for batch in read_stream(self.folder / f"documents-{number:05d}.arrow"):
            for inside in range(min(batch.num_rows, found - row)):
                document = batch["id"][inside].as_py()
                side.add_json(document, batch["side_records"][inside].as_py())
                if row in keep:
                    paragraphs = paragraphs_in(batch["text"][inside].as_py())
                    shared = shared_in(paragraphs, self.shared)
                    side.add(document, {"removed": [shared_record(n, paragraphs[n]) for n in shared]})
                    kept = [text for n, text in enumerate(paragraphs) if n not in shared] if shared else paragraphs
                    yield self.splitter.for_language(batch["language"][inside].as_py() or ""), document, kept
                row += 1

    def _rows(
        self, documents: Sequence[Paragraphs], splitter: Splitter, side: SideRecordWriter
    ) -> Iterator[tuple[pa.RecordBatch, int]]:
        """The sentences as rows, and the number of those left out since they have no letter or digit."""
        texts = [(document, with_stand_ins(paragraphs)) for document, paragraphs in documents]
        cut = [*chain.from_iterable(inside for _, inside in texts)]
        with plugin_code(splitter, "spans", lambda: named(documents)):
            spans = splitter.spans(cut)
        if spans is None:
            for document, paragraphs in documents:
                yield self._split(document, paragraphs, splitter, side)
            return
        right = are_spans(spans, sum(map(len, cut)) + len(cut))
        must_return(right, splitter, "spans", spans, "where sentences begin and end, in order")
        spans, holes = whole_spans([*chain.from_iterable(inside for _, inside in documents)], spans)
        side.drop(HAS_HOLE, holes)
        yield span_rows(texts, spans, keep_symbols=self.keep_symbols)

    def _split(
        self, document: str, paragraphs: Sequence[str], splitter: Splitter, side: SideRecordWriter
    ) -> tuple[pa.RecordBatch, int]:
        """The rows of one document whose sentences the splitter gives as strings."""
        split: list[list[str]] = []
        holes = 0
        with plugin_code(splitter, "split", lambda: f"document {document}, paragraph {len(split) + 1:,}"):
            for sentences, dropped in whole_sentences(paragraphs, splitter):
                split.append(sentences)
                holes += dropped
        side.drop(HAS_HOLE, holes)
        return sentence_rows(document, split, keep_symbols=self.keep_symbols)


def _extracted(rows: Sequence[dict[str, Any]]) -> pa.RecordBatch:
    """Rows of the extract table as a batch; missing values become null."""
    columns = [column_of([row.get(field.name) for row in rows], field.type) for field in EXTRACT]
    return pa.RecordBatch.from_arrays(columns, schema=EXTRACT)


def shared_record(number: int, paragraph: str) -> dict[str, Any]:
    """The record in `removed.jsonl` for a paragraph that occurs near the ends of many documents.

    Args:
        number: the paragraph's index in its document, from 0; the record counts from 1.
        paragraph: its text.
    """
    return {"rule": "repeated in many documents", "position": f"paragraph {number + 1}", "text": paragraph}


def document_row(document: Document, source: Source) -> dict[str, Any]:
    """A document as a row of the extract table.

    Args:
        document: as the source read it.
        source: its licence is used if the document has none.
    """
    metadata = dict(document.metadata)
    if document.headings:
        metadata["headings"] = len(document.headings)
    kept, counts = metadata_json(metadata)
    return {
        "id": document.id,
        "title": document.title,
        "author": document.author,
        "url": document.url,
        "licence": document.licence or source.licence,
        "language": document.language,
        "encoding": document.encoding,
        "words": document.words,
        "sha256": _digest(document.text),
        "metadata": kept,
        "counts": counts,
        "side_records": side_json(document.side_records),
        "text": joined(document),
    }


def _digest(text: bytes) -> str:
    """The sha256 of a text followed by a newline, computed without copying the text."""
    digest = hashlib.sha256(text)
    digest.update(b"\n")
    return digest.hexdigest()


def reject_row(reject: Reject) -> dict[str, Any]:
    """A reject as a row of the extract table.

    Args:
        reject: made by a source or a filter.
    """
    return {
        "id": reject.id,
        "stage": reject.stage,
        "reason": reject.reason,
        "detail": reject.detail,
        "failed": reject.failed,
        "metadata": "{}",
        "side_records": side_json(reject.side_records),
        "text": b"",
    }


def stamp_of(shard: Shard) -> tuple[int, int] | None:
    """The size and modification time (ns) of a shard's file, to detect later changes; None if it has no file.

    Args:
        shard: its `path` is the file; None for shards that are generated.
    """
    if shard.path is None:
        return None
    status = shard.path.stat()
    return status.st_size, status.st_mtime_ns


def check_unchanged(shard: Shard, stamp: tuple[int, int] | None) -> None:
    """Check that a shard's file has not changed since it was fingerprinted.

    Args:
        shard: was just read.
        stamp: what `stamp_of` returned when the file was fingerprinted.

    Raises:
        InputChanged: the file has changed or no longer exists.
    """
    try:
        same = stamp_of(shard) == stamp
    except FileNotFoundError:
        same = False
    if not same:
        raise InputChanged(
            f"{shard.path} changed while it was read; run the build again once nothing writes to it any more"
        )

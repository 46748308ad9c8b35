"""Read a sample of a folder's documents, and count the rows, words and tokens that they give."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from multiprocessing import active_children
from pathlib import Path
from typing import Any

import pyarrow as pa

from corpora.ingest.duplicates import find, signature
from corpora.ingest.holes import whole_sentences
from corpora.plugin import Document, Filter, Reject, Shard, Source, Splitter, registry

TABLES = (".jsonl", ".ndjson", ".csv", ".tsv")
PACKED = (".gz", ".bz2", ".xz", ".zst")
COUNTED = ("rows", "words", "tokens")
LARGE_BYTES = 16 << 20
"""Of larger text files, only the beginning is read."""
HEAD_BYTES = 4 << 20


@dataclass
class Sample:
    """What was read, and what a build would make of it."""

    seconds: float = 0.0
    processor_seconds: float = 0.0
    """Of what a build does too, so without the counting of tokens."""
    files: int = 0
    bytes: int = 0
    found: int = 0
    kept: int = 0
    near_copies: int = 0
    rows: int = 0
    words: int = 0
    tokens: int = 0
    copied: dict[str, int] = field(default_factory=dict)
    """How many of the rows, words and tokens are of near-copies."""
    encodings: dict[str, int] = field(default_factory=dict)
    languages: dict[str, int] = field(default_factory=dict)
    rejects: dict[str, int] = field(default_factory=dict)


def suffix_of(path: Path) -> str:
    """A file's suffix in lower case; for a compressed file with the suffix of its content, such as `.jsonl.gz`."""
    suffix = path.suffix.lower()
    return Path(path.stem).suffix.lower() + suffix if suffix in PACKED else suffix


def files_of(shards: Sequence[Shard]) -> list[tuple[Path, list[Shard]]]:
    """The files that a source reads, each with its shards."""
    by_path: dict[Path, list[Shard]] = {}
    for shard in shards:
        if shard.path is not None:
            by_path.setdefault(shard.path, []).append(shard)
    return list(by_path.items())


class Sampler:
    """Reads files of a source, and counts what they give.

    Args:
        source: reads the files; its default filters and splitter are used.
        scratch: an empty folder for the beginnings of large files.
        deadline: a time of `time.monotonic()`, checked after each document.
        large_bytes: of larger text files, only the beginning is read.
        head_bytes: the size of this beginning.
    """

    def __init__(
        self,
        source: Source,
        scratch: Path,
        deadline: float,
        *,
        large_bytes: int = LARGE_BYTES,
        head_bytes: int = HEAD_BYTES,
    ) -> None:
        self._source, self._scratch, self._deadline = source, scratch, deadline
        self._large_bytes, self._head_bytes = large_bytes, head_bytes
        self._splitter: Splitter = registry.make("splitters", source.defaults().splitter)
        self._filters: list[Filter] = [registry.make("filters", short) for short in source.defaults().filters]

    def sample(self, files: Sequence[tuple[Path, list[Shard]]], seed: int) -> Sample:
        """Read files in random order until the deadline.

        Args:
            files: as `files_of` returns them.
            seed: determines the order.
        """
        sample, started, used = Sample(), time.monotonic(), _processor_seconds()
        signed: list[dict[str, Any]] = []
        pieces = [piece for path, shards in files for piece in self._pieces(path, shards)]
        random.Random(seed).shuffle(pieces)
        seen: set[str] = set()
        for shard in pieces:
            if time.monotonic() > self._deadline:
                break
            read = self._head(shard) if shard.start == 0 and shard.stop == self._head_bytes else shard
            before = sample.found
            done = self._read(read, sample, signed)
            seen.add(shard.key.partition("#")[0])
            sample.bytes += int(read.size_bytes * done)
            if done < 1 and sample.found == before:
                break
        sample.files = len(seen)
        if signed:
            table = pa.Table.from_pylist(signed)
            copies = find(table, "near")
            sample.near_copies = len(copies)
            sample.copied = {name: sum(int(signed[at][name]) for at in copies) for name in COUNTED}
        sample.seconds = time.monotonic() - started
        sample.processor_seconds += _processor_seconds() - used
        return sample

    def _pieces(self, path: Path, shards: list[Shard]) -> Iterator[Shard]:
        """The shards of a file; for a large text file, one shard for its beginning."""
        suffix = suffix_of(path)
        content = Path(suffix).stem if suffix.endswith(PACKED) else suffix
        is_text = content in (*TABLES, ".txt", ".text")
        if is_text and path.stat().st_size > self._large_bytes:
            yield Shard(shards[0].key.partition("#")[0], path, 0, self._head_bytes, self._head_bytes)
        else:
            yield from shards

    def _head(self, shard: Shard) -> Shard:
        """The first lines of a file as a separate, uncompressed file, with the size that they have in the original."""
        from corpora import open_packed

        assert shard.path is not None
        with open_packed(shard.path) as file:
            content = file.read(self._head_bytes)
            raw = file.raw
            ratio: float = getattr(raw, "ratio", 1.0)
        content = content[: content.rfind(b"\n") + 1] or content
        taken = len(content)
        name = shard.path.name
        copy = self._scratch / (name[: -len(shard.path.suffix)] if suffix_of(shard.path).endswith(PACKED) else name)
        copy.write_bytes(content)
        return Shard(shard.key, copy, size_bytes=round(ratio * taken))

    def _read(self, shard: Shard, sample: Sample, signed: list[dict[str, Any]]) -> float:
        """Add what a shard gives to the sample, and return the share of the shard that was read before the deadline."""
        characters = 0
        for outcome in self._source.read(shard):
            sample.found += 1
            if isinstance(outcome, Reject):
                _add(sample.rejects, _told(outcome))
            elif reason := next(filter(None, (chosen.reject(outcome) for chosen in self._filters)), None):
                _add(sample.rejects, reason)
            else:
                characters += len(outcome.text)
                counts = _count(outcome, self._splitter.for_language(outcome.language), sample)
                signed.append(_signed(outcome) | counts)
            if time.monotonic() > self._deadline:
                return min(1.0, max(characters, 1) / max(shard.size_bytes, 1))
        return 1.0


def _processor_seconds() -> float:
    """CPU time of this process and its children, which a busy machine does not distort."""
    times = os.times()
    finished = times.user + times.system + times.children_user + times.children_system
    return finished + sum(_child_seconds(child.pid) for child in active_children())


def _child_seconds(pid: int | None) -> float:
    """CPU time of a running child, such as the sandbox that reads EPUBs; 0 where the system does not tell."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    except (OSError, IndexError, ValueError):
        return 0.0


def _told(reject: Reject) -> str:
    """A reject's reason; if the text column is missing, with the detail that lists the existing columns."""
    return f"{reject.reason}: {reject.detail}" if reject.reason.startswith("no ") else reject.reason


def _count(document: Document, splitter: Splitter, sample: Sample) -> dict[str, int]:
    """Add a document to the sample, and return its rows, words and tokens."""
    from tokenizers.pre_tokenizers import BertPreTokenizer

    cut = BertPreTokenizer()
    rows = [row for sentences, _ in whole_sentences(document.paragraphs, splitter) for row in sentences]
    started = _processor_seconds()
    tokens = sum(len(cut.pre_tokenize_str(row)) for row in rows)
    sample.processor_seconds -= _processor_seconds() - started
    sample.kept += 1
    sample.rows += len(rows)
    sample.words += document.words
    sample.tokens += tokens
    _add(sample.encodings, document.encoding or "given by the format")
    _add(sample.languages, document.language or "unknown")
    return {"rows": len(rows), "words": document.words, "tokens": tokens}


def _add(counts: dict[str, int], key: str) -> None:
    counts[key] = counts.get(key, 0) + 1


def _signed(document: Document) -> dict[str, Any]:
    facts: dict[str, Any] = {name: getattr(document, name) for name in ("id", "title", "author", "words")}
    return facts | {"signature": signature(document, "near")}

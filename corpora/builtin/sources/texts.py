"""Texts from a folder of TXT, JSONL, CSV and Parquet files: the source `texts`."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from corpora import Defaults, Document, Reject, Shard, Source, hookimpl, option
from corpora.builtin.sources.books import folder
from corpora.builtin.sources.books.formats import plain_text, reader
from corpora.builtin.sources.books.formats.blocks import Unreadable, one_line
from corpora.builtin.sources.books.formats.encodings import decode

SUFFIXES = (".txt", ".jsonl", ".csv", ".tsv", ".parquet")
MAX_LINE_BYTES = 64 << 20
PIECE_BYTES = 16 << 20
FIELDS = ("title", "author", "url", "licence", "language")


@dataclass(frozen=True)
class Texts(Source):
    """Your own texts: a folder of TXT files (one document each), or of JSONL, CSV and Parquet (one a row).

    Text files over 32 MB are cut at line ends into documents of 16 MB, so that files of any size can be read.
    """

    name: ClassVar[str] = "texts"
    version: ClassVar[int] = 3

    folder: Path | None = option(None, "The folder that holds the files, at any depth.", decides=False)
    text: str = option("text", "The column or key that holds the text.")
    id: str = option("id", "The column or key that names a document; without it documents are numbered.")

    def shards(self) -> Sequence[Shard]:
        """One shard a file, sorted by path; a large text file gives one for each piece of it."""
        files = folder.shards_of(self.folder, SUFFIXES, owner=self.name)
        return [piece for file in files for piece in _pieces(file)]

    def read(self, shard: Shard) -> Iterator[Document | Reject]:
        """The documents of one file, or a reject for each row or file that gives none."""
        try:
            if shard.path is None:
                raise Unreadable("unreadable file", "a link to nothing, or no permission")
            if shard.path.suffix.lower() == ".txt":
                raw = (
                    reader.bounded(shard.path) if shard.stop is None else piece_of(shard.path, shard.start, shard.stop)
                )
                paragraphs = tuple(block.text for block in plain_text.blocks_of(decode(raw).text))
                yield Document(shard.key, paragraphs) if paragraphs else Reject(shard.key, "read", "empty")
            else:
                yield from self._rows(shard)
        except Unreadable as error:
            yield Reject(shard.key, "read", error.reason, error.detail)
        except OSError as error:
            yield Reject(shard.key, "read", "unreadable file", error.strerror or str(error))

    def defaults(self) -> Defaults:
        """Only the check for broken characters."""
        return Defaults(("mojibake",))

    def _rows(self, shard: Shard) -> Iterator[Document | Reject]:
        assert shard.path is not None
        for number, row in enumerate(READERS[shard.path.suffix.lower()](shard.path), start=1):
            id = f"{shard.key}#{number}"
            yield self._document(id, row) if isinstance(row, Mapping) else Reject(id, "read", "damaged row", row)

    def _document(self, id: str, row: Mapping[str, Any]) -> Document | Reject:
        if self.text not in row:
            return Reject(id, "read", f"no {self.text}", f"it has {', '.join(map(str, row)) or 'nothing'}")
        paragraphs = tuple(line for raw in _text(row, self.text).splitlines() if (line := one_line(raw)))
        if not paragraphs:
            return Reject(id, "read", "empty")
        title, author, url, licence, language = (_text(row, name) for name in FIELDS)
        return Document(_text(row, self.id) or id, paragraphs, title, author, url, licence, language)


def _text(row: Mapping[str, Any], name: str) -> str:
    """A row's value as text; halves of surrogate pairs, which JSON can hold and UTF-8 cannot, are mended or marked."""
    text = "" if row.get(name) is None else str(row[name])
    return text if text.isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def _pieces(file: Shard) -> Iterator[Shard]:
    """A large text file as ranges of bytes; UTF-16 and UTF-32, whose line ends are not single bytes, stay whole."""
    if file.path is None or file.path.suffix.lower() != ".txt" or file.size_bytes <= 2 * PIECE_BYTES:
        yield file
        return
    with file.path.open("rb") as opened:
        if b"\0" in opened.read(1 << 16):
            yield file
            return
    for number, start in enumerate(range(0, file.size_bytes, PIECE_BYTES), start=1):
        stop = min(start + PIECE_BYTES, file.size_bytes)
        yield Shard(f"{file.key}#{number}", file.path, start, stop, stop - start)


def piece_of(path: Path, start: int, stop: int) -> bytes:
    """The lines that begin in a range of bytes."""
    with path.open("rb") as file:
        if start:
            file.seek(start - 1)
            file.readline(MAX_LINE_BYTES)
        lines = file.read(max(stop - file.tell(), 0))
        return lines if lines.endswith(b"\n") or not lines else lines + file.readline(MAX_LINE_BYTES)


def _jsonl(path: Path) -> Iterator[Mapping[str, Any] | str]:
    with path.open("rb") as file:
        while line := file.readline(MAX_LINE_BYTES):
            if line.strip():
                yield _json_row(line)


def _json_row(line: bytes) -> Mapping[str, Any] | str:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        return f"no JSON: {error}"
    return row if isinstance(row, dict) else "no JSON object"


def _csv(path: Path) -> Iterator[Mapping[str, Any] | str]:
    csv.field_size_limit(MAX_LINE_BYTES)
    with path.open("rb") as raw:
        head = decode(raw.read(1 << 16))
        raw.seek(0)
        file = io.TextIOWrapper(
            raw, encoding={"utf-8": "utf-8-sig"}.get(head.encoding, head.encoding), errors="replace", newline=""
        )
        header = head.text.split("\n", 1)[0]
        delimiter = max(",;\t", key=header.count)
        try:
            yield from csv.DictReader(file, delimiter=delimiter)
        except csv.Error as error:
            yield str(error)


def _parquet(path: Path) -> Iterator[Mapping[str, Any] | str]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(batch_size=1000):
                yield from batch.to_pylist()
    except pa.ArrowException as error:
        raise Unreadable("no Parquet file", str(error).split("\n", 1)[0]) from error


READERS = {".jsonl": _jsonl, ".csv": _csv, ".tsv": _csv, ".parquet": _parquet}


@hookimpl
def corpora_sources() -> list[type[Source]]:
    """Offer it."""
    return [Texts]

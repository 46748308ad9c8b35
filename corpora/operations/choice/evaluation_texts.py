"""The texts in one file of evaluation data: lines, JSON, tables, SQuAD and GLUE files, also compressed."""

from __future__ import annotations

import codecs
import csv
import io
import json
import lzma
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import IO, cast

import pyarrow as pa

from corpora.errors import InputError, OptionError, first_line

TEXT_COLUMNS = frozenset(
    {"sentence", "sentence1", "sentence2", "question", "question1", "question2", "premise", "hypothesis",
     "#1 String", "#2 String"}
)  # fmt: skip
"""The columns of GLUE's files that contain text."""
COLA_COLUMNS, COLA_TEXT = 4, 3
"""CoLA's train and dev files have four columns and no header; the text is the last."""
DELIMITERS = ",;\t|"
PACKED = {".gz": "gzip", ".bz2": "bz2", ".zst": "zstd", ".xz": "xz"}
"""Compressions, by suffix."""
UNREADABLE = (
    OSError, EOFError, UnicodeError, json.JSONDecodeError, csv.Error, lzma.LZMAError,
    KeyError, TypeError, AttributeError, RecursionError,
)  # fmt: skip
"""What reading a file of another format, or a damaged one, raises."""


def content_suffix(path: Path) -> str:
    """The suffix that tells the format: `.jsonl` for `rows.JSONL` and for `rows.jsonl.gz`."""
    suffix = path.suffix.lower()
    return Path(path.stem).suffix.lower() if suffix in PACKED else suffix


def texts_of(kind: str, path: Path) -> Iterator[str]:
    """The texts in a file of evaluation data: questions, contexts, sentences, lines, or every string.

    Args:
        kind: `squad`, `glue`, or empty for a file whose suffix tells its format.
        path: the file.

    Raises:
        InputError: the file does not have this format, or is damaged.
    """
    suffix = content_suffix(path)
    read = READERS.get("" if suffix == ".jsonl" else kind) or FORMATS[suffix]
    try:
        with _opened(path) as file:
            yield from read(file)
    except UnicodeError as error:
        raise InputError(f"--of: {path} is not UTF-8 text; convert it to UTF-8 first ({first_line(error)})") from error
    except UNREADABLE as error:
        what = f"{kind} data" if kind else f"{suffix} text"
        raise InputError(f"--of: {path} cannot be read as {what} ({type(error).__name__}: {error})") from error


def _opened(path: Path) -> IO[str]:
    """The decompressed content as text: UTF-8, or UTF-16 with a byte order mark."""
    content = io.BufferedReader(_unpacked(path))
    is_utf16 = content.peek(2)[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
    return io.TextIOWrapper(content, encoding="utf-16" if is_utf16 else "utf-8-sig", newline="")


def _unpacked(path: Path) -> io.RawIOBase:
    packing = PACKED.get(path.suffix.lower())
    if packing == "xz":
        return cast("io.RawIOBase", lzma.LZMAFile(path))
    return cast("io.RawIOBase", pa.input_stream(str(path), compression=packing))


def _text(file: IO[str]) -> Iterator[str]:
    yield from (line.rstrip("\r\n") for line in file)


def _lines(file: IO[str]) -> Iterator[str]:
    """Every string in every JSON object, including ids and labels, which are too short to share an n-gram."""
    for number, line in enumerate(file, 1):
        if line.strip():
            try:
                value = json.loads(line)
            except json.JSONDecodeError as error:
                raise json.JSONDecodeError(f"line {number} of the file: {error.msg}", line, error.pos) from error
            yield from _strings(value)


def _json(file: IO[str]) -> Iterator[str]:
    """Every string in a file that is one JSON value, or that has one per line."""
    text = file.read()
    try:
        value = json.loads(text)
    except json.JSONDecodeError:
        yield from _lines(io.StringIO(text))
    else:
        yield from _strings(value)


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _strings(part)


def _table(file: IO[str]) -> Iterator[str]:
    """Every field; the first line tells the delimiter."""
    first = file.readline()
    rows = csv.reader(_again(first, file), delimiter=max(DELIMITERS, key=first.count))
    for row in rows:
        yield from row


def _tabbed(file: IO[str]) -> Iterator[str]:
    """Every field; quotation marks around a whole field are left out, and others are text."""
    for line in file:
        for field in line.rstrip("\r\n").split("\t"):
            is_quoted = len(field) > 1 and field[0] == field[-1] == '"'
            yield field[1:-1].replace('""', '"') if is_quoted else field


def _again(first: str, file: IO[str]) -> Iterator[str]:
    yield first
    yield from file


def _squad(file: IO[str]) -> Iterator[str]:
    for article in json.load(file)["data"]:
        for paragraph in article["paragraphs"]:
            yield paragraph["context"]
            yield from (question["question"] for question in paragraph["qas"])


def _glue(file: IO[str]) -> Iterator[str]:
    rows = csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
    first = next(rows, [])
    columns = [place for place, name in enumerate(first) if name in TEXT_COLUMNS]
    if not columns and len(first) == COLA_COLUMNS:
        yield first[COLA_TEXT]
        columns = [COLA_TEXT]
    if not columns:
        raise OptionError(
            f"--of glue: the file has the columns {', '.join(first)}, none of which is a text column of GLUE; "
            "give the file without glue:, and every column is used"
        )
    for row in rows:
        yield from (row[place] for place in columns if place < len(row))


Reader = Callable[[IO[str]], Iterator[str]]
FORMATS: Mapping[str, Reader] = {".txt": _text, ".jsonl": _lines, ".json": _json, ".csv": _table, ".tsv": _tabbed}
"""The reader of a file, by its suffix."""
READERS: Mapping[str, Reader] = {"squad": _squad, "glue": _glue}
"""The reader of a file, by the prefix of its word."""

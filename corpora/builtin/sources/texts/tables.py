"""Read files with one document per row: JSONL, JSON, CSV, TSV and Parquet."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any, NamedTuple

from corpora import Json
from corpora.builtin.sources.encodings.files import open_text
from corpora.builtin.sources.packed import content_suffix
from corpora.builtin.sources.texts.delimited import delimited_rows
from corpora.builtin.sources.texts.json_values import json_rows, unique_keys
from corpora.builtin.sources.texts.lines import bounded_lines
from corpora.builtin.sources.texts.rows import DamagedRow, Row
from corpora.builtin.sources.unreadable import Unreadable


class Table(NamedTuple):
    """A file with one document per row."""

    encoding: str
    other: str | None
    """The encoding of the bytes in a UTF-8 file that are not UTF-8, escaped as surrogates; None if there are none."""
    rows: Iterator[Row]


Reader = Callable[[Path, str, str], Table]
"""Takes a path, the name of an encoding and the column with the text."""


def read(path: Path, encoding: str, text: str) -> Table:
    """The encoding and the rows of a file.

    Args:
        path: its suffix determines the format.
        encoding: a name that Python knows; `auto` detects it.
        text: the column that must exist.

    Raises:
        Unreadable: it is not a file of this format, has no such column, or its encoding is uncertain.
    """
    return READERS[content_suffix(path.name)](path, encoding, text)


def _jsonl(path: Path, encoding: str, text: str) -> Table:
    opened = open_text(path, encoding)
    rows = _json_rows(bounded_lines(opened.file))
    first = next(rows, None)  # now, so that a file that has no lines of JSON is one reject
    return Table(opened.encoding, opened.other, rows if first is None else chain([first], rows))


def _json_rows(lines: Iterator[str | DamagedRow]) -> Iterator[Row]:
    begun = False
    for number, line in enumerate(lines, start=1):
        if isinstance(line, str) and line.isspace():
            continue
        row = line if isinstance(line, DamagedRow) else _json_row(line)
        if not begun and isinstance(line, str) and isinstance(row, DamagedRow) and _opens_json(line):
            raise Unreadable(
                "not JSON Lines",
                f"the {_opens_json(line)} in line {number} has several lines; {ONE_A_LINE}, or name it .json",
            )
        begun = True
        yield Row(number, row)


ONE_A_LINE = "write one object per line"


def _opens_json(line: str) -> str:
    """What begins in a line and ends in another: an array, or an object without a key; otherwise nothing."""
    line = line.strip().lstrip("\ufeff")
    if line == "{":
        return "object"
    return "array" if line[:1] == "[" and not line.endswith("]") else ""


def _json_row(line: str) -> Mapping[str, Json] | DamagedRow:
    try:
        row = json.loads(line, object_pairs_hook=unique_keys, strict=False)
    except json.JSONDecodeError as error:
        what = error.msg.removesuffix(" at")
        return DamagedRow("damaged row", f"not JSON: {what} at character {error.pos + 1}")
    except (ValueError, RecursionError) as error:
        return DamagedRow("damaged row", f"not JSON: {error}")
    if isinstance(row, Mapping):
        return row
    return DamagedRow("damaged row", f"not a JSON object; {ONE_A_LINE}")


def _json(path: Path, encoding: str, text: str) -> Table:
    opened = open_text(path, encoding)
    return Table(opened.encoding, opened.other, json_rows(opened.file, text))


def _delimited(path: Path, encoding: str, text: str) -> Table:
    opened = open_text(path, encoding)
    rows = delimited_rows(opened.file, text, tabs=content_suffix(path.name) == ".tsv")
    return Table(opened.encoding, opened.other, rows)


def _parquet(path: Path, encoding: str, text: str) -> Table:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        names = _column_names(pq.read_schema(path), text)
    except pa.ArrowException as error:
        raise Unreadable("not a Parquet file", str(error).split("\n", 1)[0]) from error
    check_columns(names, text)
    return Table("utf-8", None, _batches(path))


def _column_names(fields: Iterable[Any], text: str) -> list[str]:
    """The columns of a Parquet file; if none has the name, also with dots those of the fields inside structs."""
    found = [field.name for field in fields]
    return found if text in found or "." not in text else [name for field in fields for name in _dotted(field)]


def _dotted(field: Any) -> Iterator[str]:
    import pyarrow as pa

    yield field.name
    if pa.types.is_struct(field.type):
        yield from (f"{field.name}.{name}" for inner in field.type for name in _dotted(inner))


def _batches(path: Path) -> Iterator[Row]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(batch_size=1000):
                yield from (Row(0, row) for row in batch.to_pylist())
    except pa.ArrowException as error:
        yield Row(0, DamagedRow("damaged file", str(error).split("\n", 1)[0]))


def check_columns(names: Sequence[str], text: str) -> None:
    """Check that a table has exactly one column for the text.

    Args:
        names: the columns of the table.
        text: the name of the column.

    Raises:
        Unreadable: it has none, or more than one.
    """
    if names.count(text) != 1:
        reason = f"no column {text}" if text not in names else f"column {text} twice"
        raise Unreadable(reason, f"it has {', '.join(names) or 'none'}; name one with --text COLUMN")


READERS: dict[str, Reader] = {
    ".jsonl": _jsonl,
    ".ndjson": _jsonl,
    ".json": _json,
    ".csv": _delimited,
    ".tsv": _delimited,
    ".parquet": _parquet,
}

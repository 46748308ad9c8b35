"""Read files with one document per row: JSONL, CSV, TSV and Parquet."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from corpora import Json
from corpora.builtin.sources.encodings.files import open_text
from corpora.builtin.sources.packed import content_suffix
from corpora.builtin.sources.texts.delimited import delimited_rows
from corpora.builtin.sources.texts.lines import bounded_lines
from corpora.builtin.sources.texts.rows import DamagedRow
from corpora.builtin.sources.unreadable import Unreadable

Row = Mapping[str, Json] | DamagedRow


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
    lines = filter(_is_filled, bounded_lines(opened.file))
    rows = (line if isinstance(line, DamagedRow) else _json_row(line) for line in lines)
    return Table(opened.encoding, opened.other, rows)


def _is_filled(line: str | DamagedRow) -> bool:
    return isinstance(line, DamagedRow) or not line.isspace()


def _json_row(line: str) -> Row:
    try:
        row = json.loads(line, object_pairs_hook=_object, strict=False)
    except (ValueError, RecursionError) as error:
        return DamagedRow("damaged row", f"not JSON: {error}")
    return row if isinstance(row, Mapping) else DamagedRow("damaged row", "not a JSON object")


def _object(pairs: Sequence[tuple[str, Any]]) -> dict[str, Json]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the key {twice!r} occurs twice")
    return found


def _delimited(path: Path, encoding: str, text: str) -> Table:
    opened = open_text(path, encoding)
    rows = delimited_rows(opened.file, text, tabs=content_suffix(path.name) == ".tsv")
    return Table(opened.encoding, opened.other, rows)


def _parquet(path: Path, encoding: str, text: str) -> Table:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        names = pq.read_schema(path).names
    except pa.ArrowException as error:
        raise Unreadable("not a Parquet file", str(error).split("\n", 1)[0]) from error
    check_columns(names, text)
    return Table("utf-8", None, _batches(path))


def _batches(path: Path) -> Iterator[Row]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(batch_size=1000):
                yield from batch.to_pylist()
    except pa.ArrowException as error:
        yield DamagedRow("damaged file", str(error).split("\n", 1)[0])


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
    ".csv": _delimited,
    ".tsv": _delimited,
    ".parquet": _parquet,
}

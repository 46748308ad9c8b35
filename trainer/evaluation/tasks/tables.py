"""Read labelled tables (TSV, CSV, JSONL, Parquet), counting the rows that cannot be read."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypedDict

import msgspec

from corpora.errors import counted, first_line
from trainer.errors import TaskError
from trainer.runtime import parse_json

SUFFIXES = (".tsv", ".csv", ".jsonl", ".json", ".parquet")


@dataclass
class Table:
    """The rows of one file, each a mapping from column to value."""

    path: Path
    columns: tuple[str, ...]
    rows: list[dict[str, Any]]
    unreadable: Counter[str] = field(default_factory=Counter)
    """Number of rows left out, by reason."""
    names: dict[str, list[str]] = field(default_factory=dict)
    """For columns with class numbers, the names of the classes, if the file has them (the hub's Parquet)."""

    def column(self, *alternatives: str) -> str:
        """The first of these columns that the table has.

        Raises:
            TaskError: it has none of them; the message lists its columns.
        """
        for name in alternatives:
            if name in self.columns:
                return name
        raise TaskError(
            f"{self.path} has no column {' or '.join(alternatives)}; it has {', '.join(self.columns) or 'none'}"
        )


def read_table(path: Path, *, columns: Sequence[str] | None = None) -> Table:
    """Read a table in the format given by its file's suffix.

    Args:
        path: the file.
        columns: the names of the columns of a TSV or CSV file without a header.

    Raises:
        TaskError: the file is missing, empty, cut short, or of another kind.
    """
    readers = {".tsv": _read_tsv, ".csv": _read_csv, ".jsonl": _read_jsonl, ".json": _read_jsonl}
    try:
        suffix = path.suffix.lower()
        if suffix == ".parquet":
            return _read_parquet(path)
        if suffix not in readers:
            raise TaskError(f"{path} is not a table; its name must end in {', '.join(SUFFIXES)}")
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise TaskError(f"{path} cannot be read: {error.strerror or first_line(error)}") from error
    except UnicodeDecodeError as error:
        raise TaskError(f"{path} is not UTF-8: {error.reason} at byte {error.start}") from error
    if not text.strip():
        raise TaskError(f"{path} is empty")
    return readers[suffix](path, text, tuple(columns) if columns else None)


def _read_tsv(path: Path, text: str, columns: tuple[str, ...] | None) -> Table:
    """GLUE's own format: only tabs and line feeds are special; quotes are ordinary characters."""
    lines = text.split("\n")  # not splitlines: QQP has U+0085 inside questions
    complete = lines[-1] == ""
    cells = [line.removesuffix("\r").split("\t") for line in (lines[:-1] if complete else lines)]
    return _from_cells(path, cells, columns, complete=complete)


def _read_csv(path: Path, text: str, columns: tuple[str, ...] | None) -> Table:
    before = csv.field_size_limit(len(text) + 1)
    try:
        cells = [row for row in csv.reader(io.StringIO(text, newline=""), strict=True) if row]
    except csv.Error as error:
        raise TaskError(f"{path} is not a readable CSV file: {error}") from error
    finally:
        csv.field_size_limit(before)
    return _from_cells(path, cells, columns, complete=text.endswith("\n"))


def _from_cells(path: Path, cells: list[list[str]], columns: tuple[str, ...] | None, *, complete: bool) -> Table:
    top = tuple(name.strip() for name in cells[0])
    headed = not columns or len(set(columns) & set(top)) > 1
    header = top if headed or not columns else columns
    body = cells[1:] if headed else cells
    if twice := [name for name, count in Counter(header).items() if count > 1]:
        raise TaskError(
            f"{path} has {counted(len(twice), 'column name')} more than once, such as {twice[0]!r}; rename them"
        )
    if body and not complete and len(body[-1]) < len(header):
        raise TaskError(
            f"{path} is cut short: its last line has {len(body[-1])} of {len(header)} columns; download the file again"
        )
    table = Table(path, header, [])
    for row in body:
        if len(row) == len(header):
            table.rows.append(dict(zip(header, row, strict=True)))
        else:
            table.unreadable["too few columns" if len(row) < len(header) else "too many columns"] += 1
    return table


def _read_jsonl(path: Path, text: str, columns: tuple[str, ...] | None) -> Table:
    """One JSON object per line, or one JSON array of objects."""
    table = Table(path, (), [])
    seen: dict[str, None] = {}
    for row in _array(path, text) if text.lstrip().startswith("[") else _lines(path, text, table.unreadable):
        if isinstance(row, dict):
            table.rows.append(row)
            seen.update(dict.fromkeys(row))
        else:
            table.unreadable["not a JSON object"] += 1
    table.columns = tuple(seen)
    return table


def _array(path: Path, text: str) -> list[object]:
    try:
        rows = parse_json(text)
    except ValueError as error:
        raise TaskError(f"{path} is not a JSON array of objects: {first_line(error)}") from error
    return rows if isinstance(rows, list) else [rows]


def _lines(path: Path, text: str, unreadable: Counter[str]) -> Iterator[object]:
    """The value of each line; lines that are not JSON are counted."""
    lines = [line for line in text.split("\n") if line.strip()]
    for number, line in enumerate(lines, start=1):
        try:
            yield parse_json(line)
        except ValueError as error:
            if number == len(lines) and not text.endswith("\n"):
                raise TaskError(f"{path} is cut short: line {number} is incomplete; download the file again") from error
            unreadable["not JSON"] += 1


def _read_parquet(path: Path) -> Table:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        content = pq.read_table(path)
        rows = content.to_pylist()
    except (pa.ArrowException, ValueError, OverflowError, MemoryError) as error:
        raise TaskError(f"{path} is not a Parquet file, or is cut short: {first_line(error)}") from error
    return Table(path, tuple(content.column_names), rows, names=_class_names(path, content.schema.metadata))


class _Feature(TypedDict, total=False):
    names: list[str]


def _class_names(path: Path, metadata: dict[bytes, bytes] | None) -> dict[str, list[str]]:
    """The names of class numbers, from the metadata that `datasets` writes."""
    try:
        info = parse_json((metadata or {}).get(b"huggingface", b"{}"))
        features = info.get("info", {}).get("features", {})
        named = {name: feature for name, feature in features.items() if "names" in feature}
        return {name: feature["names"] for name, feature in msgspec.convert(named, dict[str, _Feature]).items()}
    except (ValueError, AttributeError, TypeError) as error:
        raise TaskError(f"{path} has class names that cannot be read ({first_line(error)}); write it again") from error


def find_split(folder: Path, *stems: str) -> list[Path]:
    """The files of one split: `STEM.tsv` or another table, or shards such as `STEM-00000-of-00002.parquet`.

    Args:
        folder: of the task.
        stems: alternatives; the first one with files is used.

    Returns:
        The files in order; empty if there are none.
    """
    for stem in stems:
        files = [path for suffix in SUFFIXES for path in _named(folder, stem, suffix)]
        if files:
            return sorted(files)
    return []


def _named(folder: Path, stem: str, suffix: str) -> Iterator[Path]:
    if (whole := folder / f"{stem}{suffix}").is_file():
        yield whole
    yield from folder.glob(f"{stem}-[0-9]*-of-[0-9]*{suffix}")


def find_folder(root: Path, *names: str) -> Path | None:
    """The folder with one of these names, ignoring case and hyphens (`SST-2`, `sst2`): in a folder, or that folder.

    Args:
        root: the folder to look in.
        names: alternatives.

    Returns:
        None if no folder has such a name.

    Raises:
        TaskError: `root` is not a folder.
    """
    wanted = {_plain(name) for name in names}
    if not root.is_dir():
        raise TaskError(f"{root} is not a folder; give the folder with one folder per task")
    found = sorted(path for path in root.iterdir() if path.is_dir() and _plain(path.name) in wanted)
    return found[0] if found else (root if _plain(root.resolve().name) in wanted else None)


def _plain(name: str) -> str:
    return name.lower().replace("-", "").replace("_", "")

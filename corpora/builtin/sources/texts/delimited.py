"""Read the rows of CSV and TSV files, even if a quotation mark is never closed."""

from __future__ import annotations

import csv
import re
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple, TextIO

from corpora import Json
from corpora.builtin.sources.texts.lines import MAX_LINE_CHARACTERS, bounded_lines
from corpora.builtin.sources.texts.rows import DamagedRow, Row
from corpora.builtin.sources.unreadable import Unreadable

DELIMITERS = ",;\t|"
STATED_DELIMITER = re.compile(r"\W?sep=(.)\s*")
"""The line before the header in which spreadsheets state the delimiter."""
MANY_LINES = 3
"""If a quoted field extends over at least this many lines, each of which is a complete row too, they are rows."""


class _Table(NamedTuple):
    """The information from the header."""

    names: list[str]
    delimiter: str
    is_spaced: bool
    """Whether each delimiter is followed by a space that is not part of the field."""


def delimited_rows(file: TextIO, text: str, *, tabs: bool) -> Iterator[Row]:
    """The rows of a file with a header.

    A quotation mark begins a field that can contain line breaks, if it is closed at the end of a field and the row then
    has as many fields as the header. Otherwise it is an ordinary character, and the row ends with its line, unless the
    file is cut inside the field.

    Args:
        file: opened with unchanged line breaks.
        text: the column that must exist.
        tabs: whether the delimiter is a tab; otherwise it is determined from the header.

    Raises:
        Unreadable: the header does not have exactly one column with that name.
    """
    from corpora.builtin.sources.texts.tables import check_columns

    csv.field_size_limit(MAX_LINE_CHARACTERS)
    lines = _Lines(bounded_lines(file))
    header = _header(lines)
    stated = STATED_DELIMITER.fullmatch(header)
    if stated:
        header = _header(lines)
    delimiter = stated[1] if stated else "\t" if tabs else max(DELIMITERS, key=header.count)
    is_spaced = delimiter != "\t" and header.count(f"{delimiter} ") == header.count(delimiter) > 0
    names = _fields(header, delimiter, is_spaced=is_spaced) or header.rstrip("\r\n").split(delimiter)
    names = [name.strip() for name in names]
    check_columns(names, text)
    return _rows(lines, _Table(names, delimiter, is_spaced))


def _header(lines: _Lines) -> str:
    header = next((line for line in lines if isinstance(line, DamagedRow) or line.strip()), "")
    if isinstance(header, DamagedRow):
        raise Unreadable("no header", header.detail)
    return header


def _rows(lines: _Lines, table: _Table) -> Iterator[Row]:
    for line in lines:
        number = lines.number
        if isinstance(line, str) and line.strip():
            record = _record(line, lines, table) if _is_open(line) and not _is_whole(line, table) else line
            yield Row(number, record if isinstance(record, DamagedRow) else _row(record, table))
        elif isinstance(line, DamagedRow):
            yield Row(number, line)


class _Lines:
    """Lines that can be put back."""

    def __init__(self, lines: Iterator[str | DamagedRow]) -> None:
        self._lines = lines
        self._waiting: deque[str | DamagedRow] = deque()
        self.number = 0
        """Of the line read last, from 1."""

    def __iter__(self) -> Iterator[str | DamagedRow]:
        return self

    def __next__(self) -> str | DamagedRow:
        line = self._waiting.popleft() if self._waiting else next(self._lines)
        self.number += 1
        return line

    def put_back(self, lines: Sequence[str | DamagedRow]) -> None:
        """Return these lines again, before the others."""
        self._waiting.extendleft(reversed(lines))
        self.number -= len(lines)


def _record(line: str, lines: _Lines, table: _Table) -> str | DamagedRow:
    """The record that begins with a line with an unpaired quotation mark: several lines, or only this one.

    The file may be cut inside it.
    """
    held: list[str | DamagedRow] = []
    size = len(line)
    for following in lines:
        held.append(following)
        size += len(following)
        if isinstance(following, DamagedRow) or size > MAX_LINE_CHARACTERS or _is_open(following):
            break
    texts = [line, *(each for each in held if isinstance(each, str))]
    if len(texts) > len(held):
        joined = "".join(texts)
        paired = not _is_open(joined) and _is_whole(joined, table)
        if paired and not (len(texts) >= MANY_LINES and _are_rows(texts, table)):
            return joined
        if _is_open(joined) and _is_cut(texts, table):
            return DamagedRow("damaged row", "the file ends inside a quoted field")
    lines.put_back(held)
    return line


def _is_cut(texts: Sequence[str], table: _Table) -> bool:
    """Whether the last lines of a file are a row that was cut inside a quoted field."""
    begins = texts[0].rpartition('"')[0]
    at_start = not begins or begins[-1] == table.delimiter or begins.endswith(f"{table.delimiter} ")
    rows = any(text.count(table.delimiter) + 1 == len(table.names) for text in texts[1:])
    return at_start and not rows and texts[-1][-1:] not in "\r\n"


def _is_open(line: str) -> bool:
    """Whether a line has an odd number of quotation marks, so that one of them is closed in another line."""
    return line.count('"') % 2 == 1


def _is_whole(record: str, table: _Table) -> bool:
    """Whether a record has as many fields as the header, by the rules of CSV."""
    fields = _fields(record, table.delimiter, is_spaced=table.is_spaced)
    return fields is not None and len(fields) == len(table.names)


def _are_rows(lines: Sequence[str], table: _Table) -> bool:
    """Whether each line looks like a row: as many fields as the header, and similar first fields."""
    shapes = {_shape(line.partition(table.delimiter)[0]) for line in lines}
    counts = {line.count(table.delimiter) + 1 for line in lines}
    return counts == {len(table.names)} and len(table.names) > 1 and shapes in ({"number"}, {"word"})


def _shape(field: str) -> str:
    if field.isdigit():
        return "number"
    return "prose" if not field or field.startswith('"') or any(map(str.isspace, field)) else "word"


def _row(record: str, table: _Table) -> Mapping[str, Json] | DamagedRow:
    fields = _fields(record, table.delimiter, is_spaced=table.is_spaced)
    if fields is None:
        fields = record.rstrip("\r\n").split(table.delimiter)
    while len(fields) > len(table.names) and not fields[-1].strip():
        fields.pop()
    if len(fields) > len(table.names) == 1:
        fields = [record.rstrip("\r\n")]
    if len(fields) > len(table.names):
        return DamagedRow("damaged row", f"{len(fields)} fields; the header has {len(table.names)} columns")
    return dict(zip(table.names, fields, strict=False))


def _fields(record: str, delimiter: str, *, is_spaced: bool) -> list[str] | None:
    """The fields of a record by the rules of CSV; None if its quotation marks violate them.

    Some programs escape a quotation mark in a field with a backslash instead of doubling it.
    """
    found = _parsed(record, delimiter, is_spaced=is_spaced, escape=None)
    return _parsed(record, delimiter, is_spaced=is_spaced, escape="\\") if found is None and '\\"' in record else found


def _parsed(record: str, delimiter: str, *, is_spaced: bool, escape: str | None) -> list[str] | None:
    try:
        rows = list(
            csv.reader(
                [record],
                delimiter=delimiter,
                strict=True,
                skipinitialspace=is_spaced,
                escapechar=escape,
                doublequote=escape is None,
            )
        )
    except csv.Error:
        return None
    return rows[0] if len(rows) == 1 else None

"""Turn a row of a table or a line of JSON into a document."""

from __future__ import annotations

import json
from collections.abc import Mapping
from hashlib import blake2b
from typing import NamedTuple

from corpora import Document, Json, Reject
from corpora.builtin.sources.books.formats.blocks import one_line
from corpora.builtin.sources.encodings import without_signals
from corpora.builtin.sources.encodings.mixed import repair_counts, with_legacy_bytes

WRAPPED_LINES = 3
"""With fewer line breaks, it is unclear whether they are wraps."""
MAX_NAMES = 50
"""How many names of columns a reject lists."""
MAX_DEPTH = 8
"""How deep inside objects and lists text is looked for."""
FIELDS = ("title", "author", "url", "licence", "language")


class DamagedRow(NamedTuple):
    """A row that cannot be read."""

    reason: str
    detail: str


class Row(NamedTuple):
    """One row of a file, or the reason why it cannot be read."""

    line: int
    """The line in which it begins, from 1; 0 in files without lines."""
    values: Mapping[str, Json] | DamagedRow


class Columns(NamedTuple):
    """The names of the columns with the text and the id; `meta.text` is the key `text` of the object `meta`."""

    text: str
    id: str
    other: str | None = None
    """The encoding of the bytes that are escaped in strings, because they are not UTF-8; None if there are none."""


def document_of_row(
    row: Mapping[str, Json] | DamagedRow, columns: Columns, *, file: str, number: int, line: int = 0
) -> Document | Reject:
    """The document of one row, with the id `FILE#ID`, or `FILE#NUMBER` if the row has no id.

    Args:
        row: by column, or the reason why it cannot be read.
        columns: the names of the columns for the text and the id, and how to read escaped bytes.
        file: the key of the file, which makes ids unique that start over in each file.
        number: the row's number in its file, from 1.
        line: where the row begins in its file, for the detail of a reject; 0 in files without lines.
    """
    if isinstance(row, DamagedRow):
        return _rejected(f"{file}#{number}", row.reason, row.detail, line)
    row, repaired = _with_legacy_bytes(row, columns.other) if columns.other else (row, 0)
    id = f"{file}#{_id_of(row, columns.id) or number}"
    try:
        value = _value_at(row, columns.text)
    except KeyError:
        return _rejected(id, f"no {columns.text}", f"it has {_names(row, nested='.' in columns.text)}", line)
    lines = _lines(value)
    if lines is None:
        kind = _kind(value)
        return _rejected(id, f"{columns.text} is not text", f"{kind}; it must be a string or a list of strings", line)
    paragraphs = tuple(paragraph for raw in lines if (paragraph := one_line(raw)))
    if not paragraphs:
        return _rejected(id, "empty", "", line)
    title, author, url, licence, language = (_plain(row.get(name)) for name in FIELDS)
    return Document(id, paragraphs, title, author, url, licence, language, metadata=repair_counts(repaired))


def has_column(row: Mapping[str, Json], name: str) -> bool:
    """Whether a row has a column, or a key inside objects, with this name."""
    try:
        _value_at(row, name)
    except KeyError:
        return False
    return True


def _id_of(row: Mapping[str, Json], name: str) -> str:
    try:
        return _plain(_value_at(row, name))
    except KeyError:
        return ""


def _value_at(row: Mapping[str, Json], name: str) -> Json:
    """The value of the column with this name, or of a key inside objects by a name such as `meta.text`.

    Raises:
        KeyError: there is none.
    """
    if name in row:
        return row[name]
    dot = name.find(".")
    while dot >= 0:
        inner = row.get(name[:dot])
        if isinstance(inner, Mapping):
            return _value_at(inner, name[dot + 1 :])
        dot = name.find(".", dot + 1)
    raise KeyError(name)


def _names(row: Mapping[str, Json], *, nested: bool) -> str:
    """The names of the columns, and with dots those of the keys of objects in them."""
    inside = {name: [*value] if nested and isinstance(value, Mapping) else [] for name, value in row.items()}
    found = [name for outer, inner in inside.items() for name in (outer, *(f"{outer}.{key}" for key in inner))]
    return ", ".join([*found[:MAX_NAMES], *["…"] * (len(found) > MAX_NAMES)]) or "nothing"


def _rejected(id: str, reason: str, detail: str, line: int) -> Reject:
    place = [f"line {line}"] if line else []
    return Reject(id, "read", reason, ": ".join([*place, *filter(None, [detail])]))


class UniqueIds:
    """The ids of the rows of one file, so that rows with the same id stay different documents."""

    def __init__(self) -> None:
        self._seen: set[int] = set()
        """Hashes, because there can be many millions of ids."""

    def unique(self, id: str, number: int) -> str:
        """The id, or `ID#NUMBER` if an earlier row has it.

        Args:
            id: of a row.
            number: the row's number in its file.
        """
        while (key := int.from_bytes(blake2b(id.encode(), digest_size=8).digest(), "little")) in self._seen:
            id = f"{id}#{number}"  # again if a row has that as its own id
        self._seen.add(key)
        return id


def _with_legacy_bytes(row: Mapping[str, Json], encoding: str) -> tuple[dict[str, Json], int]:
    """A row whose strings have their escaped bytes decoded, and the number of characters that they are."""
    total = 0

    def decoded(value: Json, depth: int = 0) -> Json:
        nonlocal total
        if isinstance(value, str):
            value, count = with_legacy_bytes(value, encoding)
            total += count
        if isinstance(value, dict) and depth < MAX_DEPTH:
            return {name: decoded(part, depth + 1) for name, part in value.items()}
        return [decoded(part, depth + 1) for part in value] if isinstance(value, list) and depth < MAX_DEPTH else value

    return {name: decoded(value) for name, value in row.items()}, total


def _lines(value: object) -> list[str] | None:
    """The lines of a text, or of a list of paragraphs; None for anything else."""
    if value is None:
        return []
    if isinstance(value, bytes):
        try:
            value = value.decode()
        except UnicodeDecodeError:
            return None
    if isinstance(value, str):
        return _paragraphs(without_surrogates(value))
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        return [line for part in value for line in _paragraphs(without_surrogates(part))]
    return None


def _paragraphs(text: str) -> list[str]:
    """The paragraphs of a text: its lines, unless it is hard-wrapped."""
    text = without_signals(text)
    if text.count("\n") < WRAPPED_LINES:
        return text.splitlines()
    from corpora.builtin.sources.books.formats.plain_text import blocks_of  # with the readers of books

    return [block.text for block in blocks_of(text)]


def _plain(value: object) -> str:
    """A value as a string: lists of strings are joined by commas, other structures become JSON."""
    if value is None:
        return ""
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        value = ", ".join(value)
    if isinstance(value, dict | list | bool):
        value = json.dumps(value, ensure_ascii=False, default=str)
    return without_surrogates(str(value))


def _kind(value: object) -> str:
    names = {dict: "an object", list: "a list with other values", bool: "true or false", bytes: "binary data"}
    return names.get(type(value), "a number" if isinstance(value, int | float) else type(value).__name__)


def without_surrogates(text: str) -> str:
    """Text with surrogates, which JSON can contain but UTF-8 cannot, joined to characters or replaced."""
    return text if text.isascii() else text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")

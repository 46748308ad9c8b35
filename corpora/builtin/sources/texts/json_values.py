"""Read the rows of a JSON file piece by piece: an array, one value after the other, or an object with a list."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TextIO

from corpora import Json
from corpora.builtin.sources.texts.lines import MAX_LINE_CHARACTERS
from corpora.builtin.sources.texts.rows import MAX_NAMES, DamagedRow, Row, has_column
from corpora.builtin.sources.unreadable import Unreadable

STEP_CHARACTERS = 1 << 20
WHITE_SPACE = re.compile(r"[ \t\n\r\ufeff]*")
CUT_CHARACTERS = 16
"""An error this close to the end of what was read may mean that a value is cut there."""


def json_rows(file: TextIO, text: str) -> Iterator[Row]:
    """The rows of a JSON file, which is closed at the end.

    An array has a row per item, and so have several values one after the other (JSON Lines under another name). A
    single object is a row if it has the column with the text, and otherwise has those of the list inside it.

    Args:
        file: opened as text.
        text: the column with the text; an item that is a string is that text.

    Raises:
        Unreadable: the file is not JSON, or is a single object without the column and without a list of items.
    """
    with file:
        values = _Values(file)
        if values.sign() == "[":
            values.skip()
            yield from _rows(values, text, in_array=True)
            return
        found = _rows(values, text, in_array=False)
        first, second = next(found, None), next(found, None)
        if first is None:
            raise Unreadable("empty")
        if second is not None:
            yield from (first, second)
            yield from found
        elif isinstance(first.values, DamagedRow):
            raise Unreadable("not JSON", f"line {first.line}: {first.values.detail.removeprefix('not JSON: ')}")
        else:
            yield from [first] if has_column(first.values, text) else _items(first.values, text)


def unique_keys(pairs: Sequence[tuple[str, Any]]) -> dict[str, Json]:
    """An object of JSON.

    Args:
        pairs: its keys and values.

    Raises:
        ValueError: a key occurs twice.
    """
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError(_twice(pairs))
    return found


def _twice(pairs: Sequence[tuple[str, Any]]) -> str:
    names = [name for name, _ in pairs]
    return f"the key {next(name for name in names if names.count(name) > 1)!r} occurs twice"


def _rows(values: _Values, text: str, *, in_array: bool) -> Iterator[Row]:
    """The rows up to the end of the array or file; behind a damaged one, only if each has a line of its own."""
    while sign := values.sign():
        if sign == ",":
            values.skip()
        elif in_array and sign == "]":
            values.skip()
            if values.sign():
                yield Row(values.line, DamagedRow("damaged row", "not JSON: more follows the end of the array"))
            return
        else:
            line, value = values.line, values.next()
            yield Row(line, value if isinstance(value, DamagedRow) else _row(value, text))
            if values.is_lost and not values.next_line():
                return
    if in_array:
        yield Row(values.line, DamagedRow("damaged row", "the file ends inside the array"))


def _row(value: Any, text: str) -> Mapping[str, Json] | DamagedRow:
    if isinstance(value, str):
        return {text: value}
    return value if isinstance(value, Mapping) else DamagedRow("damaged row", "not a JSON object or text")


def _items(values: Mapping[str, Json], text: str) -> Iterator[Row]:
    """The items of the list in an object; of several lists, of that with the column, with objects, or with strings."""
    lists = [value for value in values.values() if isinstance(value, list) and value]
    objects = [each for each in lists if isinstance(each[0], Mapping)]
    with_text = [each for each in objects if has_column(each[0], text)]
    chosen = with_text or objects or [each for each in lists if isinstance(each[0], str)]
    if len(chosen) != 1:
        names = ", ".join([*values][:MAX_NAMES]) or "nothing"
        raise Unreadable(f"no column {text}", f"it has {names}; name one with --text COLUMN")
    return (Row(0, _row(item, text)) for item in chosen[0])


class _Values:
    """The values in a file, of which at most one and a piece are in memory."""

    def __init__(self, file: TextIO) -> None:
        self._file, self._text, self._at = file, "", 0
        self._decoder = json.JSONDecoder(object_pairs_hook=self._object, strict=False)
        self._problem = ""
        self._is_by_line, self._last_line = True, 0
        self.line = 1
        """Of the next character."""
        self.is_lost = False
        """Whether the last value was damaged, so that its end is unknown."""

    def sign(self) -> str:
        """The next character that is not white space; empty at the end of the file."""
        while True:
            self._move(WHITE_SPACE.match(self._text, self._at).end())  # type: ignore[union-attr]
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._read(STEP_CHARACTERS):
                return ""

    def skip(self) -> None:
        """Move past the next character."""
        self._at += 1

    def next(self) -> Any:
        """The next value, or what is wrong with it; `sign` comes first."""
        self._is_by_line &= self.line > self._last_line
        self._problem, begin, size = "", self.line, STEP_CHARACTERS
        while True:
            try:
                value, end = self._decoder.raw_decode(self._text, self._at)
                if end < len(self._text) or not self._read(size):
                    break
            except json.JSONDecodeError as error:
                is_cut = error.msg.startswith("Unterminated") or error.pos >= len(self._text) - CUT_CHARACTERS
                if not is_cut or not self._read(size):
                    return self._lost(f"not JSON: {error.msg.removesuffix(' at')}")
            except RecursionError:
                return self._lost("not JSON: nested too deep")
            except ValueError as error:  # a number of thousands of digits
                return self._lost(f"not JSON: {str(error).partition(';')[0]}")
            if len(self._text) - self._at > MAX_LINE_CHARACTERS:
                return self._lost(f"more than {MAX_LINE_CHARACTERS / 1e6:.0f} M characters", "row too long")
            size = len(self._text)
        self._move(end)
        self._is_by_line &= self.line == begin
        self._last_line = self.line
        return DamagedRow("damaged row", f"not JSON: {self._problem}") if self._problem else value

    def next_line(self) -> bool:
        """Move behind a damaged value to the next line; False if values do not have lines of their own."""
        self.is_lost = False
        while self._is_by_line and self._last_line:
            end = self._text.find("\n", self._at) + 1
            self._move(end or len(self._text))
            if end:
                return True
            if not self._read(STEP_CHARACTERS):
                return False
        return False

    def _lost(self, detail: str, reason: str = "damaged row") -> DamagedRow:
        self.is_lost = True
        return DamagedRow(reason, detail)

    def _object(self, pairs: Sequence[tuple[str, Any]]) -> dict[str, Json]:
        found = dict(pairs)
        if len(found) < len(pairs):
            self._problem = _twice(pairs)
        return found

    def _move(self, at: int) -> None:
        self.line += self._text.count("\n", self._at, at)
        self._at = at

    def _read(self, size: int) -> bool:
        """Read more, and forget what is done; False at the end of the file."""
        more = self._file.read(size)
        if more:
            self._text, self._at = self._text[self._at :] + more, 0
        return bool(more)

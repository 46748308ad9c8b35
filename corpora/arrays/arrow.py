"""Arrow arrays made from buffers, and read as NumPy views.

`pa.array`, `pa.scalar`, `from_pylist` and `to_numpy` import pandas the first time they convert a Python or NumPy
object, which takes a third of a second. A build and each of its workers use these functions instead to avoid that.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from corpora.plugin import Array


def column_of(values: Sequence[Any], kind: pa.DataType) -> pa.Array:
    """Python values, including None, as an Arrow array.

    Args:
        values: what `kind` holds; None becomes a null.
        kind: large_string, large_binary, an integer type, bool, or a large_list of one of these.
    """
    validity = _validity(values)
    if pa.types.is_large_list(kind):
        rows = [value or () for value in values]
        children = [column_of([item for row in rows for item in row], kind.value_type)]
        return pa.Array.from_buffers(
            kind, len(values), [validity, _offsets(map(len, rows), len(rows))], -1, 0, children
        )
    if pa.types.is_large_string(kind):
        return _strings(values, validity, kind)
    if pa.types.is_large_binary(kind):
        parts = [value or b"" for value in values]
        buffers = [validity, _offsets(map(len, parts), len(parts)), pa.py_buffer(b"".join(parts))]
        return pa.Array.from_buffers(kind, len(values), buffers)
    filled = [value or 0 for value in values]
    if pa.types.is_boolean(kind):
        bits = np.packbits(np.array(filled, dtype=bool), bitorder="little")
        return pa.Array.from_buffers(kind, len(values), [validity, pa.py_buffer(bits)])
    return pa.Array.from_buffers(kind, len(values), [validity, pa.py_buffer(np.array(filled, dtype=str(kind)))])


def _validity(values: Sequence[Any]) -> pa.Buffer | None:
    """Which values are not None; None if that holds for all."""
    if None not in values:
        return None
    valid = np.fromiter((value is not None for value in values), bool, len(values))
    return pa.py_buffer(np.packbits(valid, bitorder="little"))


def _strings(values: Sequence[str | None], validity: pa.Buffer | None, kind: pa.DataType) -> pa.Array:
    texts: Sequence[Any] = values if validity is None else [value or "" for value in values]
    joined = "".join(texts)
    data = joined.encode()
    if len(data) != len(joined):
        texts = [*map(str.encode, texts)]
    return pa.Array.from_buffers(
        kind, len(values), [validity, _offsets(map(len, texts), len(texts)), pa.py_buffer(data)]
    )


def strings_at(values: Array, begins: Array, stops: Array) -> pa.Array:
    """Parts of a text as an Arrow string column.

    Args:
        values: [bytes], the text in UTF-8.
        begins: [rows], where each part begins, in bytes, ascending.
        stops: [rows], where it ends, not behind the next one's beginning.
    """
    steps = np.zeros(len(values) + 1, np.int8)
    steps[begins] += 1
    steps[stops] -= 1
    inside = np.cumsum(steps[:-1], dtype=np.int8).view(bool)
    lengths = stops - begins
    buffers = [None, _offsets(lengths, len(lengths)), pa.py_buffer(values[inside])]
    return pa.Array.from_buffers(pa.large_string(), len(lengths), buffers)


def _offsets(lengths: Any, count: int) -> pa.Buffer:
    offsets = np.zeros(count + 1, np.int64)
    np.cumsum(np.fromiter(lengths, np.int64, count), out=offsets[1:])
    return pa.py_buffer(offsets)


def numbers_array(values: Array, kind: pa.DataType) -> pa.Array:
    """Numbers as an Arrow array, without copying if they are contiguous and already of its type.

    Args:
        values: [rows], converted to `kind` if necessary.
        kind: an integer or floating-point type.
    """
    return pa.Array.from_buffers(
        kind, len(values), [None, pa.py_buffer(np.ascontiguousarray(values, dtype=kind.to_pandas_dtype()))]
    )


def numbers_in(array: pa.Array) -> NDArray[Any]:
    """An Arrow array of numbers as a NumPy view, without copying.

    Args:
        array: integers or floats without nulls; a slice is allowed.

    Returns:
        [rows], read-only.
    """
    buffer = array.buffers()[1]
    dtype = np.dtype(array.type.to_pandas_dtype())
    if buffer is None:
        return np.empty(0, dtype)
    return np.frombuffer(buffer, dtype)[array.offset : array.offset + len(array)]


def repeated(text: str, rows: int) -> pa.Array:
    """An Arrow string column with the same text in every row.

    Args:
        text: any text; stored once per row, as large_string.
        rows: the length of the column.
    """
    data = text.encode()
    offsets = np.arange(rows + 1, dtype=np.int64) * len(data)
    return pa.Array.from_buffers(pa.large_string(), rows, [None, pa.py_buffer(offsets), pa.py_buffer(data * rows)])

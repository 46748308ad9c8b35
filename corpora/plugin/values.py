"""Types that many signatures use: JSON values, and arrays of any dtype."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from numpy.typing import NDArray

Json: TypeAlias = bool | int | float | str | Sequence["Json"] | Mapping[str, "Json"] | None
"""A value that a JSON file can contain, read-only: to modify one, use a `list` or a `dict`."""
Array: TypeAlias = "NDArray[Any]"
"""An array of any dtype."""

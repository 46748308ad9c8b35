"""What is stored next to a dataset's rows: JSON lines from the source, and counts of dropped sentences."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path

from corpora.errors import PluginError
from corpora.plugin import Json, SideRecords
from corpora.store import write_text

HAS_HOLE = "hole"
"""The reason for dropping sentences with a hole, in the accounting."""
RESERVED = frozenset({"rejects", "manifest"})
"""Names that cannot be used, because every version has files with these names."""


def side_json(records: SideRecords) -> str | None:
    """A document's side records for the extract table; None if it has none.

    Raises:
        PluginError: a name is not a valid file name, or is reserved.
    """
    for name in records:
        if not name.isidentifier() or name in RESERVED:
            raise PluginError(
                f"side records are named {name!r}; use letters, digits and _, but not {' or '.join(sorted(RESERVED))}"
            )
    return json.dumps(records, ensure_ascii=False, default=list) if any(records.values()) else None


def metadata_json(metadata: Mapping[str, Json]) -> tuple[str, str | None]:
    """A document's metadata as JSON in two parts: what stays with the document, and tables of counts, if it has any.

    Args:
        metadata: a table of counts is a dict whose values are all integers.
    """
    counts = {
        key: value
        for key, value in metadata.items()
        if isinstance(value, dict) and all(isinstance(number, int) for number in value.values())
    }
    kept = {key: value for key, value in metadata.items() if key not in counts} if counts else metadata
    return (
        json.dumps(kept, ensure_ascii=False, sort_keys=True),
        json.dumps(counts, sort_keys=True) if counts else None,
    )


class SideRecordWriter:
    """The side records and dropped sentences of one part of a build."""

    def __init__(self) -> None:
        self._lines: dict[str, list[dict[str, Json]]] = {}
        self._dropped: Counter[str] = Counter()

    def add(self, document: str, records: SideRecords) -> None:
        """Add the records of one document.

        Args:
            document: its id.
            records: by name, as in `Document.side_records`.
        """
        for name, lines in records.items():
            self._lines.setdefault(name, []).extend({"document": document, **line} for line in lines)

    def add_json(self, document: str, text: str | None) -> None:
        """Add the records of one document, as `side_json` returned them.

        Args:
            document: its id.
            text: from `side_json`; None if it has no side records.
        """
        if text:
            self.add(document, json.loads(text))

    def drop(self, reason: str, sentences: int) -> None:
        """Count dropped sentences under a reason.

        Args:
            reason: such as `hole`.
            sentences: how many; 0 records nothing.
        """
        if sentences:
            self._dropped[reason] += sentences

    def save(self, path: Path) -> None:
        """Write everything to one file, atomically."""
        write_text(path, json.dumps({"lines": self._lines, "dropped": self._dropped}))


def gather_side_records(paths: Iterable[Path], staging: Path) -> dict[str, int]:
    """Concatenate the side records of all parts into one JSON Lines file per name.

    Args:
        paths: the files that `SideRecordWriter.save` wrote, in the order of the parts.
        staging: the folder of the version.

    Returns:
        How many sentences were dropped, by reason.
    """
    dropped: Counter[str] = Counter()
    open_files = {}
    try:
        for path in paths:
            part = json.loads(path.read_text(encoding="utf-8"))
            dropped.update(part["dropped"])
            for name, lines in part["lines"].items():
                if lines and name not in open_files:
                    open_files[name] = (staging / f"{name}.jsonl").open("w", encoding="utf-8")
                for line in lines:
                    open_files[name].write(json.dumps(line, ensure_ascii=False) + "\n")
    finally:
        for file in open_files.values():
            file.close()
    return dict(dropped.most_common())

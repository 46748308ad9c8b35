"""Record what an action removed and why in the version's `removed.jsonl`; `corpora show NAME --removed` prints it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from corpora.store import staged_file

REMOVED = "removed.jsonl"


@dataclass(frozen=True)
class Removal:
    """One row or passage that was removed."""

    document: str
    """The id of its document."""
    position: str
    """Where it was in the parent, such as `row 12`."""
    rule: str
    """Why it was removed."""
    text: str


def write_removals(folder: Path, removals: Iterable[Removal]) -> None:
    """Write `removed.jsonl` into a version's staging folder, one JSON object per removal."""
    with staged_file(folder / REMOVED) as file:
        for removal in removals:
            line = json.dumps(asdict(removal), ensure_ascii=False) + "\n"
            file.write(line.encode("utf-8", errors="surrogatepass"))

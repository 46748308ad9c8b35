"""Record what an action removed and why, in the version's `removed.jsonl`; `corpora show NAME --removed` prints it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from corpora.store import partial_beside

REMOVED = "removed.jsonl"


@dataclass(frozen=True)
class Removal:
    """One thing that was removed."""

    document: str
    position: str
    """Where it was in the parent."""
    rule: str
    """Why it was removed."""
    text: str


def write_removals(folder: Path, removals: Iterable[Removal]) -> None:
    """Write what was removed into a version's staging folder, one JSON object per line."""
    path = folder / REMOVED
    beside = partial_beside(path)
    with beside.open("w", encoding="utf-8", errors="surrogatepass", newline="\n") as file:
        for removal in removals:
            file.write(json.dumps(asdict(removal), ensure_ascii=False) + "\n")
    beside.replace(path)

"""Record what an action removed and why in the version's `removed.jsonl`; `corpora show NAME --removed` prints it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from corpora.store import partial_beside

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
    path = folder / REMOVED
    beside = partial_beside(path)
    with beside.open("w", encoding="utf-8", errors="surrogatepass", newline="\n") as file:
        for removal in removals:
            file.write(json.dumps(asdict(removal), ensure_ascii=False) + "\n")
    beside.replace(path)

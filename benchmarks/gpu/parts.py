"""The parts of the GPU benchmark, each in a process of its own: parts.py NAME OUT.json [--tiny]."""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
sys.path[:0] = [str(FOLDER), str(FOLDER.parent), str(FOLDER.parent.parent)]
os.environ.setdefault("TRAINER_RESULTS", "")  # stored results are not used: everything is measured

Row = dict[str, object]
Report = Callable[[Row], None]


def main() -> None:
    """Run one part. Its rows are written as they come, so that a part that is killed leaves what it measured."""
    import inputs
    import machine
    import parity
    import recovery
    import speed
    import tuning

    parts: dict[str, Callable[[inputs.Scale, Path, Report], None]] = {
        "machine": machine.run, "parity": parity.run, "plain": speed.plain, "ours": speed.ours,
        "memory": speed.memory, "resume": recovery.resume, "ranks": recovery.ranks, "fine-tuning": tuning.run,
    }  # fmt: skip
    name, out, *more = sys.argv[1:]
    rows: list[Row] = []
    started = time.monotonic()

    def report(row: Row) -> None:
        rows.append({**row, "at_seconds": round(time.monotonic() - started, 1)})
        Path(out).write_text(json.dumps(rows, indent=1), encoding="utf-8")

    with tempfile.TemporaryDirectory() as scratch:
        parts[name](inputs.scale(tiny="--tiny" in more), Path(scratch), report)


if __name__ == "__main__":
    main()

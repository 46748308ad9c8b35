"""Whole builds of two checkouts side by side: processor time from the command to the finished version.

python benchmarks/builds.py BEFORE --books FOLDER --dump DUMP   # BEFORE: another checkout with a .venv of its own
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import tempfile
from pathlib import Path

NOW = Path(__file__).resolve().parents[1]


def processor_seconds(checkout: Path, *words: str) -> float:
    """User and system time of one build in an empty store, its workers included."""
    with tempfile.TemporaryDirectory() as home:
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        environment = os.environ | {"CORPORA_HOME": home}
        subprocess.run(
            [checkout / ".venv/bin/corpora", "build", *words],
            env=environment,
            cwd=home,
            capture_output=True,
            check=True,
        )
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    """Build in turns, and print medians and their ratio."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("before", type=Path)
    parser.add_argument("--books", type=Path, required=True)
    parser.add_argument("--dump", type=Path, required=True)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    builds = {
        "books, exact copies": ("tbc", "--folder", str(arguments.books.resolve()), "--duplicates", "exact"),
        "books, near copies": ("tbc", "--folder", str(arguments.books.resolve())),
        "wikipedia": ("wikipedia", "--dump", str(arguments.dump.resolve())),
    }
    rows = []
    for name, words in builds.items():
        pairs = [
            [processor_seconds(checkout.resolve(), *words) for checkout in (arguments.before, NOW)]
            for _ in range(arguments.rounds)
        ]
        before, now = (statistics.median(times) for times in zip(*pairs, strict=True))
        rows.append(
            {"build": name, "before_seconds": before, "now_seconds": now, "ratio": now / before, "pairs": pairs}
        )
        print(f"{name:20} before {before:6.2f} s  now {now:6.2f} s  ratio {now / before:.2f}", flush=True)
    if arguments.json:
        arguments.json.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

"""Whole builds of several checkouts side by side: processor time from the command to the finished version.

python benchmarks/builds.py BEFORE... --books FOLDER --dump DUMP   # BEFORE: other checkouts with a .venv of their own
"""

from __future__ import annotations

import argparse
import bz2
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


def driver_and_workers(checkout: Path, *words: str) -> tuple[float, float]:
    """Processor seconds of the process that decides, and of its two workers, in one build."""
    program = (
        "import resource, sys\nfrom corpora.cli import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]\n"
        "print(*(each.ru_utime + each.ru_stime for each in used))"
    )
    with tempfile.TemporaryDirectory() as home:
        command = [checkout / ".venv/bin/python", "-c", program, "build", *words, "--executor", "processes:workers=2"]
        environment = os.environ | {"CORPORA_HOME": home}
        told = subprocess.run(command, env=environment, cwd=home, capture_output=True, text=True, check=True).stdout
    driver, workers = told.split()[-2:]
    return float(driver), float(workers)


def main() -> None:
    """Build in turns, and print medians, MB/s, and the ratio of each checkout to the first."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("before", type=Path, nargs="+")
    parser.add_argument("--books", type=Path, required=True)
    parser.add_argument("--dump", type=Path, required=True, help="compressed by bzip2")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", nargs="*", default=["near", "exact", "wikipedia"], help="near, exact, wikipedia")
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    checkouts = [checkout.resolve() for checkout in (*arguments.before, NOW)]
    books, dump = arguments.books.resolve(), arguments.dump.resolve()
    text = sum(path.stat().st_size for path in books.rglob("*.txt")) / 1e6
    start = processor_seconds(NOW, "toy", "--books", "1", "--articles", "0", "--words", "1000")
    print(f"start-up, with a book of 1,000 words: {start:.2f} s")
    builds = {
        "near": (text, ("tbc", "--folder", str(books))),
        "exact": (text, ("tbc", "--folder", str(books), "--duplicates", "exact")),
        "wikipedia": (len(bz2.decompress(dump.read_bytes())) / 1e6, ("wikipedia", "--dump", str(dump))),
    }
    rows = []
    for name in arguments.only:
        size, words = builds[name]
        rounds = [[processor_seconds(each, *words) for each in checkouts] for _ in range(arguments.rounds)]
        medians = [statistics.median(times) for times in zip(*rounds, strict=True)]
        two = driver_and_workers(NOW, *words)
        rows.append({"build": name, "mb": size, "seconds": medians, "rounds": rounds, "driver_and_workers": two})
        for checkout, seconds in zip(checkouts, medians, strict=True):
            speed, ratio = size / seconds, seconds / medians[0]
            print(
                f"{name:20} {checkout.name:12} {seconds:6.2f} s {speed:5.1f} MB/s a core, ratio {ratio:.2f}", flush=True
            )
        print(f"{name:20} two workers: {two[0]:.2f} s in the driver, {two[1]:.2f} s in the workers", flush=True)
    if arguments.json:
        arguments.json.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

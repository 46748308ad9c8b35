"""Processor time until a command ends that has next to nothing to do, beside another checkout.

    python benchmarks/starts.py --against ../before --model FOLDER [--rounds 5] [--out FILE]

The checkouts take turns; each runs in its own environment (`CHECKOUT/.venv`). The least of the rounds is printed, user
and system time together, since a busy machine only ever adds to it.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import tempfile
from pathlib import Path

BOOK = "\n\n".join(f"It was day {day}, and the cat sat on the mat again. Nobody had told it why." for day in range(400))


def commands(model: Path, books: Path) -> dict[str, list[str]]:
    """What is run, by the name in the table."""
    build = ["corpora", "build", "books", "--folder", str(books), "--name", "one", "--min-words", "100"]
    return {
        "corpora --help": ["corpora", "--help"],
        "corpora list": ["corpora", "list"],
        "corpora build, one short text": ["corpora", "build", "texts", "--folder", str(books), "--name", "two"],
        "corpora build, one short book": build,
        "trainer --help": ["trainer", "--help"],
        "trainer inspect": ["trainer", "inspect", str(model)],
    }


def seconds(checkout: Path, command: list[str], home: Path) -> float:
    """Processor time of one run."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    environment = {**os.environ, "CORPORA_HOME": str(home), "OMP_NUM_THREADS": "1"}
    program = [
        str(checkout / ".venv/bin/python"),
        "-c",
        f"from transferset import {command[0]} as run; run()",
        *command[1:],
    ]
    done = subprocess.run(program, cwd=checkout, env=environment, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{checkout}: {' '.join(command)}: {done.stderr[-1000:]}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    """Run both and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--against", type=Path, required=True, help="the other checkout")
    parser.add_argument("--model", type=Path, required=True, help="a model folder for trainer inspect")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--out", type=Path)
    given = parser.parse_args()
    checkouts = (given.against.absolute(), Path.cwd())
    lines = [f"{'command':32}{'before':>9}{'after':>9}"]
    with tempfile.TemporaryDirectory() as place:
        books = Path(place) / "books"
        books.mkdir()
        (books / "a-cat.txt").write_text(BOOK, encoding="utf-8")
        for name, command in commands(given.model.absolute(), books).items():
            taken: dict[Path, list[float]] = {checkout: [] for checkout in checkouts}
            for turn in range(given.rounds):
                for side, checkout in enumerate(checkouts):
                    taken[checkout].append(seconds(checkout, command, Path(place) / f"home-{turn}-{side}"))
            before, after = (min(taken[checkout]) for checkout in checkouts)
            lines.append(f"{name:32}{before:8.2f}s{after:8.2f}s")
            print(lines[-1], flush=True)
    if given.out:
        given.out.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

"""What it costs to see that a parent's files are unchanged, of a shuffle's processor time.

    python benchmarks/checks.py --tokens 15

Shuffles the same version in turn: remembered (its files were hashed when it was written), copied with its memory
(`cp -r`, another machine: a quick hash of each file), and without that memory (sha256 of each file). Each round also
measures the check alone, right before the shuffle; the shares are medians over the rounds.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
import time
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

import transfer

if TYPE_CHECKING:
    from corpora import Dataset, Store

STATES = ("remembered", "copied", "copied without its memory")


def main() -> None:
    """Make the rows, shuffle in turn, print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tokens", type=float, default=15.0, help="millions of tokens, two bytes each")
    parser.add_argument("--rounds", type=int, default=9)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        made = transfer.prepare(Path(folder), int(chosen.tokens * 1e6))
        checks, shuffles = measured(Path(folder), chosen.rounds)
    print(f"{transfer.machine()}, {made['tokens']:,} tokens, {chosen.rounds} rounds\n")
    print("| the parent is | check, ms | shuffle with it, ms | share |\n|---|---|---|---|")
    for state in STATES:
        shares = [part / total for part, total in zip(checks[state], shuffles[state], strict=True)]
        check, whole = 1e3 * median(checks[state]), 1e3 * median(shuffles[state])
        print(f"| {state} | {check:.1f} | {whole:.0f} | {median(shares):.1%} |")


def measured(home: Path, rounds: int) -> tuple[dict[str, list[float]], dict[str, list[float]]]:
    """Processor seconds of the check and of check and shuffle, by state; the first round is not counted."""
    import corpora

    store = corpora.Store(home)
    checks: dict[str, list[float]] = {state: [] for state in STATES}
    shuffles: dict[str, list[float]] = {state: [] for state in STATES}
    for number in range(rounds + 1):
        for state in STATES:
            download_tree(store, state)
            start = time.process_time()
            whole = store.open("whole")
            checked = time.process_time()
            made = corpora.transform(whole, "shuffle", seed=number, name="shuffled", store=store)
            if number:
                checks[state].append(checked - start)
                shuffles[state].append(time.process_time() - start)
            store.remove(made.reference)
    return checks, shuffles


def download_tree(store: Store, state: str) -> Dataset:
    """Put the version into a state."""
    whole = store.open("whole")
    if state != "remembered":
        copy = whole.path.with_name(".copy")
        shutil.copytree(whole.path, copy)
        shutil.rmtree(whole.path)
        copy.rename(whole.path)
    if state == STATES[-1]:
        (whole.path / ".checked.json").unlink()
    return whole


if __name__ == "__main__":
    main()

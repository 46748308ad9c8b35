"""Each step beside its peer in one process, by processor time; fails when a step lost speed. Minutes, no downloads.

    python benchmarks/quick.py            # compare with benchmarks/results/ratios.json, as `make bench-quick` does
    python benchmarks/quick.py --update   # and store the ratios found now

A ratio is the processor time of the peer over ours on the same work, the median of rounds in which the two take turns,
so that what else the machine does falls on both. A step fails when its ratio is more than 15 % below the stored one on
two tries. Seconds are printed, not compared.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

os.environ["OMP_NUM_THREADS"] = "1"
sys.path.insert(0, str(Path(__file__).parent))

from quick_pairs import Pair, pairs  # torch reads the number of threads when it is imported

STORED = Path(__file__).parent / "results" / "ratios.json"
TOLERANCE, ROUNDS, SHORT_SECONDS = 0.15, 5, 0.3


@dataclass(frozen=True)
class Measured:
    """One pair's times."""

    ratio: float
    """How many times the processor time of ours the peer takes."""
    ours_seconds: float
    theirs_seconds: float


def main() -> None:
    """Measure, print, and compare or store."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--update", action="store_true", help="store the ratios instead of comparing them")
    parser.add_argument("--step", action="append", help="only this step; repeatable")
    chosen = parser.parse_args()
    stored: dict[str, float] = json.loads(STORED.read_text(encoding="utf-8")) if STORED.exists() else {}
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {"CORPORA_HOME": f"{folder}/store", "TRAINER_RESULTS": "", "HF_HUB_OFFLINE": "1"}
        made = [pair for pair in _possible(pairs(Path(folder))) if chosen.step is None or pair.step in chosen.step]
        if chosen.update:
            found = {pair.step: round(measured(pair).ratio, 3) for pair in made}
            STORED.write_text(json.dumps({**stored, **found}, indent=1) + "\n", encoding="utf-8")
            return
        failed = compared(made, stored, measured)
    raise SystemExit(1 if failed else 0)


def _possible(made: Iterable[Pair]) -> list[Pair]:
    """Without the one whose peer has no wheel for this machine."""
    here = importlib.util.find_spec("blingfire") is not None
    return [pair for pair in made if here or pair.step != "books"]


def compared(made: Iterable[Pair], stored: Mapping[str, float], measure: Callable[[Pair], Measured]) -> list[str]:
    """The steps that lost speed on two tries; a step that nothing is stored for cannot."""
    failed = []
    for pair in made:
        before = stored.get(pair.step)
        ratio = measure(pair).ratio
        if before is not None and fell(ratio, before):
            print(f"{pair.step}: {ratio:.2f} is more than {TOLERANCE:.0%} below {before:.2f}; once more", flush=True)
            ratio = max(ratio, measure(pair).ratio)
            if fell(ratio, before):
                failed.append(pair.step)
                print(f"{pair.step}: lost speed: {ratio:.2f} where {before:.2f} is stored", flush=True)
    return failed


def fell(ratio: float, stored: float) -> bool:
    """Whether a ratio is below the stored one by more than the tolerance."""
    return ratio < stored * (1 - TOLERANCE)


def measured(pair: Pair) -> Measured:
    """The median ratio of a pair, after one turn that is not counted; printed as it is found."""
    times = [(_seconds(pair.ours), _seconds(pair.theirs) / pair.share) for _ in range(ROUNDS + 1)][1:]
    ours, theirs = (statistics.median(side) for side in zip(*times, strict=True))
    found = Measured(statistics.median(their / our for our, their in times), ours, theirs)
    print(f"{pair.step:<14} {found.ratio:>7.2f} x  ours {ours:6.2f} s, {pair.peer} {theirs:6.2f} s", flush=True)
    return found


def _seconds(work: Callable[[], object]) -> float:
    """Processor seconds of one call; short work is repeated, so that the clock's steps do not show."""
    start, calls = time.process_time(), 0
    while calls == 0 or time.process_time() - start < SHORT_SECONDS:
        work()
        calls += 1
    return (time.process_time() - start) / calls


if __name__ == "__main__":
    main()

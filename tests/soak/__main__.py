"""Interrupted work, over and over: every step is killed or runs out of disk, goes on, and ends with the same bytes.

`python tests/soak --tries 200` runs each step once undisturbed. Then each try takes a step and a way to disturb it,
repeats the command until it ends well, and compares every file with the undisturbed run's. It prints survived / tried
by step and by way, and exits with 1 after any loss. Ways:

- `kill`: SIGKILL at a random moment, one to three times in a row, to the process alone or to it with its workers.
- `slow`: the same while each fsync and each rename takes 20 to 200 ms.
- `full`: a file system of its own (tmpfs) that is smaller than what the step writes, then larger; needs root.
- `read-only`: that file system turns read-only at a random moment, then writable again; needs root.
- `limit`: no file may grow beyond a random size (RLIMIT_FSIZE), which every user can set.

A step that the disk stops must say so in one line. The steps run in forks of this process, which has imported their
libraries already; a kill reaches the same code as in a process that starts from nothing.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import tempfile
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(REPOSITORY), str(REPOSITORY / "tests")]

from soak.attempts import Stopped  # noqa: E402  # its folder is not on the path before
from soak.disturbances import DISTURB, WAYS  # noqa: E402
from soak.steps import STEPS  # noqa: E402
from soak.tries import soak  # noqa: E402

LIBRARIES = (
    "torch", "transformers.models.bert.modeling_bert", "transformers.models.distilbert.modeling_distilbert",
    "pyarrow.parquet", "corpora.cli", "trainer.cli",
)  # fmt: skip
"""What is imported before the first step; the undisturbed runs tell the rest."""


def _stop(*_: object) -> None:
    raise Stopped


def main() -> None:
    """Read the options, import what the steps need, and soak in a folder of its own."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tries", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--minutes", type=float, default=20.0)
    names = [step.name for step in STEPS]
    parser.add_argument("--step", action="append", choices=names, help="only this step; repeatable")
    parser.add_argument("--way", action="append", choices=sorted(DISTURB), help="only this way; repeatable")
    chosen = parser.parse_args()
    os.environ["OMP_NUM_THREADS"] = "1"
    signal.signal(signal.SIGTERM, _stop)
    for library in LIBRARIES:
        __import__(library)
    steps = [step for step in STEPS if chosen.step is None or step.name in chosen.step]
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made).resolve()
        ways = chosen.way or list(WAYS)
        lost = soak(folder, tries=chosen.tries, seed=chosen.seed, minutes=chosen.minutes, steps=steps, ways=ways)
    raise SystemExit(min(lost, 1))


if __name__ == "__main__":
    main()

"""Ray against worker processes on one machine, at three sizes: `corpora transform shuffle`, two workers each, by turns.

Three times are taken of every run. *Warm*: the action alone, in a process that is connected to a running cluster.
*Command*: a whole `corpora` command on a cluster that runs already, so with Python's start and connecting. *Cold*: the
same with the cluster's start before it. Worker processes are started by every action, so their start is in all three.
A new seed makes each run a new version; the first run of each is not counted.

    OMP_NUM_THREADS=1 python benchmarks/ray_executor.py
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import corpora

COPIES = (1, 10, 100)
WORKERS = 2
CLUSTER = {"num_cpus": WORKERS, "object_store_memory": 80 << 20, "include_dashboard": False}


def action(dataset: corpora.Dataset, executor: str, seed: int) -> None:
    """One shuffle in this process."""
    store = corpora.Store(dataset.path.parent.parent)
    made = corpora.transform(dataset, "shuffle", seed=seed, name="shuffled", executor=executor, store=store)
    store.remove(made.reference)


def command(dataset: corpora.Dataset, executor: str, seed: int) -> None:
    """One shuffle by a command of its own."""
    code = "if __name__ == '__main__': from corpora.cli import main; main()"
    line = ["transform", "shuffle", dataset.name, "--seed", str(seed), "--name", "shuffled", "--executor", executor]
    home = dataset.path.parent.parent
    environment = os.environ | {"CORPORA_HOME": str(home)}
    subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code, *line], check=True, env=environment, capture_output=True
    )
    corpora.Store(home).remove("shuffled")


def seconds(
    run: Callable[[corpora.Dataset, str, int], None], dataset: corpora.Dataset, executor: str, seed: int
) -> float:
    """Wall seconds of one run."""
    started = time.perf_counter()
    run(dataset, executor, seed)
    return time.perf_counter() - started


def main() -> None:
    """Print a table: tokens, median seconds by executor and by what is counted, and their ratios."""
    import ray
    from ray.cluster_utils import Cluster

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3, help="Counted runs of each executor at each size.")
    runs = parser.parse_args().runs
    started = time.perf_counter()
    cluster = Cluster(initialize_head=True, head_node_args=CLUSTER)
    start = time.perf_counter() - started
    executors = (f"processes:workers={WORKERS}", f"ray:address={cluster.address},workers={WORKERS}")
    print(f"ray {ray.__version__}, cluster started in {start:.1f} s", flush=True)
    print(f"{'tokens':>12}  {'counted':8} {'processes':>10} {'ray':>8} {'ray/processes':>14}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        store = corpora.Store(Path(folder))
        toy = corpora.build("toy:books=4,articles=400", name="toy", store=store)
        tokens = corpora.tokenize(toy, train=2000, name="tokens", store=store)
        for copies in COPIES:
            dataset = corpora.concat([tokens] * copies, name=f"copies-{copies}", store=store) if copies > 1 else tokens
            for name, run in (("warm", action), ("command", command)):
                times: list[list[float]] = [
                    [seconds(run, dataset, executor, seed) for executor in executors] for seed in range(runs + 1)
                ]
                medians = [statistics.median(pair[side] for pair in times[1:]) for side in (0, 1)]
                _tell(dataset, name, *medians)
                if name == "command":
                    _tell(dataset, "cold", medians[0], medians[1] + start)
    ray.shutdown()
    cluster.shutdown()  # type: ignore[no-untyped-call]


def _tell(dataset: corpora.Dataset, counted: str, processes: float, by_ray: float) -> None:
    print(
        f"{dataset.tokens:>12,}  {counted:8} {processes:8.2f} s {by_ray:6.2f} s {by_ray / processes:13.2f}×", flush=True
    )


if __name__ == "__main__":
    main()

"""Ray against worker processes on one machine: the same shuffle at three sizes, in turn, on two workers each.

The cluster runs already, and both executors do one run that is not counted; a new seed makes each run a new version.

    OMP_NUM_THREADS=1 python benchmarks/ray_executor.py
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from pathlib import Path

import corpora
from corpora.store import Store

COPIES = (1, 10, 100)
WORKERS = 2


def seconds_of(dataset: corpora.Dataset, executor: str, seed: int, store: Store) -> float:
    """Wall seconds of one shuffle, from file to finished version."""
    started = time.perf_counter()
    made = corpora.transform(dataset, "shuffle", seed=seed, name="shuffled", executor=executor, store=store)
    elapsed = time.perf_counter() - started
    store.remove(made.reference)
    return elapsed


def main() -> None:
    """Print a table: tokens, median seconds by executor, and their ratio."""
    import ray
    from ray.cluster_utils import Cluster

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=3, help="Counted runs of each executor at each size.")
    runs = parser.parse_args().runs
    quiet = {"num_cpus": WORKERS, "object_store_memory": 80 << 20, "include_dashboard": False}
    started = time.perf_counter()
    cluster = Cluster(initialize_head=True, head_node_args=quiet)
    executors = (f"processes:workers={WORKERS}", f"ray:address={cluster.address},workers={WORKERS}")
    print(f"ray {ray.__version__}, head started in {time.perf_counter() - started:.1f} s", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder))
        toy = corpora.build("toy:books=4,articles=400", name="toy", store=store)
        tokens = corpora.tokenize(toy, train=2000, name="tokens", store=store)
        for copies in COPIES:
            dataset = corpora.concat([tokens] * copies, name=f"copies-{copies}", store=store) if copies > 1 else tokens
            times: dict[str, list[float]] = {executor: [] for executor in executors}
            for seed in range(runs + 1):
                for executor in executors:
                    times[executor].append(seconds_of(dataset, executor, seed, store))
            medians = [statistics.median(seconds[1:]) for seconds in times.values()]
            ratio = medians[1] / medians[0]
            print(f"{dataset.tokens:>12,} tokens  processes {medians[0]:6.2f} s  ray {medians[1]:6.2f} s  {ratio:.2f}×")
    ray.shutdown()
    cluster.shutdown()  # type: ignore[no-untyped-call]


if __name__ == "__main__":
    main()

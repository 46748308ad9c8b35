"""How fast transfer datasets are made: our actions and the plain `datasets` way, on the same rows in one run.

    python benchmarks/transfer.py --tokens 20                  # kernels, ours and peers, one core
    python benchmarks/transfer.py --tokens 200 --workers 1 2   # ours on one core and two, peers on the first 5 M
    python benchmarks/transfer.py --tokens 2000 --steps sample shuffle --no-peers

The rows are those of toy, tokenized and repeated, in files of 128 MiB as any large dataset has them. Each step runs in
a process of its own. Speed is given by the clock and by the processor's time, since the machine may be shared; memory
is the most that the step's processes held at once, without pages of files that they only map.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

STEPS = ("tokenize", "sample", "shuffle", "generate", "bigram", "bigram-counted", "statistics", "bigrams")
TOY = {"books": 60, "articles": 400}
PEER_TOKENS = 5_000_000


def main() -> None:
    """Make the rows, run every step, print the table and keep the raw output beside it."""
    arguments = parser().parse_args()
    if arguments.step:
        run_step(arguments)
        return
    with tempfile.TemporaryDirectory(dir=arguments.folder) as folder:
        home = Path(folder)
        made = prepare(home, int(arguments.tokens * 1e6))
        results: list[dict[str, Any]] = [] if arguments.no_kernels else kernels()
        for step in arguments.steps:
            for workers in arguments.workers:
                results.append(measured(home, step, "ours", workers, made))
            if not arguments.no_peers and step != "bigram-counted":
                results.append(measured(home, step, "peer", 1, made))
    report({"machine": machine(), "tokens": made["tokens"], "results": results}, arguments.out)


def parser() -> argparse.ArgumentParser:
    """The command line."""
    own = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    own.add_argument("--tokens", type=float, default=20.0, help="millions of tokens, about")
    own.add_argument("--workers", type=int, nargs="+", default=[1])
    own.add_argument("--steps", nargs="*", choices=STEPS, default=STEPS)
    own.add_argument("--no-peers", action="store_true")
    own.add_argument("--no-kernels", action="store_true")
    own.add_argument("--folder", type=Path, help="where to work, such as a fast disk")
    own.add_argument("--out", type=Path, help="a file for the raw output")
    own.add_argument("--step", help=argparse.SUPPRESS)
    own.add_argument("--side", help=argparse.SUPPRESS)
    own.add_argument("--home", type=Path, help=argparse.SUPPRESS)
    return own


def prepare(home: Path, tokens: int, toy_size: dict[str, int] | None = None) -> dict[str, Any]:
    """Build toy, tokenize it, and repeat its rows up to about so many tokens."""
    import corpora
    from corpora.store.store import Store

    store = Store(home)
    toy = corpora.build("toy:books={books},articles={articles}".format(**(toy_size or TOY)), store=store)
    once = corpora.tokenize(toy, train=8192, casing="lower", name="once", store=store)
    copies = max(2, round(tokens / (once.tokens or 1)))
    linked = corpora.concat([once] * copies, name="linked", store=store)
    whole = corpora.transform(linked, "sample", rate=1.0, name="whole", store=store)
    few = corpora.concat([once] * max(2, min(copies, PEER_TOKENS // (once.tokens or 1))), name="few", store=store)
    return {"tokens": whole.tokens, "peer_tokens": few.tokens, "once": once.tokens}


def measured(home: Path, step: str, side: str, workers: int, made: dict[str, Any]) -> dict[str, Any]:
    """Run one step in a process of its own."""
    command = [sys.executable, __file__, "--step", step, "--side", side, "--home", str(home)]
    command += ["--workers", str(workers)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{step}, {side}:\n{done.stderr}")
    result = json.loads(done.stdout.splitlines()[-1])
    tokens = made["once"] if step == "tokenize" else made["tokens"] if side == "ours" else made["peer_tokens"]
    speeds = {"by_clock": tokens / result["seconds"] / 1e6, "by_processor": tokens / result["processor"] / 1e6}
    row = {"step": step, "side": side, "workers": workers, **result, **speeds}
    print("  ", " | ".join(cells(row)), flush=True)
    return row


def cells(row: dict[str, Any]) -> list[str]:
    """A step's line of the table."""
    figures = [f"{row['by_clock']:.2f}", f"{row['by_processor']:.2f}", f"{row['mib']:.0f}"]
    return [row["step"], row["side"], str(row["workers"]), *figures]


def run_step(arguments: argparse.Namespace) -> None:
    """Time one step; imports are done before the clock starts."""
    work = ours(arguments) if arguments.side == "ours" else peer(arguments)
    with Memory() as memory:
        start, used = time.perf_counter(), processor_seconds()
        work()
        seconds, processor = time.perf_counter() - start, processor_seconds() - used
    print(json.dumps({"seconds": seconds, "processor": processor, "mib": memory.most / 2**20}))


def processor_seconds() -> float:
    """What this process and its finished children have used."""
    return sum(os.times()[:4])


def ours(arguments: argparse.Namespace) -> Callable[[], Any]:
    """The step as a user of `corpora` would run it."""
    import corpora
    from corpora.execution.executors import make_executor
    from corpora.store.statistics import counts_of
    from corpora.store.store import Store

    store, workers = Store(arguments.home), arguments.workers[0]
    executor = "serial" if workers == 1 else f"processes:workers={workers}"
    whole, name = store.open("whole"), f"{arguments.step}-{workers}"
    seed = STEPS.index(arguments.step) * 100 + workers
    common: dict[str, Any] = {"name": name, "store": store, "executor": executor, "seed": seed}

    def counted(*names: str) -> None:
        for statistic in names:
            counts_of(store, whole, statistic, make_executor(executor))

    steps: dict[str, Callable[[], Any]] = {
        "tokenize": lambda: corpora.tokenize(
            "toy", tokenizer=str(store.open("once").tokenizer_file), name=name, store=store, executor=executor
        ),
        "sample": lambda: corpora.transform(whole, "sample", rate=0.1, **common),
        "shuffle": lambda: corpora.transform(whole, "shuffle", **common),
        "generate": lambda: corpora.transform(whole, "generate", **common),
        "bigram": lambda: corpora.transform(whole, "generate:draw=bigram", **common),
        "bigram-counted": lambda: corpora.transform(whole, "generate:draw=bigram", **common),
        "statistics": lambda: counted("growth", "repeats"),
        "bigrams": lambda: counted("bigrams"),
    }
    for module in (
        "pandas",
        "pyarrow.compute",
        "corpora.operations.transformation",
        "corpora.operations.tokens.tokenization",
        "tokenizers",
    ):
        importlib.import_module(module)
    corpora.registry.load()
    if arguments.step != "bigram-counted":  # all others count what they need; this one finds what `bigram` counted
        shutil.rmtree(store.home / ".statistics", ignore_errors=True)
    return steps[arguments.step]


def peer(arguments: argparse.Namespace) -> Callable[[], Any]:
    """The step as one would write it with `datasets` and plain Python."""
    import transfer_peers

    return transfer_peers.step(arguments.step, arguments.home)


class Memory:
    """The most memory that this process and its children hold at once, without mapped files."""

    def __enter__(self) -> Memory:
        self.most, self._over = 0, threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(0.05):
            self.most = max(self.most, sum(held(pid) for pid in [os.getpid(), *children(os.getpid())]))


def held(pid: int) -> int:
    """The anonymous memory of a process in bytes; 0 when it is gone."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text(encoding="utf-8").splitlines()
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith("RssAnon"))


def children(pid: int) -> list[int]:
    """The processes that a process started."""
    try:
        return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text(encoding="utf-8").split()]
    except OSError:
        return []


def kernels() -> list[dict[str, Any]]:
    """Our components alone on one block of 65,536 rows and about 2.4 M tokens, by the processor's time."""
    import transfer_kernels

    results = []
    for name, rate in transfer_kernels.rates():
        print(f"  {name:28} {rate:8.1f} M values/s", flush=True)
        results.append({"step": name, "side": "kernel", "rate": rate})
    return results


def machine() -> dict[str, Any]:
    """What it ran on."""
    import numpy as np

    cpu = [line for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines() if "model name" in line]
    return {"cpu": cpu[0].split(":")[1].strip(), "python": platform.python_version(), "numpy": np.__version__}


def report(results: dict[str, Any], out: Path | None) -> None:
    """Print the table: a line a step, ours beside the peer."""
    rows = [row for row in results["results"] if row["side"] != "kernel"]
    peers = {row["step"]: row["by_processor"] for row in rows if row["side"] == "peer"}
    print(f"\n{results['machine']}, {results['tokens']:,} tokens\n")
    print("| step | side | workers | M tokens/s by the clock | by the processor | MiB | times the peer |")
    print("|---|---|---|---|---|---|---|")
    for row in rows:
        times = f"{row['by_processor'] / peers[row['step']]:.0f}" if row["step"] in peers else ""
        print("|", " | ".join([*cells(row), times]), "|")
    if out:
        out.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

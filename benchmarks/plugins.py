"""What a plugin costs: from `corpora new` to a tested, used noise, and a plugin beside the built-in that it copies.

The first is timed in an environment of its own that sees this one's packages, so that nothing is downloaded. For the
second, the same class is offered once by the project and once by a plugin file; both run by turns, and the medians of
the ratios are printed.

    OMP_NUM_THREADS=1 python benchmarks/plugins.py
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import sysconfig
import tempfile
import time
from pathlib import Path

import corpora

COPY = '''
from dataclasses import dataclass
from typing import ClassVar
from corpora import hookimpl
from {module} import {cls}

@dataclass(frozen=True)
class Mine({cls}):
    """The built-in under another name."""
    name: ClassVar[str] = "mine-{name}"

@hookimpl
def corpora_transforms():
    return [Mine]
'''
BUILT_IN = {"lowercase": ("corpora.builtin.transforms.casing", "Lowercase", "toy"),
            "shuffle": ("corpora.builtin.transforms.shuffle", "Shuffle", "many")}  # fmt: skip
STEPS = (
    "corpora new transform my-noise",
    "pip install --quiet --no-index --no-build-isolation --no-deps -e my-noise",
    "pytest -q my-noise",
    "corpora transform my-noise toy",
)


def from_new_to_used(folder: Path, home: Path) -> None:
    """Print the seconds of each step that an author takes."""
    programs = folder / "environment" / "bin"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", programs.parent], check=True)
    site = next(programs.parent.glob("lib/python*/site-packages"))
    (site / "parent.pth").write_text(f"import site; site.addsitedir({sysconfig.get_path('purelib')!r})\n", "utf-8")
    runs = {
        "corpora": "from corpora.cli import main; main()",
        "pip": "import runpy; runpy.run_module('pip', run_name='__main__')",
        "pytest": "import pytest; raise SystemExit(pytest.main())",
    }
    total = 0.0
    for step in STEPS:
        program, *words = step.split()
        started = time.perf_counter()
        line = [programs / "python", "-W", "ignore", "-c", runs[program], *words]
        subprocess.run(line, cwd=folder, check=True, capture_output=True, env=os.environ | {"CORPORA_HOME": str(home)})
        total += time.perf_counter() - started
        print(f"{time.perf_counter() - started:6.1f} s  {step}", flush=True)
    print(f"{total:6.1f} s  in all", flush=True)


def overhead(name: str, folder: Path, store: corpora.Store, runs: int) -> None:
    """Print how long a plugin takes, in times of the built-in that it copies."""
    module, cls, dataset = BUILT_IN[name]
    file = folder / f"{name}.py"
    file.write_text(COPY.format(module=module, cls=cls, name=name), encoding="utf-8")
    corpora.registry.use_files([file])
    ratios = []
    for seed in range(runs + 1):
        seconds = []
        for chosen in (name, f"mine-{name}"):
            started = time.perf_counter()
            made = corpora.transform(dataset, chosen, seed=seed, name="made", store=store)
            seconds.append(time.perf_counter() - started)
            store.remove(made.reference)
        ratios.append(seconds[1] / seconds[0])
    told = f"{seconds[0]:.2f} s built in, {seconds[1]:.2f} s as a plugin (last run)"
    print(f"{name}: {told}; median ratio of {runs} runs {statistics.median(ratios[1:]):.3f}", flush=True)


def main() -> None:
    """Print both."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=9)
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as made:
        folder, home = Path(made), Path(made) / "home"
        store = corpora.Store(home)
        toy = corpora.build("toy:books=8,articles=200", name="toy", store=store)
        tokens = corpora.tokenize(toy, train=2000, name="tokens", store=store)
        corpora.concat([tokens] * 20, name="many", store=store)
        from_new_to_used(folder, home)
        for name in BUILT_IN:
            overhead(name, folder, store, runs)


if __name__ == "__main__":
    main()

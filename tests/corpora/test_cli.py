"""The command line as a whole: quick to start, and light."""

import subprocess
import sys
import time

GROUPS = [
    "build",
    "tokenize",
    "transform",
    "sample",
    "split",
    "concat",
    "list",
    "show",
    "head",
    "report",
    "recipe",
    "gc",
]


def test_help_starts_quickly_and_loads_no_plugin(run):
    code = "import sys; from corpora.cli import main\ntry: main(['--help'])\nexcept SystemExit: pass\n"
    code += "assert not {'numpy', 'pyarrow', 'pluggy', 'datasets', 'torch'} & set(sys.modules)"
    times = []
    for _ in range(5):
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
        times.append(time.perf_counter() - start)
    assert min(times) < 0.5


def test_help_names_every_group(run):
    out = run("--help").out
    assert all(group in out for group in GROUPS)


def test_corpora_works_without_torch_transformers_or_the_trainer():
    code = (
        "import sys\nfor name in ('torch', 'transformers', 'trainer'): sys.modules[name] = None\n"
        "import corpora; corpora.build; corpora.tokenize; corpora.registry.offered('transforms')"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_wrong_usage_exits_with_2_and_what_is_missing_with_1(run):
    run("nonsense", code=2)
    run("sample", code=2)
    run("transform", "replace", "x", "--rate", "7", code=2)
    run("show", "nothing", code=1)


def test_bare_build_prints_its_help(run):
    assert "Usage: corpora build" in run("build", code=2).out

"""The command line as a whole: quick to start, and light."""

import resource
import subprocess
import sys

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
    seconds = []
    for _ in range(5):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        seconds.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    assert min(seconds) < 0.5  # of processor time: the wall clock of a busy machine says nothing


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

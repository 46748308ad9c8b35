"""The import contract: `lint-imports` refuses what it should, and passes on the code as it stands."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def linted(folder: Path) -> subprocess.CompletedProcess[str]:
    """The contracts on a checkout."""
    code = "from importlinter.cli import lint_imports_command as c; c()"
    command = [sys.executable, "-c", code, "--no-cache", "--no-logo"]
    environment = {"PATH": "/usr/bin:/bin", "PYTHONPATH": str(folder), "COLUMNS": "300", "PYTHONUTF8": "1"}
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, env=environment, check=False)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Both packages with their contracts."""
    for package in ("corpora", "trainer"):
        shutil.copytree(ROOT / package, tmp_path / package, ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "tests").mkdir()
    shutil.copy(ROOT / "tests" / "contracts.py", tmp_path / "tests")
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    return tmp_path


def test_the_contracts_hold(copy):
    done = linted(copy)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.slow
@pytest.mark.parametrize(
    ("file", "line", "told"),
    [
        (
            "corpora/builtin/filters/words.py",
            "from corpora.store import write_card",
            "filters.words imports",
        ),
        ("trainer/data/rows.py", "from corpora.inspect import diff", "trainer.data.rows imports corpora.inspect"),
        ("corpora/inspect/overlap.py", "from corpora.store.blocks import tight", "import the name from corpora.store"),
        (
            "corpora/store/blocks.py",
            "from corpora.operations import tokenize",
            "corpora.store is not allowed",
        ),
        ("corpora/newcomer.py", "VALUE = 1", "newcomer"),
        (
            "trainer/experiments/search/plan.py",
            "from trainer.experiments.study.grid import Student",
            "import the name from trainer.experiments.study",
        ),
        (
            "trainer/experiments/study/grid.py",
            "from trainer.experiments.search import plan_search",
            "trainer.experiments.study is not allowed",
        ),
        (
            "trainer/evaluation/metrics.py",
            "from trainer.evaluation.probes import probe",
            "trainer.evaluation.probes is above trainer.evaluation",
        ),
        ("corpora/errors.py", "import torch", "corpora has no torch"),
    ],
)
def test_a_forbidden_import_is_refused(copy, file, line, told):
    path = copy / file
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    path.write_text(text + f"\n{line}\n", encoding="utf-8")
    done = linted(copy)
    assert done.returncode == 1
    assert told in " ".join(done.stdout.split())

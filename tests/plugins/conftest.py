"""A clean environment, into which a test installs a plugin as its users do."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.fixture
def clean(tmp_path: Path) -> Callable[[str, Path], str]:
    """Run a shell command in an environment of its own, in a folder; gives what it printed.

    The environment sees the packages of the one that runs the tests, so that nothing is downloaded; what is
    installed goes into itself. pip builds without isolation for the same reason.
    """
    environment = tmp_path / "environment"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", environment], check=True)
    site = next(environment.glob("lib/python*/site-packages"))
    (site / "parent.pth").write_text(f"import site; site.addsitedir({sysconfig.get_path('purelib')!r})\n", "utf-8")
    for name, module in {"corpora": "corpora.cli", "trainer": "trainer.cli"}.items():
        _script(environment / "bin" / name, f"from {module} import main; main()")
    _script(environment / "bin" / "pip", "import runpy; runpy.run_module('pip', run_name='__main__')")
    _script(environment / "bin" / "pytest", "import sys, pytest; sys.exit(pytest.main())")
    variables = {
        "PATH": f"{environment / 'bin'}:{os.environ['PATH']}",
        "CORPORA_HOME": str(tmp_path / "home"),
        "PIP_NO_BUILD_ISOLATION": "false",  # pip reads "no" here as the opposite of what it says
        "PIP_NO_INDEX": "1",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "OMP_NUM_THREADS": "1",
        "COLUMNS": "120",
    }

    def run(command: str, folder: Path = tmp_path) -> str:
        done = subprocess.run(
            ["bash", "-euc", command], cwd=folder, env=os.environ | variables, capture_output=True, text=True
        )
        assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
        return done.stdout

    return run


def _script(path: Path, code: str) -> None:
    """A program as pip writes it: worker processes import it again, under another name, and must not run it."""
    path.write_text(f"#!{path.parent / 'python'}\nif __name__ == '__main__':\n    {code}\n", encoding="utf-8")
    path.chmod(0o755)

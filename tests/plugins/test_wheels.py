"""Each example distribution works from its built wheel, in an environment of its own."""

import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

PLUGINS = Path(__file__).parents[2] / "plugins"
EXAMPLES = sorted(path.parent.name for path in PLUGINS.glob("*/pyproject.toml"))
MOST_LINES = 60


@pytest.mark.slow
@pytest.mark.parametrize("name", EXAMPLES)
def test_the_wheel_installs_and_its_component_is_offered(clean, tmp_path, name):
    command = [sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "--no-build-isolation", "--no-index"]
    source = shutil.copytree(PLUGINS / name, tmp_path / "source")  # pip builds in the folder, which other tests read
    subprocess.run([*command, "-w", tmp_path, source], check=True, capture_output=True)
    clean(f"pip install -q --no-deps --force-reinstall {tmp_path}/*.whl")
    [(package, entries)] = tomllib.loads((PLUGINS / name / "pyproject.toml").read_text())["project"][
        "entry-points"
    ].items()
    [module] = entries.values()
    where = clean(f"python -c 'import {module}; print({module}.__file__)'")
    assert "/environment/lib/" in where
    line = next(line for line in clean(f"{package} plugins").splitlines() if f" {name} " in line)
    assert "built in" not in line


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_is_short_and_whole(name):
    [code] = (PLUGINS / name).glob("*.py")
    assert len(code.read_text(encoding="utf-8").splitlines()) < MOST_LINES
    assert (PLUGINS / name / "README.md").exists() and list((PLUGINS / name / "tests").glob("test_*.py"))

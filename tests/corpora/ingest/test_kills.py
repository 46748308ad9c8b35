"""A recipe killed at twenty random points: it goes on each time, and ends with the bytes of an undisturbed run."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import corpora
from corpora.store.maintenance.checksums import CHECKED

RECIPE = """
[datasets.toy]
build = "toy"
books = 2
articles = 8
[datasets.tokens]
tokenize = "toy"
train = 300
[datasets.half]
transform = "sample"
from = "tokens"
rate = 0.5
[datasets.rand]
transform = "shuffle"
from = "half"
[datasets.gen]
transform = "generate"
from = "half"
"""
KILLS = 20
TELLS_THE_TIME = {"manifest.json", "README.md", "report.html"}


DIES_AT_FSYNC = """
import itertools, os, signal
calls, fsync = itertools.count(1), os.fsync
os.fsync = lambda file: os.kill(os.getpid(), signal.SIGKILL) if next(calls) == {number} else fsync(file)
"""


def start(recipe: Path, home: Path, before: str = "") -> subprocess.Popen:
    command = [
        sys.executable,
        "-c",
        f"{before}\nfrom corpora.cli import main; main()",
        "build",
        "--recipe",
        str(recipe),
    ]
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    return subprocess.Popen(command, env=os.environ | {"CORPORA_HOME": str(home)}, **quiet)


def killed(recipe: Path, home: Path, after_seconds: float) -> bool:
    """Run a recipe and kill it after a while; False where it had ended by then."""
    running = start(recipe, home)
    try:
        assert running.wait(after_seconds) == 0
    except subprocess.TimeoutExpired:
        running.kill()
    return running.wait() != 0


def content(home: Path) -> dict[str, bytes]:
    """Every file of every version, each version verified, but for those that tell when they were made."""
    found = {}
    for version in corpora.Store(home).all():
        version.verify()
        paths = [path for path in version.path.rglob("*") if path.is_file() and path.name != CHECKED]
        found |= {str(path.relative_to(home)): path.read_bytes() for path in paths if path.name not in TELLS_THE_TIME}
        found |= {f"{version.name} has {path.name}": b"" for path in paths}
    return found


@pytest.mark.slow
def test_a_recipe_killed_at_twenty_random_points_ends_with_the_same_bytes(tmp_path):
    recipe, whole, broken = tmp_path / "recipe.toml", tmp_path / "whole", tmp_path / "broken"
    recipe.write_text(RECIPE)
    started = time.monotonic()
    assert start(recipe, whole).wait() == 0
    full_seconds, expected = time.monotonic() - started, content(whole)
    chance, kills = random.Random(7), 0
    while kills < KILLS:
        if killed(recipe, broken, chance.uniform(0.2, 1.0) * full_seconds):
            kills += 1
            assert content(broken).items() <= expected.items()
        else:  # it came to its end before the kill: once more from the start
            assert content(broken) == expected
            shutil.rmtree(broken)
    assert start(recipe, broken).wait() == 0
    assert content(broken) == expected and not list(broken.glob(".staging/*"))


@pytest.mark.slow
def test_what_a_kill_left_half_written_is_in_no_version(tmp_path):
    recipe, whole, broken = tmp_path / "recipe.toml", tmp_path / "whole", tmp_path / "broken"
    recipe.write_text(RECIPE[: RECIPE.index("[datasets.rand]")])
    assert start(recipe, whole).wait() == 0
    for number in (9, 4, 13, 6):
        assert start(recipe, broken, DIES_AT_FSYNC.format(number=number)).wait() == -signal.SIGKILL
    assert list(broken.rglob(".staging/*/**/.*.partial"))
    assert start(recipe, broken).wait() == 0
    assert content(broken) == content(whole)

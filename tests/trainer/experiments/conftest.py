"""What tests of whole studies and searches share: one that ran to its end, and a copy of it for each test."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest


@pytest.fixture(scope="module")
def run_once(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Callable[[Path], object]], Path]:
    """A function that calls another with a new folder, whose `store` holds the datasets; gives the folder."""

    def run(act: Callable[[Path], object]) -> Path:
        root = tmp_path_factory.mktemp("once")
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("CORPORA_HOME", str(root / "store"))
            act(root)
        return root

    return run


@pytest.fixture
def copy(once: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy, for one test, of what the file's fixture `once` made."""
    shutil.copytree(once, tmp_path, dirs_exist_ok=True)
    monkeypatch.setenv("CORPORA_HOME", str(tmp_path / "store"))
    return tmp_path

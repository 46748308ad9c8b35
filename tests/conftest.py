"""What tests share: a store of their own, a small corpus, the command line, and plugins for one test."""

from __future__ import annotations

import os
import subprocess
import sys
import types
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

settings.register_profile("default", deadline=None)  # a busy machine is no failure
settings.load_profile("default")
os.environ["HF_HUB_OFFLINE"] = "1"
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")

REAL = Path(__file__).resolve().parents[2] / "shared" / "data"


def pytest_collection_modifyitems(items: list[Any]) -> None:
    """Tests on real data skip, with the reason, where it is not there."""
    for item in items:
        if item.get_closest_marker("real_data") and not REAL.exists():
            item.add_marker(pytest.mark.skip(reason=f"needs the real data in {REAL}"))


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty `$CORPORA_HOME`."""
    home = tmp_path / "home"
    monkeypatch.setenv("CORPORA_HOME", str(home))
    return home


@pytest.fixture
def texts(tmp_path: Path) -> Path:
    """A folder of six small documents."""
    folder = tmp_path / "texts"
    folder.mkdir()
    for number in range(6):
        lines = [
            f"Document {number} says hello number {line}. It ends here, near word{line % 7}." for line in range(40)
        ]
        (folder / f"d{number}.txt").write_text("\n\n".join(lines) + "\n", encoding="utf-8")
    return folder


@pytest.fixture
def corpus(home: Path, texts: Path) -> Any:
    """A sentence dataset named `corpus`."""
    import corpora

    return corpora.build(f"texts:folder={texts}", name="corpus", duplicates="keep")


@pytest.fixture
def tokens(corpus: Any) -> Any:
    """A token dataset named `corpus-tokens`, its vocabulary trained on it."""
    import corpora

    return corpora.tokenize(corpus, train=120)


@pytest.fixture
def run(home: Path, capfd: pytest.CaptureFixture[str]) -> Callable[..., Any]:
    """Call the command line as a user would: `run("list", code=0)`; gives `.out` and `.err`."""

    def run(*arguments: Any, code: int = 0, program: str = "corpora") -> Any:
        command = [sys.executable, "-c", f"from {program}.cli import main; main()", *map(str, arguments)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=240, env=os.environ | {"COLUMNS": "200"})
        assert done.returncode == code, f"{arguments}: {done.returncode}\n{done.stdout}\n{done.stderr}"
        return types.SimpleNamespace(out=done.stdout, err=done.stderr)

    return run


@pytest.fixture
def offer() -> Iterator[Callable[..., None]]:
    """Offer components for one test: `offer(transforms=[Shout])`."""
    from corpora import hookimpl, registry

    registered = []

    def offer(**kinds: list[type]) -> None:
        plugin = types.SimpleNamespace()
        for kind, classes in kinds.items():
            setattr(plugin, f"corpora_{kind}", hookimpl(lambda classes=classes: classes))
        registry.manager.register(plugin)
        registered.append(plugin)

    yield offer
    for plugin in registered:
        registry.manager.unregister(plugin)


@pytest.fixture
def real() -> Path:
    """The folder of real data; only for tests marked `real_data`."""
    return REAL

"""Work on the nodes of a cluster: one item, and the checks that a node is fit for it."""

from __future__ import annotations

import os
import pickle
import platform
import uuid
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache
from importlib.metadata import entry_points, version
from pathlib import Path

from corpora.errors import WorkerError
from corpora.plugin import PluginFile, registry

GROUPS = ("corpora", "trainer")


def run_item(files: tuple[PluginFile, ...], task: bytes, item: bytes) -> object:
    """One item of work, with the driver's plugin files.

    Args:
        task: pickled, as is the item; they may be of classes from the plugin files.
    """
    os.environ.setdefault("RAYON_NUM_THREADS", "1")  # one thread a worker, for tokenizers
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the driver has said it
        registry.use_files(files)
        if files:
            registry.load()
    return _task(task)(pickle.loads(item))


@lru_cache(maxsize=1)
def _task(packed: bytes) -> Callable[[object], object]:
    """A task, unpickled once per worker: it may contain a vocabulary and statistics."""
    task: Callable[[object], object] = pickle.loads(packed)
    return task


def facts(mark: Path) -> dict[str, str]:
    """What a node must have in common with the driver: versions of Python, of us, of plugins; the shared folder."""
    plugins = {e.dist.name: e.dist.version for group in GROUPS for e in entry_points(group=group) if e.dist}
    python = ".".join(platform.python_version_tuple()[:2])
    return {
        "Python": python,
        "transferset": version("transferset"),
        **{f"the plugin {name}": number for name, number in sorted(plugins.items())},
        f"the folder {mark.parent}": mark.read_text(encoding="utf-8") if mark.exists() else "",
    }


def check_facts(node: str, theirs: dict[str, str], ours: dict[str, str]) -> None:
    """Check that a node can do the driver's work and give the same bytes.

    Raises:
        WorkerError: it differs; the message names the node and what to do.
    """
    for what in ours | theirs:
        one, other = ours.get(what), theirs.get(what)
        if one == other:
            continue
        if what.startswith("the folder"):
            raise WorkerError(
                f"node {node} does not see {what.removeprefix('the folder ')}; set CORPORA_HOME to a folder that all "
                "nodes share under one path, nothing was started"
            )
        raise WorkerError(
            f"node {node} has {_said(what, other)} where this machine has {_said(what, one)}; install the same on all "
            "nodes, nothing was started"
        )


@contextmanager
def marked(home: Path) -> Iterator[Path]:
    """A file in the shared folder; a node that sees it shares the folder."""
    home.mkdir(parents=True, exist_ok=True)
    mark = home / f".shared-{uuid.uuid4().hex}"
    mark.write_text(mark.name, encoding="utf-8")
    try:
        yield mark
    finally:
        mark.unlink(missing_ok=True)


def shared_home() -> Path:
    """The folder of versions, as the store finds it."""
    home = os.environ.get("CORPORA_HOME")
    if home:
        return Path(home).expanduser().absolute()
    import platformdirs

    return platformdirs.user_data_path("corpora")


def _said(what: str, number: str | None) -> str:
    return f"{what} {number}" if number is not None else f"no {what.removeprefix('the ')}"

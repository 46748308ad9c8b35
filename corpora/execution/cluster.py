"""What runs on the nodes of a cluster: single items of work, and checks that a node is set up correctly."""

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
    """Run a task for one item.

    Args:
        files: the driver's plugin files, loaded before anything is unpickled.
        task: pickled; it and the item may be instances of classes from the plugin files.
        item: pickled.
    """
    os.environ.setdefault("RAYON_NUM_THREADS", "1")  # one thread per worker, for tokenizers
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the driver has already shown them
        registry.use_files(files)
        if files:
            registry.load()
    return _task(task)(pickle.loads(item))


@lru_cache(maxsize=1)
def _task(packed: bytes) -> Callable[[object], object]:
    """A task, unpickled once per worker, because it can contain a vocabulary and statistics."""
    task: Callable[[object], object] = pickle.loads(packed)
    return task


def facts(mark: Path) -> dict[str, str]:
    """What a node must have in common with the driver, by name: the versions of the software, and the shared folder.

    Args:
        mark: a file in the shared folder, whose content shows that the node sees the same folder.
    """
    plugins = {e.dist.name: e.dist.version for group in GROUPS for e in entry_points(group=group) if e.dist}
    python = ".".join(platform.python_version_tuple()[:2])
    return {
        "Python": python,
        "transferset": version("transferset"),
        **{f"the plugin {name}": number for name, number in sorted(plugins.items())},
        f"the folder {mark.parent}": mark.read_text(encoding="utf-8") if mark.exists() else "",
    }


def check_facts(node: str, theirs: dict[str, str], ours: dict[str, str]) -> None:
    """Check that a node can do the driver's work with the same result.

    Args:
        node: its address, for the error message.
        theirs: what `facts` returned on the node.
        ours: what it returned on the driver.

    Raises:
        WorkerError: they differ; the message names the node and says what to do.
    """
    for what in ours | theirs:
        one, other = ours.get(what), theirs.get(what)
        if one == other:
            continue
        if what.startswith("the folder"):
            raise WorkerError(
                f"node {node} does not see {what.removeprefix('the folder ')}; set CORPORA_HOME to a folder that all "
                "nodes share under the same path; nothing was started"
            )
        raise WorkerError(
            f"node {node} has {_said(what, other)}, but this machine has {_said(what, one)}; install the same version "
            "on all nodes; nothing was started"
        )


@contextmanager
def marked(home: Path) -> Iterator[Path]:
    """Create a file in the shared folder for the duration of the block; a node that sees it shares the folder.

    Args:
        home: the folder, created if it does not exist.
    """
    home.mkdir(parents=True, exist_ok=True)
    mark = home / f".shared-{uuid.uuid4().hex}"
    mark.write_text(mark.name, encoding="utf-8")
    try:
        yield mark
    finally:
        mark.unlink(missing_ok=True)


def shared_home() -> Path:
    """The store's folder, found as in `default_store`."""
    home = os.environ.get("CORPORA_HOME")
    if home:
        return Path(home).expanduser().absolute()
    import platformdirs

    return platformdirs.user_data_path("corpora")


def _said(what: str, number: str | None) -> str:
    return f"{what} {number}" if number is not None else f"no {what.removeprefix('the ')}"

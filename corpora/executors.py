"""Run one task over many items, here, in worker processes or on a cluster; results in the order of the items."""

from __future__ import annotations

import logging
import os
import pickle
import signal
import socket
import warnings
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Any, ClassVar, TypeVar

from corpora.component import Component, named_settings, option, split_short
from corpora.errors import WorkerError, unknown_name
from corpora.isolate import exit_with_parent
from corpora.nodes import check_facts, facts, marked, run_item, shared_home
from corpora.plugins import PluginFile, registry

Item = TypeVar("Item")
Result = TypeVar("Result")
CONNECT_SECONDS = 10.0


@dataclass(frozen=True)
class Executor(Component, ABC):
    """Where the work runs. It never decides the bytes of the result."""

    @abstractmethod
    def map(self, task: Callable[[Item], Result], items: Sequence[Item]) -> Iterator[Result]:
        """`task(item)` for each item, in order. At most a few results wait in memory.

        Args:
            task: picklable, as are the items and results; side effects are files renamed when whole.

        Raises:
            WorkerError: a worker process died.
        """


@dataclass(frozen=True)
class Serial(Executor):
    """One item after the other, in this process."""

    name: ClassVar[str] = "serial"

    def map(self, task: Callable[[Item], Result], items: Sequence[Item]) -> Iterator[Result]:
        """`task(item)` for each item, in order."""
        return map(task, items)


@dataclass(frozen=True)
class Processes(Executor):
    """Worker processes on this machine, started afresh (spawn)."""

    name: ClassVar[str] = "processes"
    workers: int | None = option(None, "How many; by default one for each core this process may use.", min=1)

    def map(self, task: Callable[[Item], Result], items: Sequence[Item]) -> Iterator[Result]:
        """`task(item)` for each item, in order, at most two items a worker in flight.

        Raises:
            WorkerError: a worker was killed, by lack of memory or from outside.
        """
        workers = min(self.workers or len(os.sched_getaffinity(0)), max(len(items), 1))
        pool = ProcessPoolExecutor(workers, get_context("spawn"), initializer=_start_worker, initargs=(registry.files,))
        waiting: deque[Future[Any]] = deque()
        todo = iter(items)
        try:
            for item in todo:
                waiting.append(pool.submit(task, item))
                if len(waiting) >= 2 * workers:
                    yield waiting.popleft().result()
            while waiting:
                yield waiting.popleft().result()
        except BrokenProcessPool as error:
            raise WorkerError(
                "a worker process died (killed, or out of memory); run the same command again: it goes on where it was"
            ) from error
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def _start_worker(files: tuple[PluginFile, ...]) -> None:
    """What a worker does first: leave Ctrl-C to the driver, end with it, and take its plugin files."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    exit_with_parent()
    os.environ.setdefault("RAYON_NUM_THREADS", "1")  # one thread a worker, for tokenizers
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the driver has said it
        registry.use_files(files)
        if files:
            registry.load()  # tasks unpickle by the names of these modules


@dataclass(frozen=True)
class Ray(Executor):
    """Workers on a Ray cluster, whose nodes share $CORPORA_HOME and the inputs under the same paths."""

    name: ClassVar[str] = "ray"
    address: str = option("auto", "The cluster: auto finds it, HOST:PORT names it.")
    workers: int | None = option(None, "How many; by default one for each core of the cluster.", min=1)

    def map(self, task: Callable[[Item], Result], items: Sequence[Item]) -> Iterator[Result]:
        """`task(item)` for each item, in order, at most two items a worker in flight.

        What a dead worker or node had is done again by another one.

        Raises:
            WorkerError: Ray is not installed, the cluster cannot be reached, a node lacks what the work needs, or
                the same item killed its worker four times.
        """
        ray = _connected(self.address)
        self._check_nodes(ray)
        workers = self.workers or max(1, int(ray.cluster_resources().get("CPU", 1)))
        run = ray.remote(max_retries=3)(run_item)
        files, waiting = ray.put(registry.files), deque[Any]()
        try:
            for item in items:
                waiting.append(run.remote(files, pickle.dumps((task, item))))
                if len(waiting) >= 2 * workers:
                    yield ray.get(waiting.popleft())
            while waiting:
                yield ray.get(waiting.popleft())
        except ray.exceptions.RayTaskError as error:
            raise error.cause from error
        except ray.exceptions.RayError as error:
            raise WorkerError(
                f"the cluster lost a piece of work ({type(error).__name__}); run the same command again: it goes on "
                "where it was"
            ) from error
        finally:
            for reference in waiting:
                ray.cancel(reference, force=True)

    def _check_nodes(self, ray: Any) -> None:
        """Before any work: every node has our version, our plugins and the shared folder."""
        strategy = ray.util.scheduling_strategies.NodeAffinitySchedulingStrategy
        with marked(shared_home()) as mark:
            ours = facts(mark)
            nodes = [node for node in ray.nodes() if node["Alive"] and node["Resources"].get("CPU")]
            look = ray.remote(num_cpus=0)(facts)
            on_node = [strategy(node["NodeID"], soft=False) for node in nodes]
            seen = ray.get([look.options(scheduling_strategy=where).remote(mark) for where in on_node])
        for node, theirs in zip(nodes, seen, strict=True):
            check_facts(node["NodeManagerAddress"], theirs, ours)


def _host_and_port(address: str) -> tuple[str, int]:
    host, _, port = address.removeprefix("ray://").rpartition(":")
    return host, int(port)


def _connected(address: str) -> Any:
    """The module ray, connected to a cluster.

    Raises:
        WorkerError: it is not installed, or nothing answers at the address.
    """
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # Ray reports its use to its makers unless told not to
    try:
        import ray
        import ray.util.scheduling_strategies
    except ImportError as error:
        raise WorkerError("the executor ray needs Ray; pip install 'transferset[ray]'") from error
    if not ray.is_initialized():
        try:
            if ":" in address:
                socket.create_connection(_host_and_port(address), CONNECT_SECONDS).close()  # Ray itself waits for long
            ray.init(address=address, log_to_driver=False, logging_level=logging.ERROR)
        except (OSError, RuntimeError, ValueError) as error:
            raise WorkerError(
                f"no Ray cluster answers at {address} ({str(error).splitlines()[0]}); start one with: ray start --head"
            ) from error
    return ray


EXECUTORS: dict[str, type[Executor]] = {cls.name: cls for cls in (Serial, Processes, Ray)}


def make_executor(text: str | Executor) -> Executor:
    """An executor from its short form: `serial`, `processes:workers=2`.

    Raises:
        UnknownName: there is none of this name.
        OptionError: a setting of the wrong type or out of range.
    """
    if isinstance(text, Executor):
        return text
    name, settings = split_short(text)
    if name not in EXECUTORS:
        raise unknown_name("executor", name, EXECUTORS)
    cls = EXECUTORS[name]
    return cls.from_options(named_settings(cls, settings))

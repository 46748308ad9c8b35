"""Run a task for many items in this process, in worker processes or on a cluster; results keep the order."""

from __future__ import annotations

import contextlib
import logging
import os
import pickle
import signal
import socket
import tempfile
import warnings
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from corpora.errors import WorkerError, unknown_name
from corpora.execution.cluster import check_facts, facts, marked, run_item, shared_home
from corpora.execution.reference_cycles import collect_rarely
from corpora.execution.sandbox import exit_with_parent
from corpora.plugin import Component, PluginFile, named_settings, option, registry, split_short

if TYPE_CHECKING:
    from concurrent.futures import Future, ProcessPoolExecutor

Item = TypeVar("Item")
Result = TypeVar("Result")
CONNECT_SECONDS = 10.0


@dataclass(frozen=True)
class Executor(Component, ABC):
    """Where the work runs. It never affects the bytes of the result."""

    @abstractmethod
    def map(self, task: Callable[[Item], Result], items: Sequence[Item]) -> Iterator[Result]:
        """`task(item)` for each item, in order. Only a few results are held in memory at a time.

        Args:
            task: picklable; its only side effects are files that it writes atomically.
            items: picklable, like the results.

        Raises:
            WorkerError: a worker process died.
        """

    @contextlib.contextmanager
    def kept(self) -> Iterator[None]:
        """Keep the same workers for all work inside the block, if they are slow to start."""
        yield


@dataclass(frozen=True)
class Serial(Executor):
    """One item at a time, in this process."""

    name: ClassVar[str] = "serial"

    def map(self, task: Callable[[Item], Result], items: Sequence[Item]) -> Iterator[Result]:
        """`task(item)` for each item, in order.

        Args:
            task: runs in this process.
            items: all known in advance.
        """
        return map(task, items)


@dataclass(frozen=True)
class Processes(Executor):
    """Worker processes on this machine, started with `spawn`."""

    name: ClassVar[str] = "processes"
    workers: int | None = option(None, "How many; by default one per core that this process may use.", min=1)

    def map(self, task: Callable[[Item], Result], items: Sequence[Item]) -> Iterator[Result]:
        """`task(item)` for each item, in order, with at most two items per worker in flight.

        Args:
            task: is pickled once, to a file that all workers read.
            items: are pickled; small ones keep the pipes fast.

        Raises:
            WorkerError: a worker was killed, because memory ran out or by another process.
        """
        from concurrent.futures import wait
        from concurrent.futures.process import BrokenProcessPool

        waiting: deque[Future[Any]] = deque()
        with self.kept(), tempfile.NamedTemporaryFile(prefix="corpora-", suffix=".task") as file:
            pickle.dump(task, file)  # only once: it can contain a vocabulary and statistics
            file.flush()
            pool = self._pools[-1]
            try:
                for item in items:
                    waiting.append(pool.submit(_done, file.name, item))
                    if len(waiting) >= 2 * self._number:
                        yield waiting.popleft().result()
                while waiting:
                    yield waiting.popleft().result()
            except BrokenProcessPool as error:
                raise WorkerError(
                    "a worker process died (killed, or out of memory); run the same command again to continue where "
                    "it stopped"
                ) from error
            finally:
                running = [future for future in waiting if not future.cancel()]
                wait(running)  # no worker is still writing when the action fails

    @contextlib.contextmanager
    def kept(self) -> Iterator[None]:
        """Keep the same workers for all work inside the block, because starting one takes a second."""
        if self._pools:
            yield
            return
        from concurrent.futures import ProcessPoolExecutor
        from multiprocessing import get_context

        context, plugins = get_context("spawn"), (registry.files,)
        pool = ProcessPoolExecutor(self._number, context, initializer=_start_worker, initargs=plugins)
        self._pools.append(pool)
        try:
            yield
        finally:
            self._pools.clear()
            pool.shutdown(wait=True, cancel_futures=True)

    @property
    def _number(self) -> int:
        if self.workers is None and hasattr(os, "sched_getaffinity"):  # Linux only
            return len(os.sched_getaffinity(0))
        return self.workers or os.cpu_count() or 1

    @cached_property
    def _pools(self) -> list[ProcessPoolExecutor]:
        """The open pool, if there is one."""
        return []


def _done(task_file: str, item: object) -> object:
    """Run the task for one item in a worker."""
    return _task(task_file)(item)


@lru_cache(maxsize=1)
def _task(file: str) -> Callable[[object], object]:
    """The task pickled in a file, which each worker reads once."""
    task: Callable[[object], object] = pickle.loads(Path(file).read_bytes())
    return task


def _start_worker(files: tuple[PluginFile, ...]) -> None:
    """Set up a worker: ignore Ctrl-C, exit when the driver exits, and load its plugin files."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    exit_with_parent()
    collect_rarely()
    os.environ.setdefault("RAYON_NUM_THREADS", "1")  # one thread per worker, for tokenizers
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the driver has already shown them
        registry.use_files(files)
        if files:
            registry.load()  # unpickling tasks needs these modules


@dataclass(frozen=True)
class Ray(Executor):
    """Workers on a Ray cluster whose nodes share $CORPORA_HOME and the inputs under the same paths."""

    name: ClassVar[str] = "ray"
    address: str = option("auto", "The cluster's HOST:PORT; auto finds it.")
    workers: int | None = option(None, "How many; by default one per core of the cluster.", min=1)

    def map(self, task: Callable[[Item], Result], items: Sequence[Item]) -> Iterator[Result]:
        """`task(item)` for each item, in order, with at most two items per worker in flight.

        If a worker or node dies, another one repeats its items.

        Args:
            task: is pickled once, into Ray's object store.
            items: are pickled with each call.

        Raises:
            WorkerError: Ray is not installed, the cluster cannot be reached, a node is not set up for the work, or the
                same item killed its worker four times.
        """
        ray, waiting = _connected(self.address), deque[Any]()
        try:
            self._check_nodes(ray)
            workers = self.workers or max(1, int(ray.cluster_resources().get("CPU", 1)))
            run = ray.remote(max_retries=3)(run_item)
            files, packed = ray.put(registry.files), ray.put(pickle.dumps(task))
            for item in items:
                waiting.append(run.remote(files, packed, pickle.dumps(item)))
                if len(waiting) >= 2 * workers:
                    yield ray.get(waiting.popleft())
            while waiting:
                yield ray.get(waiting.popleft())
        except ray.exceptions.RayTaskError as error:
            raise error.cause from error
        except ray.exceptions.RayError as error:
            raise WorkerError(
                f"the cluster lost a piece of work ({type(error).__name__}); run the same command again to continue "
                "where it stopped"
            ) from error
        finally:
            for reference in waiting:
                ray.cancel(reference, force=True)

    def _check_nodes(self, ray: ModuleType) -> None:
        """Check before the work begins that every node has our version, our plugins and the shared folder."""
        strategy = ray.util.scheduling_strategies.NodeAffinitySchedulingStrategy
        with marked(shared_home()) as mark:
            ours = facts(mark)
            nodes = [node for node in ray.nodes() if node["Alive"] and node["Resources"].get("CPU")]
            look = ray.remote(num_cpus=0)(facts)
            on_node = [strategy(node["NodeID"], soft=False) for node in nodes]
            looks = [look.options(scheduling_strategy=where).remote(mark) for where in on_node]
            for node, seen in zip(nodes, looks, strict=True):
                try:
                    check_facts(node["NodeManagerAddress"], ray.get(seen), ours)
                except (ray.exceptions.NodeDiedError, ray.exceptions.TaskUnschedulableError):
                    continue  # it died in the meantime and gets no work


def _host_and_port(address: str) -> tuple[str, int]:
    host, _, port = address.removeprefix("ray://").rpartition(":")
    return host, int(port)


def _connected(address: str) -> ModuleType:
    """The module ray, connected to a cluster.

    Raises:
        WorkerError: Ray is not installed, or no cluster answers at the address.
    """
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")  # Ray sends usage reports by default
    try:
        import ray
        import ray.util.scheduling_strategies
    except ImportError as error:
        raise WorkerError("the executor ray needs Ray; pip install 'transferset[ray]'") from error
    if not ray.is_initialized():
        try:
            if ":" in address:
                socket.create_connection(_host_and_port(address), CONNECT_SECONDS).close()  # Ray's own timeout is long
            ray.init(address=address, log_to_driver=False, logging_level=logging.ERROR)
        except (OSError, RuntimeError, ValueError) as error:
            raise WorkerError(
                f"no Ray cluster answers at {address} ({str(error).splitlines()[0]}); start one with: ray start --head"
            ) from error
        _notices_to_log(ray)
    return ray


def _notices_to_log(ray: ModuleType) -> None:
    """Log Ray's notices about dead nodes; Ray prints them to standard output and has no setting for that."""

    def _log(data: Mapping[str, list[str]], ignore_prefix: bool) -> None:
        for notice in data["lines"]:
            logging.getLogger("corpora").warning("ray: %s", notice.strip().partition("\n")[0])

    if hasattr(ray._private.worker, "print_to_stdstream"):
        ray._private.worker.print_to_stdstream = _log


EXECUTORS: dict[str, type[Executor]] = {cls.name: cls for cls in (Serial, Processes, Ray)}


def make_executor(text: str | Executor) -> Executor:
    """An executor from its short form.

    Args:
        text: `serial`, `processes:workers=2` or `ray:address=HOST:PORT`; an executor is returned unchanged.

    Raises:
        UnknownName: no executor has this name.
        OptionError: a setting has the wrong type or is out of range.
    """
    if isinstance(text, Executor):
        return text
    name, settings = split_short(text)
    if name not in EXECUTORS:
        raise unknown_name("executor", name, EXECUTORS)
    cls = EXECUTORS[name]
    return cls.from_options(named_settings(cls, settings))

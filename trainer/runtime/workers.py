"""Processes that do work side by side, and stay until they are closed."""

from __future__ import annotations

import signal
import warnings
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from functools import partial
from multiprocessing import get_context
from os import kill
from threading import Lock
from types import FrameType
from typing import ParamSpec, Self, TypeVar

from corpora import PluginFile, WorkerError, exit_with_parent
from corpora import registry as corpora_registry
from trainer.plugin import registry
from trainer.runtime.devices import without_cudnn_attention

P = ParamSpec("P")
Item = TypeVar("Item")
Result = TypeVar("Result")
INTERRUPTS = {signal.SIGINT, signal.SIGUSR1}


class Workers:
    """Processes that call functions side by side.

    They start with the first call and stay until `close` or the end of a `with` block: a start takes seconds. They
    ignore Ctrl-C while they wait, and end when their parent does. Calls may come from several threads.

    Args:
        number: how many; each uses one thread, except where a function sets another number.
    """

    def __init__(self, number: int) -> None:
        self.number = number
        self._pool: ProcessPoolExecutor | None = None
        self._starting = Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def started(self) -> bool:
        """Whether there are processes."""
        return self._pool is not None

    def start(self) -> None:
        """Start the processes now, and return before they are ready."""
        self._started_pool()

    def _started_pool(self) -> ProcessPoolExecutor:
        with self._starting:  # of several threads that call first, only one starts the processes
            if self._pool is None:
                files = corpora_registry.files, registry.files
                self._pool = ProcessPoolExecutor(
                    self.number, mp_context=get_context("spawn"), initializer=_start_worker, initargs=files
                )
                with _interrupts_delayed():
                    for _ in range(self.number):
                        self._pool.submit(_import_models)
            return self._pool

    def close(self) -> None:
        """End the processes when their current calls return; the next call starts new ones."""
        if self._pool is not None:
            pool, self._pool = self._pool, None
            pool.shutdown(cancel_futures=True)

    def interrupt(self) -> None:
        """Interrupt the calls that run now: a training saves a checkpoint and stops, anything else stops at once."""
        pool = self._pool
        for process in list(pool._processes or ()) if pool is not None else []:
            with suppress(ProcessLookupError):
                kill(process, signal.SIGUSR1)

    def call(self, function: Callable[P, Result], *arguments: P.args, **options: P.kwargs) -> Result:
        """The result of a function that is called in one of the processes.

        Args:
            function: of a module; it, its arguments and its result must be picklable.
            arguments, options: of the function.

        Raises:
            WorkerError: a process died.
            KeyboardInterrupt: the call was interrupted.
        """
        with self._pool_or_error() as pool:
            made: Future[Result] = pool.submit(_called, partial(function, *arguments, **options))
            return made.result()

    def map(self, function: Callable[[Item], Result], items: Sequence[Item]) -> Iterator[Result]:
        """The results of a function for each item, in order, computed side by side.

        Args:
            function: as for `call`.
            items: picklable.

        Raises:
            WorkerError, KeyboardInterrupt: as for `call`.
        """
        with self._pool_or_error() as pool:
            made = [pool.submit(_called, partial(function, item)) for item in items]
            try:
                for future in made:
                    yield future.result()
            finally:
                for future in made:
                    future.cancel()

    @contextmanager
    def _pool_or_error(self) -> Iterator[ProcessPoolExecutor]:
        """The processes; a death of one of them is a `WorkerError`."""
        pool = self._started_pool()
        try:
            yield pool
        except BrokenProcessPool as error:
            if self._pool is pool:
                self.close()
            raise WorkerError(
                "a worker process died (killed, or out of memory); run the same command again to continue, with fewer "
                "workers if memory is short"
            ) from error


def _called(call: Callable[[], Result]) -> Result:
    """Call a function in a worker; only then, Ctrl-C and `Workers.interrupt` interrupt it."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGUSR1, _interrupted)
    try:
        return call()
    finally:
        _ignore_interrupts()


def _interrupted(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _ignore_interrupts() -> None:
    signal.signal(signal.SIGUSR1, signal.SIG_IGN)
    signal.signal(signal.SIGINT, signal.SIG_IGN)


@contextmanager
def _interrupts_delayed() -> Iterator[None]:
    """Hold Ctrl-C and `Workers.interrupt` back for the block, and in processes that start in it until they are set up.

    A terminal sends Ctrl-C to all processes; one that still imports would die of it or print a traceback.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, INTERRUPTS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _start_worker(corpora_files: tuple[PluginFile, ...], files: tuple[PluginFile, ...]) -> None:
    """Set up a worker: signals, plugin files, and torch."""
    _ignore_interrupts()
    signal.pthread_sigmask(signal.SIG_UNBLOCK, INTERRUPTS)
    exit_with_parent()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the parent has already shown them
        for ours, used in ((corpora_registry, corpora_files), (registry, files)):
            ours.use_files(used)
            if used:
                ours.load()  # unpickling needs these modules
    import torch

    torch.set_num_threads(1)
    without_cudnn_attention()


def _import_models() -> None:
    """Import what takes long, before it is needed."""
    import transformers.modeling_utils  # noqa: F401

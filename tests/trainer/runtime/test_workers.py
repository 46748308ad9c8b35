"""Workers call functions side by side; results, errors, interruptions and plugin files arrive as they should."""

from __future__ import annotations

import multiprocessing
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from corpora import WorkerError
from trainer.errors import RunInUse, RunStopped
from trainer.runtime import Workers

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", autouse=True)
def importable() -> Iterator[None]:
    """The functions of this module can be imported in other processes, whose path is that of this one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(Path(__file__).parents[3])
        yield


@pytest.fixture(scope="module")
def workers(importable: None) -> Iterator[Workers]:
    with Workers(2) as two:
        yield two


def process_id(number: int) -> int:
    return os.getpid()


def met(place: Path) -> int:
    """Wait until two processes are here."""
    place.mkdir(exist_ok=True)
    (place / str(os.getpid())).touch()
    while len(list(place.iterdir())) < 2:
        time.sleep(0.01)
    return os.getpid()


def slept(mark: Path, seconds: float) -> None:
    mark.touch()
    time.sleep(seconds)


def fails(error: Exception) -> None:
    raise error


def killed() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def test_items_are_shared_between_processes_that_stay(workers: Workers, tmp_path: Path) -> None:
    first, second = (set(workers.map(met, [tmp_path / name] * 2)) for name in ("1", "2"))
    assert first == second and len(first) == 2 and os.getpid() not in first


def test_threads_that_call_first_at_the_same_time_share_the_processes() -> None:
    before, begin = set(multiprocessing.active_children()), threading.Barrier(8)

    def called(number: int) -> int:
        begin.wait()
        return two.call(process_id, number)

    with Workers(2) as two, ThreadPoolExecutor(8) as threads:
        list(threads.map(called, range(8)))
        assert len(set(multiprocessing.active_children()) - before) == 2


@pytest.mark.parametrize(
    "error", [RunStopped("stopped here", signal.SIGINT), RunInUse("in use", "wait"), ValueError("wrong")]
)
def test_an_error_of_the_function_arrives_whole(workers: Workers, error: Exception) -> None:
    with pytest.raises(type(error)) as caught:
        workers.call(fails, error)
    assert str(caught.value) == str(error) and vars(caught.value) == vars(error)


def test_an_interrupted_call_ends_and_its_process_stays(workers: Workers, tmp_path: Path) -> None:
    before, mark, seen = set(workers.map(met, [tmp_path / "1"] * 2)), tmp_path / "begun", list[str]()

    def called() -> None:
        try:
            workers.call(slept, mark, 60.0)
        except KeyboardInterrupt:
            seen.append("interrupted")

    thread = threading.Thread(target=called)
    thread.start()
    while not mark.exists():
        time.sleep(0.01)
    workers.interrupt()
    thread.join(30)
    assert seen == ["interrupted"] and set(workers.map(met, [tmp_path / "2"] * 2)) == before


def test_a_process_that_dies_is_one_error_and_the_next_call_has_new_ones() -> None:
    with Workers(2) as two:
        with pytest.raises(WorkerError, match="with fewer workers"):
            two.call(killed)
        assert not two.started
        assert two.call(process_id, 0) != os.getpid()


def test_ctrl_c_while_processes_start_neither_ends_them_nor_prints_anything(capfd: pytest.CaptureFixture[str]) -> None:
    with Workers(1) as one:
        one.start()
        assert one._pool is not None
        for process in one._pool._processes:
            os.kill(process, signal.SIGINT)
            os.kill(process, signal.SIGUSR1)
        assert one.call(process_id, 0) != os.getpid()
    assert capfd.readouterr().err == ""


CALLBACK = '''
from dataclasses import dataclass
from typing import ClassVar
from trainer import Callback, hookimpl

@dataclass(frozen=True)
class Nothing(Callback):
    """Nothing."""
    name: ClassVar[str] = "nothing"

@hookimpl
def trainer_callbacks():
    return [Nothing]
'''


def test_workers_know_the_plugin_files_of_their_parent(tmp_path: Path) -> None:
    plugin, program = tmp_path / "nothing.py", tmp_path / "program.py"
    plugin.write_text(CALLBACK, encoding="utf-8")
    program.write_text(
        "import sys\nfrom trainer.plugin import registry\nfrom trainer.runtime import Workers\n\n"
        "def has(kind, name):\n    return name in registry.offered(kind)\n\n"
        "if __name__ == '__main__':\n    registry.use_files([sys.argv[1]])\n"
        "    with Workers(1) as one:\n        print(one.call(has, 'callbacks', 'nothing'))\n",
        encoding="utf-8",
    )
    made = subprocess.run([sys.executable, program, plugin], capture_output=True, text=True, timeout=120, check=False)
    assert made.stdout == "True\n", made.stderr

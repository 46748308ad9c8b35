"""One process trains in a run folder."""

from __future__ import annotations

import json
import os
import resource
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from corpora import StorageError
from trainer import RunInUse
from trainer.distillation.runs.lock import LOCK, locked, started


def held_by(folder: Path, *, host: str | None = None, pid: int, start: str | None) -> Path:
    folder.mkdir(exist_ok=True)
    holder = {"host": host or socket.gethostname(), "pid": pid, "started": start or ""}
    (folder / LOCK).write_text(json.dumps(holder), encoding="utf-8")
    return folder


@pytest.fixture
def other() -> Iterator[subprocess.Popen[bytes]]:
    """Another process of this machine."""
    process = subprocess.Popen(["sleep", "60"])
    yield process
    process.kill()
    process.wait()


def test_a_second_process_is_refused_in_one_line_that_names_the_first(
    tmp_path: Path, other: subprocess.Popen[bytes]
) -> None:
    folder = held_by(tmp_path / "run", pid=other.pid, start=started(other.pid))
    for break_lock in (False, True):
        with (
            pytest.raises(RunInUse, match=f"run is in use by process {other.pid} on {socket.gethostname()}"),
            locked(folder, break_lock=break_lock),
        ):
            pass
    assert (folder / LOCK).exists()


def test_the_lock_of_a_process_that_died_is_taken_over(tmp_path: Path, other: subprocess.Popen[bytes]) -> None:
    folder = held_by(tmp_path / "run", pid=other.pid, start=started(other.pid))
    other.kill()
    other.wait()
    with locked(folder):
        assert json.loads((folder / LOCK).read_text(encoding="utf-8"))["pid"] == os.getpid()


def test_the_lock_of_a_process_whose_pid_another_one_has_now_is_taken_over(
    tmp_path: Path, other: subprocess.Popen[bytes]
) -> None:
    folder = held_by(tmp_path / "run", pid=other.pid, start="before the machine was restarted")
    with locked(folder):
        assert json.loads((folder / LOCK).read_text(encoding="utf-8"))["pid"] == os.getpid()


def test_the_lock_of_another_machine_is_refused_until_it_is_broken(tmp_path: Path) -> None:
    folder = held_by(tmp_path / "run", host="elsewhere", pid=7, start="then")
    with (
        pytest.raises(RunInUse, match="process 7 on elsewhere, which cannot be checked"),
        locked(folder),
    ):
        pass
    with locked(folder, break_lock=True):
        pass


@pytest.mark.parametrize("content", ["{", "[]", '{"host": 1, "pid": "x", "started": ""}', "\u00ff", "[" * 9000])
def test_a_lock_that_cannot_be_read_is_refused_until_it_is_broken(tmp_path: Path, content: str) -> None:
    (tmp_path / LOCK).write_text(content, encoding="utf-8")
    with pytest.raises(RunInUse, match=r"\.lock cannot be read .*--break-lock"), locked(tmp_path):
        pass
    with locked(tmp_path, break_lock=True):
        pass


@pytest.mark.parametrize("content", [b"", b"\0" * 60])
def test_a_lock_that_was_never_written_is_taken_over(tmp_path: Path, content: bytes) -> None:
    (tmp_path / LOCK).write_bytes(content)
    with locked(tmp_path):
        assert json.loads((tmp_path / LOCK).read_text(encoding="utf-8"))["pid"] == os.getpid()


def test_a_lock_that_is_a_link_is_not_followed(tmp_path: Path) -> None:
    from corpora import StorageError

    (tmp_path / "outside").write_text("mine", encoding="utf-8")
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / LOCK).symlink_to(tmp_path / "outside")
    with pytest.raises(StorageError, match="cannot be written"), locked(tmp_path / "run"):
        pass
    assert (tmp_path / "outside").read_text(encoding="utf-8") == "mine"


def test_the_lock_goes_with_its_process_and_an_empty_folder_too(tmp_path: Path) -> None:
    with locked(tmp_path / "new" / "run"):
        assert (tmp_path / "new" / "run" / LOCK).exists()
    assert not (tmp_path / "new" / "run").exists()
    with locked(tmp_path / "full"):
        (tmp_path / "full" / "run.json").touch()
    assert [path.name for path in (tmp_path / "full").iterdir()] == ["run.json"]


def test_of_many_that_find_a_stale_lock_at_once_one_gets_it(tmp_path: Path) -> None:
    folder, ready = held_by(tmp_path / "run", pid=2**22 + 1, start="then"), threading.Barrier(8)
    got: list[int] = []
    done: list[int] = []

    def take() -> None:
        ready.wait()
        try:
            with locked(folder):
                got.append(1)
                while len(done) < 7:
                    pass
        except RunInUse:
            done.append(1)

    threads = [threading.Thread(target=take) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(got), len(done)) == (1, 7)


def test_a_lock_that_the_disk_does_not_take_whole_is_left_empty_and_taken_next_time(tmp_path: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, hard))
    try:
        with pytest.raises(StorageError, match="cannot be written"), locked(tmp_path):
            pass
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert (tmp_path / LOCK).read_bytes() == b""
    with locked(tmp_path):
        assert json.loads((tmp_path / LOCK).read_text(encoding="utf-8"))["pid"] == os.getpid()


@pytest.mark.parametrize("seconds", [-(10**9), 10**9])
def test_a_lock_from_another_time_is_judged_by_its_process_alone(
    tmp_path: Path, other: subprocess.Popen[bytes], seconds: int
) -> None:
    """The clock of the machine may be set back or forward while a run goes on."""
    folder = held_by(tmp_path / "run", pid=other.pid, start=started(other.pid))
    when = time.time() + seconds
    os.utime(folder / LOCK, (when, when))
    with pytest.raises(RunInUse, match="is in use by process"), locked(folder):
        pass
    boot, ticks = (started(other.pid) or "").split()
    later = f"{boot} {int(ticks) + 10**9}"  # a process that would start in the future
    os.utime(held_by(folder, pid=other.pid, start=later) / LOCK, (when, when))
    with locked(folder):
        assert json.loads((folder / LOCK).read_text(encoding="utf-8"))["pid"] == os.getpid()

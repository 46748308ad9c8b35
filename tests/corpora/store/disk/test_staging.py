"""Files and folders staged next to their place: whole or not at all, and cleaned up after killed writers."""

import errno
import fcntl
import os
import subprocess
import sys
import threading

import pytest

from corpora import remove_abandoned, staged_file, staged_folder

KILLED = """
import os, sys
from pathlib import Path
from corpora import staged_file, staged_folder
path = Path(sys.argv[1])
with staged_file(path / "a") as file, staged_folder(path / "b") as folder:
    file.write(b"half")
    (folder / "c").write_bytes(b"half")
    print("written", flush=True)
    sys.stdin.read()
"""


def test_what_a_killed_process_left_goes_and_what_a_living_one_writes_stays(tmp_path):
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdout.readline() == b"written\n"
    for name in ("a", "b"):
        remove_abandoned(tmp_path / name)
    assert len(list(tmp_path.iterdir())) == 2
    process.kill()
    process.communicate()
    remove_abandoned(tmp_path / "a")
    assert [path.name[:3] for path in tmp_path.iterdir()] == [".b."]
    remove_abandoned(tmp_path / "b")
    assert not list(tmp_path.iterdir())


def test_only_what_was_staged_for_the_path_is_removed(tmp_path):
    names = [".[a].1.partial", ".a.1.partial", ".[a].bak", "[a]", ".b.[a].1.partial"]
    for name in names:
        (tmp_path / name).write_bytes(b"half")
    remove_abandoned(tmp_path / "[a]")
    assert {path.name for path in tmp_path.iterdir()} == {*names} - {".[a].1.partial"}


def test_writers_of_one_file_do_not_share_a_staged_one(tmp_path):
    ready = threading.Barrier(8)

    def write(number):
        with staged_file(tmp_path / "a") as file:
            file.write(b"%d" % number * 100_000)
            ready.wait(timeout=60)

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    (path,) = tmp_path.iterdir()
    assert len(set(path.read_bytes())) == 1 and path.stat().st_size == 100_000


def test_a_writer_whose_file_was_removed_before_it_was_locked_stages_another(tmp_path, monkeypatch):
    lock, removed = fcntl.flock, []

    def late(descriptor, operation):
        if not removed:
            removed.extend(tmp_path.iterdir())
            removed[0].unlink()
        return lock(descriptor, operation)

    monkeypatch.setattr(fcntl, "flock", late)
    with staged_file(tmp_path / "a") as file:
        file.write(b"whole")
    assert removed and (tmp_path / "a").read_bytes() == b"whole"


def test_on_a_file_system_without_locks_files_are_written_and_nothing_is_removed(tmp_path, monkeypatch):
    def refuse(*_):
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "flock", refuse)
    (tmp_path / ".a.1.partial").write_bytes(b"half")
    with staged_file(tmp_path / "a") as file, staged_folder(tmp_path / "b") as folder:
        file.write(b"whole")
        remove_abandoned(tmp_path / "b")
        assert folder.is_dir()
    remove_abandoned(tmp_path / "a")
    assert sorted(path.name for path in tmp_path.iterdir()) == [".a.1.partial", "a"]


def test_a_file_that_fails_leaves_the_old_one_and_nothing_beside_it(tmp_path):
    (tmp_path / "a").write_bytes(b"old")
    with pytest.raises(KeyboardInterrupt), staged_file(tmp_path / "a") as file:
        file.write(b"new")
        raise KeyboardInterrupt
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"old"]

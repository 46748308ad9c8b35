"""Files written whole, on disks that refuse."""

from __future__ import annotations

import errno
import fcntl
import os
from pathlib import Path

import pytest

from corpora import StorageError
from trainer.runtime import write_whole


def test_a_disk_that_turns_read_only_is_one_line_although_the_staged_file_cannot_be_removed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.setattr(Path, "replace", refuse)
    monkeypatch.setattr(Path, "unlink", refuse)
    with pytest.raises(StorageError, match=r"run.json cannot be written: .*Read-only file system"):
        write_whole(tmp_path / "run.json", "{}")


def test_what_a_killed_writer_left_goes_and_what_a_living_one_holds_stays(tmp_path: Path) -> None:
    abandoned, held = tmp_path / ".[run].json.0123456789ab", tmp_path / ".[run].json.ba9876543210"
    others = [tmp_path / ".[run].json.bak", tmp_path / ".r.json.0123456789ab"]
    for path in (abandoned, held, *others):
        path.write_text("half", encoding="utf-8")
    with held.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        write_whole(tmp_path / "[run].json", "{}")
        assert not abandoned.exists() and held.exists() and all(path.exists() for path in others)
    write_whole(tmp_path / "[run].json", "{}")
    assert not held.exists() and (tmp_path / "[run].json").read_text(encoding="utf-8") == "{}"

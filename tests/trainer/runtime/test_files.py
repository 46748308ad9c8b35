"""Files written whole, on disks that refuse."""

from __future__ import annotations

import errno
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

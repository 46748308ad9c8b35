"""Files written whole, on disks that refuse."""

from __future__ import annotations

import errno
import fcntl
import os
from pathlib import Path

import pytest
import torch
from safetensors.torch import save_file

from corpora import StorageError
from trainer.runtime import staged_folder, usual_modes, write_whole


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
    abandoned, held = tmp_path / ".[run].json.0123456789ab.partial", tmp_path / ".[run].json.ba9876543210.partial"
    others = [tmp_path / ".[run].json.bak", tmp_path / ".r.json.0123456789ab.partial"]
    for path in (abandoned, held, *others):
        path.write_text("half", encoding="utf-8")
    with held.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        write_whole(tmp_path / "[run].json", "{}")
        assert not abandoned.exists() and held.exists() and all(path.exists() for path in others)
    write_whole(tmp_path / "[run].json", "{}")
    assert not held.exists() and (tmp_path / "[run].json").read_text(encoding="utf-8") == "{}"


@pytest.mark.skipif(os.geteuid() == 0, reason="root writes everywhere")
def test_a_folder_that_cannot_be_made_is_one_line(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(StorageError, match=r"run.json cannot be written: .*Permission denied"):
        write_whole(tmp_path / "new" / "run.json", "{}")


def test_a_folder_that_is_a_file_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "new").write_text("a file", encoding="utf-8")
    with pytest.raises(StorageError, match=r"run.json cannot be written: .*File exists"):
        write_whole(tmp_path / "new" / "run.json", "{}")
    with pytest.raises(StorageError, match="model cannot be written"), staged_folder(tmp_path / "new" / "model"):
        pass


def test_a_staged_folder_goes_unless_it_is_moved_and_so_do_those_of_killed_processes(tmp_path: Path) -> None:
    abandoned, held = tmp_path / ".tuned.0123456789ab.partial", tmp_path / ".tuned.ba9876543210.partial"
    for path in (abandoned, held):
        path.mkdir()
        (path / "config.json").write_text("{}", encoding="utf-8")
    descriptor = os.open(held, os.O_RDONLY)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    with staged_folder(tmp_path / "tuned") as staged:
        (staged / "config.json").write_text("{}", encoding="utf-8")
    assert list(tmp_path.iterdir()) == [held]
    os.close(descriptor)
    with staged_folder(tmp_path / "tuned") as staged:
        staged.replace(tmp_path / "tuned")
    assert list(tmp_path.iterdir()) == [tmp_path / "tuned"]


@pytest.mark.parametrize(("umask", "mode"), [(0o022, 0o644), (0o027, 0o640), (0o077, 0o600)])
def test_weights_are_as_readable_as_other_files(tmp_path: Path, umask: int, mode: int) -> None:
    before = os.umask(umask)
    try:
        folder = tmp_path / "student"
        (folder / "1_Pooling").mkdir(parents=True)
        save_file({"weight": torch.zeros(2)}, folder / "model.safetensors")
        (folder / "1_Pooling" / "config.json").write_text("{}", encoding="utf-8")
        usual_modes(folder)
    finally:
        os.umask(before)
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert {path.stat().st_mode & 0o777 for path in files} == {mode} and len(files) == 2


def test_a_folder_that_another_process_wrote_meanwhile_is_kept_and_named(tmp_path: Path) -> None:
    out = tmp_path / "tuned"
    named = pytest.raises(StorageError, match="tuned was written by another process in the meantime")
    with named, staged_folder(out) as staged:
        out.mkdir()
        (out / "config.json").write_text("{}", encoding="utf-8")
        staged.replace(out)
    assert [path.name for path in tmp_path.rglob("*")] == ["tuned", "config.json"]

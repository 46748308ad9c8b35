"""A checkpoint is written whole or not at all."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from corpora import StorageError
from trainer import NoCheckpoint
from trainer.distillation.runs.checkpoint import Checkpoint, Position, kept, newest, save
from trainer.distillation.runs.folder import RunFolder


def at(update: int) -> Checkpoint:
    return Checkpoint(update, {"weights": torch.full((3,), float(update))}, Position("r"))


def test_a_checkpoint_is_read_as_it_was_written(tmp_path: Path) -> None:
    save(tmp_path, at(7), keep=2)
    found, damaged = newest(tmp_path)
    assert (found.update, found.about, damaged) == (7, Position("r"), [])
    assert torch.equal(found.tensors["weights"], torch.full((3,), 7.0))


def test_only_the_newest_few_are_kept(tmp_path: Path) -> None:
    for update in (1, 2, 3):
        save(tmp_path, at(update), keep=2)
    assert [place.name for place in kept(tmp_path)] == ["update-00000003", "update-00000002"]


@pytest.mark.parametrize("harm", ["cut", "no manifest", "changed"])
def test_a_damaged_one_is_passed_over_with_a_line(tmp_path: Path, harm: str) -> None:
    save(tmp_path, at(1), keep=2)
    place = save(tmp_path, at(2), keep=2)
    state = place / "state.safetensors"
    if harm == "no manifest":
        (place / "checkpoint.json").unlink()
    else:
        state.write_bytes(
            state.read_bytes()[:-4] + (b"" if harm == "cut" else b"....")[: 4 if harm == "changed" else 0]
        )
    found, damaged = newest(tmp_path)
    assert found.update == 1
    assert "update-00000002 is damaged" in damaged[0]


def test_where_all_are_damaged_there_is_nothing_to_resume(tmp_path: Path) -> None:
    (save(tmp_path, at(1), keep=2) / "state.safetensors").write_bytes(b"")
    with pytest.raises(NoCheckpoint, match="all 1 checkpoints are damaged; start again with --overwrite"):
        newest(tmp_path)


def test_what_was_being_written_when_the_power_went_is_not_taken_for_one(tmp_path: Path) -> None:
    save(tmp_path, at(1), keep=2)
    (tmp_path / ".staging-99").mkdir()
    assert newest(tmp_path)[0].update == 1


def test_no_room_for_a_checkpoint_keeps_the_one_before() -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("this system has no /dev/full")
    with pytest.raises(StorageError, match=r"could not be written.*free some space, then --resume"):
        save(full / "run", at(1), keep=2)


def test_a_log_cut_in_mid_line_is_cut_back_to_whole_lines(tmp_path: Path) -> None:
    lines = ['{"update": 1, "losses": {"a": 1.0}}', '{"update": 2, "losses": {"a": 1.0}']
    (tmp_path / "log.jsonl").write_text("\n".join(lines), encoding="utf-8")
    RunFolder(tmp_path).cut_log(2)
    assert (tmp_path / "log.jsonl").read_text(encoding="utf-8") == lines[0] + "\n"

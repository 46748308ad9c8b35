"""Runs in Weights & Biases and Trackio, both written on this machine without a network."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from corpora.errors import PluginError
from trainer.distillation import RunFolder, distill
from trainer.plugin import extras

OPTIONS: dict[str, Any] = {
    "sequences": 16, "budget": "updates=6", "student": "distilbert:1", "log-every": 1, "checkpoint-every": "2",
}  # fmt: skip


@pytest.fixture
def teacher(tmp_path: Path, make: Any) -> Path:
    return make.teacher_folder(tmp_path / "teacher")  # type: ignore[no-any-return]


def wandb_records(folder: Path) -> Iterator[Any]:
    """The records of every offline run in a folder: LevelDB's log, in blocks of 32 KB, after a head of 7 bytes."""
    from wandb.proto.wandb_internal_pb2 import Record

    for file in sorted(folder.glob("offline-run-*/*.wandb")):
        data, at, parts = file.read_bytes(), 7, b""
        while at + 7 <= len(data):
            if 32768 - at % 32768 < 7:  # too little for another record
                at += 32768 - at % 32768
                continue
            length, kind = int.from_bytes(data[at + 4 : at + 6], "little"), data[at + 6]
            parts += data[at + 7 : at + 7 + length]
            at += 7 + length
            if kind in (1, 4):  # whole, or the last part
                record = Record()
                record.ParseFromString(parts)
                parts = b""
                yield record


def resumed(teacher: Path, out: Path, make: Any, callback: str) -> list[dict[str, Any]]:
    """The log of a run that was stopped before its end and resumed."""
    distill(make.rows(60), teacher, out, options={**OPTIONS, "callback": [callback]}, stop_after="0s")
    distill(make.rows(60), teacher, out, resume=True)
    return [json.loads(line) for line in (out / "log.jsonl").read_text(encoding="utf-8").splitlines()]


@pytest.mark.slow
@pytest.mark.skipif(find_spec("wandb") is None, reason="the extra wandb is not installed")
def test_wandb_offline_keeps_the_whole_log_under_one_id(
    teacher: Path, tmp_path: Path, make: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WANDB_MODE", "offline")
    log = resumed(teacher, tmp_path / "run", make, "wandb:project=distilled")
    found, runs = {}, []
    for record in wandb_records(tmp_path / "run" / "wandb"):
        items = {item.key or "/".join(item.nested_key): json.loads(item.value_json) for item in record.history.item}
        if "loss" in items:
            found[items["_step"]] = items["loss"]
        if record.HasField("run"):
            runs.append(record.run)
    assert found == {line["update"]: line["loss"] for line in log} and len(found) == 6
    assert {run.run_id for run in runs} == {(tmp_path / "run" / "tracker-id").read_text(encoding="utf-8")}
    assert {run.project for run in runs} == {"distilled"}


@pytest.mark.slow
@pytest.mark.skipif(find_spec("trackio") is None, reason="the extra trackio is not installed")
def test_trackio_keeps_the_whole_log_in_one_run(
    teacher: Path, tmp_path: Path, make: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "trackio"]:
        monkeypatch.delitem(sys.modules, name)  # it reads its folder when it is imported
    for name in ("TRACKIO_SPACE_ID", "TRACKIO_SERVER_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TRACKIO_DIR", str(tmp_path / "trackio"))
    log = resumed(teacher, tmp_path / "run", make, "trackio:project=distilled")
    from trackio.sqlite_storage import SQLiteStorage

    assert (tmp_path / "trackio" / "distilled.db").is_file()
    (name,) = SQLiteStorage.get_runs("distilled")
    assert name == (tmp_path / "run" / "tracker-id").read_text(encoding="utf-8")
    found = {line["step"]: line["loss"] for line in SQLiteStorage.get_logs("distilled", name)}
    assert found == {line["update"]: line["loss"] for line in log} and len(found) == 6


@pytest.mark.parametrize("name", ["wandb", "trackio"])
def test_without_its_extra_a_tracker_says_what_to_install_before_anything_is_read(
    name: str, tmp_path: Path, make: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(package: str) -> str:
        raise PackageNotFoundError(package)

    monkeypatch.setattr(extras, "version", missing)
    with pytest.raises(PluginError, match=rf"^{name} needs {name}, .* pip install 'transferset\[{name}\]'$"):
        distill(make.rows(9), tmp_path / "no-teacher", tmp_path / "run", options={**OPTIONS, "callback": [name]})
    assert not (tmp_path / "run").exists()


def test_a_private_run_tells_trackers_no_path(teacher: Path, tmp_path: Path, make: Any) -> None:
    distill(make.rows(60, private=True), teacher, tmp_path / "run", options=OPTIONS)
    assert str(tmp_path) not in json.dumps(RunFolder(tmp_path / "run").card().to_json())
